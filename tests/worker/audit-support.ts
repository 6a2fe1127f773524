/** A loader whose organization's trail is sealed, and what a superuser may do behind everybody's back. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { loadAuditKeys } from "../../lib/audit/keys.ts";
import { verifyOnline } from "../../lib/audit/online.ts";
import type { Verdict } from "../../lib/audit/verdict.ts";
import { createLogger } from "../../lib/log.ts";
import { archiveStager } from "../../worker/retention/stage-archives.ts";
import { type SealContext, sealOrganization } from "../../worker/tasks/audit__seal.ts";
import { type Bench, createLoader } from "./support.ts";

export interface Sealed {
  bench: Bench;
  home: string;
  context: SealContext;
  /** Until everything is sealed: a transaction in another test's database of the cluster holds it back for a while. */
  seal(): Promise<number>;
  verify(): Promise<Verdict>;
  /** As a superuser with all triggers off. */
  tamper(...statements: string[]): Promise<void>;
  close(): Promise<void>;
}

const SETTLE_TRIES = 300;
const SETTLE_PAUSE_MS = 100;

/** Rows of the organization that are in no tree. */
async function unsealed({ db, org }: Bench): Promise<number> {
  const { rows } = await db.admin.query<{ n: number }>(
    `select (select count(*) from audit.events e where e.org_id = $1 and not exists (select from audit.leaves l where l.org_id = e.org_id and l.source_id = e.id))::int
          + (select count(*) from audit.data_changes c where c.org_id = $1 and not exists (select from audit.leaves l where l.org_id = c.org_id and l.source_id = c.id))::int as n`,
    [org.id],
  );
  return rows[0]!.n;
}

export async function createSealed(slug = "acme"): Promise<Sealed> {
  const bench = await createLoader(slug);
  const home = await mkdtemp(path.join(tmpdir(), "cadastre-audit-"));
  const place = { home, auditKeysFile: null };
  const keys = () => loadAuditKeys(place);
  const context: SealContext = {
    pool: bench.db.worker,
    claimKey: bench.db.claimKey,
    store: bench.store,
    log: createLogger("fatal"),
    auditKeys: keys,
  };
  return {
    bench,
    home,
    context,
    async seal() {
      let sealed = 0;
      for (let tries = 0; tries < SETTLE_TRIES; tries++) {
        sealed += await sealOrganization(context, await keys(), bench.org.id);
        if ((await unsealed(bench)) === 0) break;
        await pause(SETTLE_PAUSE_MS);
      }
      return sealed;
    },
    verify: async () =>
      verifyOnline(
        { pool: bench.db.worker, claimKey: bench.db.claimKey, archives: archiveStager(bench.store) },
        bench.org,
        await keys(),
        bench.store,
      ),
    async tamper(...statements) {
      const client = await bench.db.admin.connect();
      try {
        await client.query("begin");
        for (const statement of statements) await client.query(statement);
        await client.query("commit");
      } catch (error) {
        await client.query("rollback");
        throw error;
      } finally {
        client.release();
      }
    },
    async close() {
      await bench.close();
      await rm(home, { recursive: true, force: true });
    },
  };
}
