/** Verification of a running installation: the same lines that an export has, held against the object store as well. */
import { setTimeout } from "node:timers/promises";
import type pg from "pg";
import { withSnapshot } from "../pg.ts";
import type { ObjectStore } from "../stores/object/index.ts";
import { claimedSize, latestCheckpoint, storedCheckpoint } from "./checkpoints.ts";
import { type ExportOptions, exportLines } from "./export.ts";
import type { AuditKeys } from "./keys.ts";
import type { Verdict } from "./verdict.ts";
import { createVerifier } from "./verify.ts";

/** A trail of many years takes its time to read. */
const CLAIM_SECONDS = 12 * 3600;
const STORE_TRIES = 20;
const STORE_PAUSE_MS = 250;

/** Whose trail that of events without an organization is. */
export const PLATFORM = { id: "00000000-0000-0000-0000-000000000000", slug: "platform" } as const;

export interface Trail {
  /** The worker's connections. */
  pool: pg.Pool;
  claimKey: Buffer;
  /** Puts archived versions beside the others for the transaction; says which archives cannot be read. */
  archives?: (client: pg.ClientBase) => Promise<{ name: string; message: string }[]>;
}

/** Runs `work` over the lines of an organization's trail, all of one moment. */
export function withLines<T>(
  { pool, claimKey, archives }: Trail,
  options: ExportOptions,
  work: (lines: ReturnType<typeof exportLines>) => Promise<T>,
): Promise<T> {
  // The platform's own trail has no organization.
  const orgId = options.org.id === PLATFORM.id ? null : options.org.id;
  const claim = { kind: "service", orgId, userId: null, ttlSeconds: CLAIM_SECONDS } as const;
  return withSnapshot(
    pool,
    claimKey,
    claim,
    (client) => work(exportLines(client, options, archives)),
    archives ? "temporary" : "nothing",
  );
}

/** A checkpoint is stored a moment after its transaction: one that is newer than the store's last is waited for. */
async function waitForStored(
  store: ObjectStore,
  orgId: string,
  size: number,
  isNew: boolean,
): Promise<string | null> {
  for (let tries = 0; ; tries++) {
    const found = await storedCheckpoint(store, orgId, size);
    if (found !== null || !isNew || tries === STORE_TRIES) return found;
    await setTimeout(STORE_PAUSE_MS);
  }
}

/** Recomputes everything from the tables. What is not sealed yet is not asked about. */
export async function verifyOnline(
  trail: Trail,
  org: ExportOptions["org"],
  keys: AuditKeys,
  store: ObjectStore,
): Promise<Verdict> {
  // Asked before the snapshot, so that no checkpoint stored meanwhile looks like one that the database has lost.
  const latest = await latestCheckpoint(store, org.id);
  const known = latest === null ? 0 : claimedSize(latest);
  const verdict = await withLines(trail, { org, values: true }, async (lines) => {
    const verifier = createVerifier({
      jwks: keys.jwks,
      stored: (size) => waitForStored(store, org.id, size, size > known),
    });
    for await (const line of lines) await verifier.take(line);
    return verifier.finish();
  });
  if (known <= verdict.leaves) return verdict;
  const message = `the object store has a checkpoint of ${known} leaves, the database has ${verdict.leaves}: leaves were removed, or it was set back`;
  const problem = {
    kind: "checkpoint",
    what: "cut off",
    dataset: null,
    name: String(known),
    message,
  } as const;
  return {
    ...verdict,
    ok: false,
    problems: [problem, ...verdict.problems],
    problemCount: verdict.problemCount + 1,
  };
}
