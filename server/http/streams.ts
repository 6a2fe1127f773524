/**
 * POST /orgs/:slug/streams/:dataset: events into a dataset. Taken events are durable when the answer goes out; what
 * became of them is told at once with ?wait=true, or by sending their keys again.
 */
import type { IncomingMessage } from "node:http";
import express, { type RequestHandler } from "express";
import type pg from "pg";
import { z } from "zod";
import { AppError } from "../../lib/errors.ts";
import { identityOf } from "../auth/identify.ts";
import { inRequest, type Settings, settingsFor } from "../database.ts";
import type { Listener } from "../listener.ts";
import type { Organizations } from "../organizations.ts";
import { createShares, holdWhile } from "../shares.ts";
import { allowBody } from "./continue.ts";
import { parseInput } from "./input.ts";
import { type Given, MAX_BODY_BYTES, readEvents } from "./stream-input.ts";
import { type Taken, takeEvents } from "./stream-take.ts";

const HINT = "See docs/reference/streams.md.";
const MAX_WAIT_SECONDS = 30;
const MAX_WAITERS = 1000;
/** Bytes of bodies that are being read or worked on, in all and of one organization. */
const MAX_READING = 512 * 1024 * 1024;
const MAX_READING_EACH = 96 * 1024 * 1024;
/** Outcomes are looked at when the stream says that a batch is through, and this often besides. */
const LOOK_MS = 250;

const query = z.strictObject({
  wait: z.enum(["true", "false", "1", "0"]).default("false"),
  timeout: z.coerce.number().int().min(1).max(MAX_WAIT_SECONDS).default(10),
});
const requestKey = z
  .string()
  .regex(/^[\x21-\x7e]{1,150}$/, "an Idempotency-Key has 1 to 150 visible ASCII characters")
  .optional();

export interface StreamOptions {
  pool: pg.Pool;
  organizations: Organizations;
  claimKey: Buffer;
  listener: Listener;
}

interface Outcome {
  number: string;
  status: "accepted" | "loaded" | "rejected";
  run_id: string | null;
  line: string | null;
  reasons: unknown[] | null;
}

function outcomesOf(pool: pg.Pool, settings: Settings, numbers: number[]): Promise<Outcome[]> {
  return inRequest(pool, settings, async (client) => {
    const { rows } = await client.query<Outcome>("select * from private.event_outcomes($1)", [numbers]);
    return rows;
  });
}

/** Waits until none of the events is only accepted, at most so long; what is known then. */
async function waitFor(
  options: StreamOptions,
  settings: Settings,
  taken: Taken,
  seconds: number,
): Promise<Map<number, Outcome>> {
  const known = new Map<number, Outcome>();
  let open = taken.events.map(([number]) => number);
  let wake: () => void = () => undefined;
  const heard = (): void => wake();
  const stop = await options.listener.listen(`stream:${taken.datasetId}`, { onEvent: heard, onLost: heard });
  const until = performance.now() + seconds * 1000;
  try {
    for (;;) {
      for (const outcome of await outcomesOf(options.pool, settings, open)) {
        known.set(Number(outcome.number), outcome);
      }
      open = open.filter((number) => (known.get(number)?.status ?? "accepted") === "accepted");
      const left = until - performance.now();
      if (open.length === 0 || left <= 0) return known;
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, Math.min(left, LOOK_MS));
        wake = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    }
  } finally {
    stop();
  }
}

function tell(given: Given[], taken: Taken, known: Map<number, Outcome>): Record<string, unknown>[] {
  let place = 0;
  return given.map((event, index) => {
    if ("refused" in event) {
      return {
        index,
        status: "rejected",
        reasons: [{ rule: "json", message: event.refused, remedy: event.remedy }],
      };
    }
    const [number, before] = taken.events[place++]!;
    const outcome = known.get(number);
    const status = outcome?.status ?? "accepted";
    return {
      index,
      id: String(number),
      ...(event.key === null ? {} : { key: event.key }),
      ...(before ? { status: "duplicate", outcome: status } : { status }),
      ...(outcome?.run_id ? { runId: outcome.run_id, line: Number(outcome.line) } : {}),
      ...(outcome?.reasons ? { reasons: outcome.reasons } : {}),
    };
  });
}

type Handler = RequestHandler<{ slug: string; dataset: string }>;

/** What a body may take in memory: what it says, or the most that it may where that is unknown or it is compressed. */
function sizeOf(request: IncomingMessage): number {
  const { "content-length": length, "content-encoding": encoding } = request.headers;
  const known = length !== undefined && (encoding === undefined || encoding === "identity");
  return known ? Math.min(Number(length), MAX_BODY_BYTES) : MAX_BODY_BYTES;
}

/** Who may not send gets the answer before a byte of the body is read; so do those who send too much at once. */
function admit(options: StreamOptions): Handler {
  const reading = createShares({ total: MAX_READING, each: MAX_READING_EACH });
  return async (request, response, next) => {
    const organization = await options.organizations.find(identityOf(response), request.params.slug);
    const done = reading.take(organization.id, sizeOf(request));
    if (typeof done === "string") {
      const whose = done === "each" ? "of your organization " : "";
      throw new AppError("BUSY", `too much ${whose}is being sent at this moment`, {
        hint: "Wait for answers before you send more, in smaller requests.",
      });
    }
    holdWhile(response, done);
    allowBody(request, response);
    next();
  };
}

/** The body as bytes, whatever its type says: NDJSON has several. Compressed ones are unpacked within the limit. */
const readBody = express.raw({ type: () => true, limit: MAX_BODY_BYTES });

export function streamHandlers(options: StreamOptions): Handler[] {
  return [admit(options), readBody, takeHandler(options)];
}

function takeHandler(options: StreamOptions): Handler {
  let waiters = 0;
  return async (request, response) => {
    const identity = identityOf(response);
    const asked = parseInput(query, request.query, HINT);
    const shared = parseInput(requestKey, request.get("Idempotency-Key"), HINT);
    const body: unknown = request.body;
    const given = readEvents(Buffer.isBuffer(body) ? body : Buffer.alloc(0));
    for (const [index, event] of given.entries()) {
      if (shared !== undefined && "text" in event) event.key ??= `${shared}#${index}`;
    }
    const settings = settingsFor(identity, String(response.locals.requestId), options.claimKey, request.ip);
    const events = given.filter((event) => "text" in event);
    const taken = await takeEvents(options.pool, settings, request.params.dataset, events);

    const waits = asked.wait === "true" || asked.wait === "1";
    if (waits && waiters >= MAX_WAITERS) {
      throw new AppError("BUSY", "too many requests are waiting; the events are taken", {
        hint: "Send the same keys again in a moment, or do not wait.",
      });
    }
    let known = new Map<number, Outcome>();
    if (waits) {
      waiters++;
      try {
        known = await waitFor(options, settings, taken, asked.timeout);
      } finally {
        waiters--;
      }
    } else {
      const before = taken.events.filter(([, seen]) => seen).map(([number]) => number);
      if (before.length > 0) {
        const outcomes = await outcomesOf(options.pool, settings, before);
        known = new Map(outcomes.map((outcome) => [Number(outcome.number), outcome]));
      }
    }
    const told = tell(given, taken, known);
    const count = (status: string): number => told.filter((event) => event.status === status).length;
    const done = told.every((event) => event.status !== "accepted" && event.outcome !== "accepted");
    response
      .status(done && waits ? 200 : 202)
      .set("Cache-Control", "no-store")
      .json({
        datasetId: taken.datasetId,
        accepted: count("accepted"),
        loaded: count("loaded"),
        rejected: count("rejected"),
        duplicate: count("duplicate"),
        events: told,
      });
  };
}
