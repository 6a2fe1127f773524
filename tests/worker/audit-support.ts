/** A loader whose organization's trail is sealed, and what a superuser may do behind everybody's back. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { loadAuditKeys } from "../../lib/audit/keys.ts";
import { verifyOnline } from "../../lib/audit/online.ts";
import type { Verdict } from "../../lib/audit/verdict.ts";
import { createLogger } from "../../lib/log.ts";
import { type SealContext, sealOrganization } from "../../worker/tasks/audit__seal.ts";
import { type Bench, createLoader } from "./support.ts";

export interface Sealed {
  bench: Bench;
  home: string;
  context: SealContext;
  seal(): Promise<number>;
  verify(): Promise<Verdict>;
  /** As a superuser with all triggers off. */
  tamper(...statements: string[]): Promise<void>;
  close(): Promise<void>;
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
    seal: async () => sealOrganization(context, await keys(), bench.org.id),
    verify: async () =>
      verifyOnline(
        { pool: bench.db.worker, claimKey: bench.db.claimKey },
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
