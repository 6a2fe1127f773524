/**
 * Sends what webhooks wait for. Apart from the job queue, as streams are: a slow receiver holds up its own webhook
 * alone, whose events arrive in their order. Addresses are an organization's people's choice, so they go through
 * lib/outbound.ts.
 */
import type pg from "pg";
import { AppError, explain, isPgError } from "../../lib/errors.ts";
import type { Logger } from "../../lib/log.ts";
import { createOutbound, type OutboundOptions } from "../../lib/outbound.ts";
import { withClaim } from "../../lib/pg.ts";
import type { Secrets } from "../../lib/secrets.ts";
import { signMessage, webhookPurpose } from "../../lib/webhook-signature.ts";
import { createNap } from "../stream/nap.ts";

/** Deliveries sent side by side, each of another webhook. */
const MAX_AT_ONCE = 20;
/** How often it is looked without having been woken: for what is tried again. */
const LOOK_MS = 2000;
const SEND_SECONDS = 10;
const MAX_ANSWER_BYTES = 64 * 1024;
const MAX_TOLD = 300;
const LOCAL = new Set(["127.0.0.1", "localhost", "[::1]"]);
const PLATFORM = { kind: "service", orgId: null, userId: null } as const;

export interface DeliverContext {
  pool: pg.Pool;
  claimKey: Buffer;
  secrets: Secrets;
  log: Logger;
  /** How names are resolved; the system's resolver unless given. */
  resolve?: OutboundOptions["resolve"];
}

interface Delivery {
  org_id: string;
  id: string;
  webhook_id: string;
  message_id: string;
  url: string;
  body: string;
  attempts: number;
  sealed: string[];
}

/** http on this machine alone, and only where the setting WEBHOOK_ALLOW_HTTP=1 says so: for trials and tests. */
function mayBePlain(url: URL): boolean {
  return process.env.WEBHOOK_ALLOW_HTTP === "1" && LOCAL.has(url.hostname);
}

function createSender({ secrets, resolve }: DeliverContext) {
  const send = createOutbound({
    refuse: (message) => new AppError("BAD_INPUT", `the webhook's ${message}`),
    maxBytes: MAX_ANSWER_BYTES,
    seconds: SEND_SECONDS,
    isTrial: mayBePlain,
    ...(resolve ? { resolve } : {}),
  });
  /** The receiver's status, or why there is none. */
  return async (delivery: Delivery): Promise<{ status: number | null; error: string | null }> => {
    try {
      const opened = delivery.sealed.map((one) => secrets.open(webhookPurpose(delivery.webhook_id), one));
      const message = {
        id: `msg_${delivery.message_id}`,
        timestamp: Math.floor(Date.now() / 1000),
        body: delivery.body,
      };
      const response = await send(delivery.url, {
        method: "POST",
        headers: {
          "content-type": "application/json",
          "user-agent": "Cadastre-Webhooks/1",
          ...signMessage(message, opened),
        },
        body: delivery.body,
      });
      return { status: response.status, error: null };
    } catch (error) {
      return { status: null, error: explain(error).slice(0, MAX_TOLD) };
    }
  };
}

export interface Deliverer {
  wake(): void;
  /** Resolves when what is under way is sent. */
  stop(): Promise<void>;
}

export function startDeliverer(context: DeliverContext): Deliverer {
  const { pool, claimKey, log } = context;
  const send = createSender(context);
  const sending = new Set<Promise<void>>();
  const nap = createNap();
  let stopped = false;

  const lease = (limit: number): Promise<Delivery[]> =>
    withClaim(pool, claimKey, PLATFORM, async (client) => {
      const { rows } = await client.query<Delivery>("select * from private.lease_deliveries($1)", [limit]);
      return rows;
    });
  const settle = (delivery: Delivery, status: number | null, error: string | null): Promise<string> =>
    withClaim(pool, claimKey, PLATFORM, async (client) => {
      const { rows } = await client.query<{ outcome: string }>(
        "select private.settle_delivery($1, $2, $3, $4) as outcome",
        [delivery.org_id, delivery.id, status, error],
      );
      return rows[0]!.outcome;
    });
  const deliver = async (delivery: Delivery): Promise<void> => {
    const { status, error } = await send(delivery);
    // Not settled, it is leased again a minute later, and the receiver knows its webhook-id.
    const outcome = await settle(delivery, status, error).catch((failure: unknown) => {
      log.warn({ delivery: delivery.id, err: explain(failure) }, "a delivery's outcome could not be noted");
      return "unknown";
    });
    if (outcome === "disabled")
      log.warn({ org_id: delivery.org_id, webhook: delivery.webhook_id }, "a webhook was switched off");
    nap.wake();
  };
  const run = async (): Promise<void> => {
    while (!stopped) {
      nap.begin();
      try {
        const free = MAX_AT_ONCE - sending.size;
        for (const delivery of free > 0 ? await lease(free) : []) {
          const under = deliver(delivery).finally(() => sending.delete(under));
          sending.add(under);
        }
      } catch (error) {
        log.warn(
          { err: isPgError(error) ? error.message : explain(error) },
          "webhooks cannot be looked at now; trying again",
        );
      }
      if (!stopped) await nap.sleep(LOOK_MS);
    }
    await Promise.all(sending);
  };
  const running = run();
  return {
    wake: nap.wake,
    async stop() {
      stopped = true;
      nap.wake();
      await running;
    },
  };
}
