/**
 * One reading of a source: what comes is spooled to the object store file by file, and each file is submitted together
 * with the cursor's move. Whoever dies in between left a file that nobody submitted; the next one reads it again.
 */
import { Readable } from "node:stream";
import type pg from "pg";
import { readConfig } from "../../lib/config.ts";
import { explain, isPgError } from "../../lib/errors.ts";
import { fileKey } from "../../lib/stores/object/keys.ts";
import { asOrganization, type ConnectorContext, openSecret, rawAt, type Stored } from "./context.ts";
import { hide, isTransient, SourceError, tellFailure } from "./failures.ts";
import { loadKind } from "./index.ts";
import type { How, Item, Json, Mode, ReadRequest } from "./types.ts";

const LEASE_SECONDS = 30;
const BEATS_PER_LEASE = 5;
/** Whatever a server does, a reading ends. */
const MAX_PULL_MS = 6 * 3600 * 1000;
/** A server that sends nothing for so long is given up; a slow view may need some time for its first row. */
const SILENCE_MS = 15 * 60_000;
/** Files of one pull; the rest follows in another. */
const MAX_FILES = 500;
/** A fault that stays is told after so many tries; the next pull tries anew. */
const MAX_ATTEMPTS = 8;
const MAX_PAUSE_SECONDS = 3600;
const FIRST_PAUSE_SECONDS = 4;
/** Pauses vary by this share, so that many do not come back at once. */
const JITTER = 0.25;

export type PullOutcome = "nothing" | "succeeded" | "failed" | "waiting" | "lost";

interface Pull {
  org_id: string;
  id: string;
  lease_generation: number;
  attempts: number;
  requested_by: string | null;
}

interface Details extends Stored {
  source: string;
  mode: Mode;
  selection: unknown;
  how: How;
  cursor: Json;
  range: { from: string | number; to?: string | number } | null;
}

interface Reading {
  context: ConnectorContext;
  pull: Pull;
  signal: AbortSignal;
}

/** Does one queued pull. Throws PgError IN007 where another worker holds it. */
export async function runPull(
  context: ConnectorContext,
  ids: { orgId: string; pullId: string },
  workerId: string,
): Promise<PullOutcome> {
  const seconds = context.leaseSeconds ?? LEASE_SECONDS;
  const pull = await asOrganization(context, ids.orgId, null, async (client) => {
    const { rows } = await client.query<Pull>("select * from ingest.lease_pull($1, $2, $3)", [
      ids.pullId,
      workerId,
      seconds,
    ]);
    return rows[0] ?? null;
  });
  if (pull === null) return "nothing";
  const lost = new AbortController();
  const stop = keepLease(context, pull, seconds, lost);
  const reading: Reading = {
    context,
    pull,
    signal: AbortSignal.any([lost.signal, AbortSignal.timeout(MAX_PULL_MS)]),
  };
  let secret: Record<string, unknown> = {};
  try {
    const details = await asPull(reading, async (client) => {
      const { rows } = await client.query<Details>("select * from private.pull_details($1, $2)", [
        pull.id,
        pull.lease_generation,
      ]);
      return rows[0] ?? null;
    });
    if (details === null) return "lost";
    secret = openSecret(context, details);
    const more = await readAll(reading, details, secret);
    await asPull(reading, (client) =>
      client.query("select ingest.end_pull($1, $2, p_more => $3)", [pull.id, pull.lease_generation, more]),
    );
    return "succeeded";
  } catch (error) {
    return await settle(reading, lost.signal.aborted ? lost.signal.reason : error, secret);
  } finally {
    stop();
  }
}

function asPull<T>({ context, pull }: Reading, work: (client: pg.PoolClient) => Promise<T>): Promise<T> {
  return asOrganization(context, pull.org_id, pull.requested_by, work);
}

/** Beats until stopped; aborts when the lease is somebody else's. */
function keepLease(
  context: ConnectorContext,
  pull: Pull,
  seconds: number,
  lost: AbortController,
): () => void {
  let beating = false;
  const timer = setInterval(
    () => {
      if (beating) return;
      beating = true;
      asOrganization(context, pull.org_id, null, (client) =>
        client.query<{ alive: boolean }>("select ingest.beat_pull($1, $2, $3) as alive", [
          pull.id,
          pull.lease_generation,
          seconds,
        ]),
      )
        .then(({ rows }) => {
          if (rows[0]?.alive !== true)
            lost.abort(Object.assign(new Error("the pull was taken over or cancelled"), { code: "IN007" }));
        })
        // The next beat may come through in time.
        .catch((error: unknown) =>
          context.log.warn({ pull_id: pull.id, err: explain(error) }, "a beat failed"),
        )
        .finally(() => {
          beating = false;
        });
    },
    (seconds * 1000) / BEATS_PER_LEASE,
  );
  return () => clearInterval(timer);
}

/** Reads and submits file by file; true where more is left for another pull. */
async function readAll(reading: Reading, details: Details, secret: unknown): Promise<boolean> {
  const { context, pull, signal } = reading;
  const range =
    details.range === null
      ? null
      : {
          from: String(details.range.from),
          ...(details.range.to === undefined ? {} : { to: String(details.range.to) }),
        };
  const kind = await loadKind(details.kind);
  const request: ReadRequest<unknown> = {
    selection: details.selection,
    how: details.how,
    mode: details.mode,
    cursor: details.cursor,
    range,
    signal,
    source: details.source,
    seen: (names) =>
      asPull(reading, async (client) => {
        const { rows } = await client.query<{ name: string; version: string }>(
          "select * from ingest.seen_objects($1, $2)",
          [pull.id, names],
        );
        return new Map(rows.map(({ name, version }) => [name, version]));
      }),
  };
  let files = 0;
  for await (const item of kind.read(rawAt(context, details, secret, signal), request)) {
    if (files === MAX_FILES) {
      item.body.destroy();
      if (details.how !== "full") return true;
      throw new SourceError(
        "data",
        `there are more than ${MAX_FILES} files`,
        "Read new objects alone (how: new_objects), or narrow prefix or pattern.",
      );
    }
    await submit(reading, item);
    files++;
  }
  return false;
}

/** What comes, as long as something comes. */
async function* watched(body: Readable): AsyncGenerator<Buffer> {
  const silent = (): void =>
    void body.destroy(
      new SourceError("down", "the source sends nothing more", "It is tried again by itself."),
    );
  const timer = setTimeout(silent, SILENCE_MS);
  try {
    for await (const chunk of body as AsyncIterable<Buffer>) {
      timer.refresh();
      yield chunk;
      timer.refresh();
    }
  } finally {
    clearTimeout(timer);
  }
}

async function submit(reading: Reading, item: Item): Promise<void> {
  const { context, pull, signal } = reading;
  const key = fileKey(pull.org_id);
  const abort = (): void =>
    void item.body.destroy(signal.reason instanceof Error ? signal.reason : new Error("stopped"));
  signal.addEventListener("abort", abort, { once: true });
  let stored: { size: number; sha256: Buffer };
  try {
    signal.throwIfAborted();
    stored = await context.store.put(key, Readable.from(watched(item.body), { objectMode: false }), {
      maxBytes: context.maxBytes ?? readConfig().maxUploadBytes,
    });
  } finally {
    signal.removeEventListener("abort", abort);
    item.body.destroy();
  }
  await context.onStored?.();
  const isEmpty = item.isEmpty?.() ?? stored.size === 0;
  const file = isEmpty ? [null, null, null, null] : [item.name, key, stored.size, stored.sha256];
  try {
    await asPull(reading, (client) =>
      client.query("select ingest.submit_pulled($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)", [
        pull.id,
        pull.lease_generation,
        JSON.stringify(item.cursor()),
        ...file,
        JSON.stringify(item.options ?? {}),
        item.object?.name ?? null,
        item.object?.version() ?? null,
      ]),
    );
  } catch (error) {
    // A lost connection may have committed: then the file is a run's.
    if (isPgError(error) && !/^(08|57|40003)/.test(error.code))
      await context.store.remove(key).catch(() => undefined);
    throw error;
  }
  if (isEmpty) await context.store.remove(key).catch(() => undefined);
}

/** Seconds, doubling with each attempt. */
function pauseAfter(attempts: number, error: unknown): number {
  const whole = Math.min(MAX_PAUSE_SECONDS, FIRST_PAUSE_SECONDS * 2 ** Math.min(attempts - 1, 20));
  const asked = error instanceof SourceError ? (error.retryAfter ?? 0) : 0;
  return Math.max(asked, whole * (1 - JITTER + 2 * JITTER * Math.random()));
}

/** Writes down what became of a pull that did not get through. */
async function settle(reading: Reading, error: unknown, secret: unknown): Promise<PullOutcome> {
  const { context, pull } = reading;
  const log = context.log.child({ pull_id: pull.id, org_id: pull.org_id });
  if (error instanceof Error && "code" in error && error.code === "IN007") {
    log.info("the pull was taken over or cancelled");
    return "lost";
  }
  const told = JSON.stringify(tellFailure(error, secret));
  const waits = isTransient(error) && pull.attempts < MAX_ATTEMPTS;
  const pause = waits ? pauseAfter(pull.attempts, error) : null;
  log.warn({ err: hide(explain(error), secret), pause }, waits ? "a pull waits" : "a pull failed");
  try {
    await asPull(reading, (client) =>
      client.query("select ingest.end_pull($1, $2, $3, clock_timestamp() + make_interval(secs => $4))", [
        pull.id,
        pull.lease_generation,
        told,
        pause,
      ]),
    );
  } catch (again) {
    if (again instanceof Error && "code" in again && again.code === "IN007") return "lost";
    throw again;
  }
  return waits ? "waiting" : "failed";
}
