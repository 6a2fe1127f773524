/**
 * Every few seconds: what organizations' finished transactions have written to the audit trail becomes leaves of their
 * Merkle trees, and each tree that grew gets a signed checkpoint, kept in the database and in the object store. One
 * sealer an organization at a time (an advisory lock); which rows come next is the database's to say (sql/audit).
 */
import type pg from "pg";
import { signCheckpoint, storeCheckpoint } from "../../lib/audit/checkpoints.ts";
import type { AuditKeys } from "../../lib/audit/keys.ts";
import { PLATFORM } from "../../lib/audit/online.ts";
import { explain } from "../../lib/errors.ts";
import type { Logger } from "../../lib/log.ts";
import { withClaim } from "../../lib/pg.ts";
import type { ObjectStore } from "../../lib/stores/object/index.ts";

export const SEAL_MS = 3000;
/** Leaves a transaction. */
const BATCH = 5000;
/** Transactions an organization and pass; the rest waits for the next, behind everybody's turn. */
const MAX_BATCHES = 50;
const MAX_STORED = 1000;
/** Unsealed for longer than this: something holds it back, and people are told. */
const ALARM_SECONDS = 120;
export const WATCH_SEALING_MS = 15_000;
/** Committing to the versions of a large load takes its time. */
const CLAIM_SECONDS = 3600;

export interface SealContext {
  pool: pg.Pool;
  claimKey: Buffer;
  store: ObjectStore;
  log: Logger;
  /** null: this process does not seal. Asked at every pass, so that a new key counts at once. */
  auditKeys: (() => Promise<AuditKeys>) | null;
}

interface Head {
  appended: number;
  size: string;
  root: Buffer;
  previous: Buffer | null;
}

/** One batch in one transaction; how many leaves were appended. */
async function sealBatch(context: SealContext, keys: AuditKeys, orgId: string): Promise<number> {
  const claim = {
    kind: "service",
    orgId: orgId === PLATFORM.id ? null : orgId,
    userId: null,
    ttlSeconds: CLAIM_SECONDS,
  } as const;
  return withClaim(context.pool, context.claimKey, claim, async (client) => {
    const begun = await client.query<{ before: string | null; loads: string[] }>(
      "select before, loads from private.begin_seal($1)",
      [orgId],
    );
    const { before, loads } = begun.rows[0]!;
    if (before === null) return 0;
    for (const load of loads) await client.query("select data.commit_change($1)", [load]);
    const { rows } = await client.query<Head>(
      "select appended, size, root, previous from private.append_leaves($1, $2, $3, $4)",
      [orgId, before, loads, BATCH],
    );
    const head = rows[0]!;
    if (head.appended === 0) return 0;
    const at = new Date().toISOString();
    const jws = await signCheckpoint(keys, {
      v: 1,
      org: orgId,
      size: Number(head.size),
      root: head.root.toString("hex"),
      previous: head.previous?.toString("hex") ?? null,
      at,
    });
    await client.query("select audit.add_checkpoint($1, $2, $3, $4, $5, $6, $7)", [
      orgId,
      head.size,
      at,
      head.root,
      head.previous,
      keys.kid,
      jws,
    ]);
    return head.appended;
  });
}

/** After the commit, so that no checkpoint is in the store that the database does not have. */
async function storeCheckpoints({ pool, store }: SealContext, orgId: string): Promise<void> {
  const { rows } = await pool.query<{ size: string; jws: string }>(
    "select size, jws from audit.checkpoints_to_store($1, $2)",
    [orgId, MAX_STORED],
  );
  for (const row of rows) {
    await storeCheckpoint(store, orgId, Number(row.size), row.jws);
    await pool.query("select audit.checkpoints_stored($1, $2)", [orgId, row.size]);
  }
}

/** Organizations whose older datasets this process has seen to. */
const adopted = new Set<string>();

/** Datasets from before versions were committed to are committed to once, as they are. */
async function adopt({ pool, claimKey, log }: SealContext, orgId: string): Promise<void> {
  if (adopted.has(orgId)) return;
  if (orgId !== PLATFORM.id) {
    const claim = { kind: "service", orgId, userId: null, ttlSeconds: CLAIM_SECONDS } as const;
    await withClaim(pool, claimKey, claim, async (client) => {
      const { rows } = await client.query<{ n: string }>("select data.adopt_versions() as n");
      if (rows[0]!.n !== "0")
        log.info({ org_id: orgId, versions: Number(rows[0]!.n) }, "earlier versions are committed to");
    });
  }
  adopted.add(orgId);
}

/** Seals what an organization's finished transactions have written; how many leaves its tree got. Errors: AppError AUDIT_FORK. */
export async function sealOrganization(
  context: SealContext,
  keys: AuditKeys,
  orgId: string,
): Promise<number> {
  let appended = 0;
  await adopt(context, orgId);
  for (let batch = 0; batch < MAX_BATCHES; batch++) {
    const now = await sealBatch(context, keys, orgId);
    appended += now;
    if (now === 0) break;
  }
  await storeCheckpoints(context, orgId);
  return appended;
}

interface Lag {
  org_id: string;
  seconds: number;
  late: boolean;
}

/** Tells of organizations whose rows have waited too long, once, and of their end. */
export async function watchSealing({ pool, claimKey, log, auditKeys }: SealContext): Promise<void> {
  if (auditKeys === null) return;
  const platform = { kind: "service", orgId: null, userId: null } as const;
  await withClaim(pool, claimKey, platform, async (client) => {
    const { rows } = await client.query<Lag>("select org_id, seconds, late from audit.watch_sealing($1)", [
      ALARM_SECONDS,
    ]);
    if (rows.length === 0) return;
    const { rows: holders } = await client.query("select pid, role, application from audit.oldest_writer()");
    for (const lag of rows) {
      const told = { org_id: lag.org_id, seconds: lag.seconds, held_by: holders[0] ?? null };
      if (lag.late) log.warn(told, "the audit trail waits to be sealed: a transaction holds it back");
      else log.info(told, "the audit trail is sealed again");
    }
  });
}

/** One pass over all organizations; how many leaves were sealed. */
export async function sealAll(context: SealContext): Promise<number> {
  if (context.auditKeys === null) return 0;
  const keys = await context.auditKeys();
  if (keys.privateKey === null) return 0;
  const { rows } = await context.pool.query<{ org_id: string }>(
    "select org_id from audit.unsealed_organizations() org_id",
  );
  let sealed = 0;
  for (const { org_id: orgId } of rows) {
    try {
      sealed += await sealOrganization(context, keys, orgId);
    } catch (error) {
      // One organization's trouble is not the others'.
      context.log.error(
        { org_id: orgId, err: explain(error) },
        "the audit trail could not be sealed; trying again",
      );
    }
  }
  return sealed;
}
