/** Sends OpenLineage events to the address that an organization chose: https alone, never into the own network. */
import { AppError } from "../../lib/errors.ts";
import { createOutbound, type OutboundFetch } from "../../lib/outbound.ts";

const MAX_ANSWER = 64 * 1024;
const SECONDS = 15;
const LOCAL = new Set(["127.0.0.1", "localhost", "[::1]"]);

/** http on this machine alone, and only where the setting OPENLINEAGE_ALLOW_HTTP=1 says so: for trials and tests. */
const isTrial = (url: URL): boolean => process.env.OPENLINEAGE_ALLOW_HTTP === "1" && LOCAL.has(url.hostname);

let outbound: OutboundFetch | undefined;

export interface Sent {
  ok: boolean;
  /** Why it was not taken; without the event and without the token. */
  problem?: string;
  /** It would be refused again. */
  final?: boolean;
}

/** What an answer means: too many and too late are tried again, every other refusal stays one. */
function judge(status: number): Sent {
  if (status >= 200 && status < 300) return { ok: true };
  const final =
    status >= 400 && status < 500 && status !== 408 && status !== 429 && status !== 401 && status !== 403;
  return { ok: false, problem: `the receiver answered ${status}`, final };
}

export async function sendEvent(url: string, token: string | null, event: unknown): Promise<Sent> {
  outbound ??= createOutbound({
    refuse: (message) =>
      new AppError("PROVIDER", `the receiver's ${message}`, {
        hint: "Correct the address of the OpenLineage endpoint.",
      }),
    maxBytes: MAX_ANSWER,
    seconds: SECONDS,
    isTrial,
  });
  try {
    const response = await outbound(url, {
      method: "POST",
      headers: { "content-type": "application/json", ...(token ? { authorization: `Bearer ${token}` } : {}) },
      body: JSON.stringify(event),
    });
    return judge(response.status);
  } catch (error) {
    // An address that is refused now may be corrected; the network may come back.
    const problem = error instanceof AppError ? error.message : "the receiver cannot be reached";
    return { ok: false, problem };
  }
}
