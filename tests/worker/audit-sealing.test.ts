/**
 * Sealing beside writers: whoever commits or rolls back when, in the end every row is sealed once, in the order of
 * transactions, and the chain verifies; a transaction that stalls holds sealing back, is named, and when it ends the
 * sealer catches up. With the worker's own clock and several sealers at once.
 */

import { Writable } from "node:stream";
import { setTimeout as pause } from "node:timers/promises";
import { pino } from "pino";
import { afterAll, beforeAll, expect, it } from "vitest";
import { loadAuditKeys } from "../../lib/audit/keys.ts";
import { type SealContext, sealAll, sealOrganization, watchSealing } from "../../worker/tasks/audit__seal.ts";
import { addMember, asMember, createOrg } from "../support/database.ts";
import { createSealed, type Sealed } from "./audit-support.ts";
import { declare } from "./support.ts";

const WRITERS = 8;
const ROUNDS = 25;
let sealed: Sealed;

beforeAll(async () => {
  sealed = await createSealed();
  await declare(
    sealed.bench,
    "notes",
    [
      { name: "id", type: "integer" },
      { name: "body", type: "text" },
    ],
    ["id"],
  );
});
afterAll(() => sealed.close());

/** A writer of single edits, every third transaction rolled back, some of several statements. */
async function write(writer: number): Promise<void> {
  const { db, org, manager } = sealed.bench;
  for (let round = 0; round < ROUNDS; round++) {
    const id = writer * 1000 + round;
    await asMember(db, { orgId: org.id, userId: manager }, async (client) => {
      await client.query("insert into org_acme.notes (id, body) values ($1, 'first')", [id]);
      if (round % 2 === 0)
        await client.query("update org_acme.notes set body = 'second' where id = $1", [id]);
      if (round % 5 === 4) await client.query("delete from org_acme.notes where id = $1", [id]);
      if (round % 3 === 2) throw new Error("rolled back");
    }).catch((error: unknown) => {
      if (!(error instanceof Error && error.message === "rolled back")) throw error;
    });
  }
}

/** Until everything is sealed: transactions in other tests' databases of the cluster hold it back for a while. */
async function settle(context = sealed.context): Promise<void> {
  for (let tries = 0; tries < 300; tries++) {
    await pass(context);
    if ((await unsealed()) === 0) return;
    await pause(100);
  }
}

/** What a worker does by the clock. */
async function pass(context: SealContext): Promise<void> {
  await sealAll(context);
  await watchSealing(context);
}

async function unsealed(): Promise<number> {
  const { rows } = await sealed.bench.db.admin.query<{ n: number }>(
    `select (select count(*) from audit.events e where not exists (select from audit.leaves l where l.org_id = e.org_id and l.source_id = e.id))::int
          + (select count(*) from audit.data_changes c where not exists (select from audit.leaves l where l.org_id = c.org_id and l.source_id = c.id))::int as n`,
  );
  return rows[0]!.n;
}

it("eight writers, rollbacks and three sealers at once: every row sealed once, in the order of transactions", async () => {
  let writing = true;
  const seal = async (): Promise<void> => {
    while (writing) {
      await sealAll(sealed.context);
      await pause(20);
    }
  };
  const sealers = [seal(), seal(), seal()];
  await Promise.all(Array.from({ length: WRITERS }, (_, i) => write(i)));
  writing = false;
  await Promise.all(sealers);
  await settle();
  expect(await unsealed()).toBe(0);
  const { rows } = await sealed.bench.db.admin.query(
    `select l.org_id, l.position from (
       select l.org_id, l.position, row_number() over (partition by l.org_id order by s.txid, s.id) - 1 as should
         from audit.leaves l
         join (select org_id, id, txid from audit.events union all select org_id, id, txid from audit.data_changes) s
           on s.org_id = l.org_id and s.id = l.source_id) l
      where l.position <> l.should`,
  );
  expect(rows).toEqual([]);
  const verdict = await sealed.verify();
  expect(verdict).toMatchObject({ ok: true, problems: [], uncovered: 0 });
  // Of 25 rounds 17 commit.
  expect(verdict.changes).toBeGreaterThan(WRITERS * 17);
});

it("a transaction that stalls holds back what came after it, is told of with its process, and is caught up with", async () => {
  const { bench, context } = sealed;
  const other = await createOrg(bench.db, "globex");
  const owner = await addMember(bench.db, other.id, "owner@globex.example", "owner");
  const lines: Record<string, unknown>[] = [];
  const log = pino(
    { level: "info" },
    new Writable({
      write(chunk, _encoding, done) {
        lines.push(JSON.parse(String(chunk)));
        done();
      },
    }),
  );
  await settle();
  const stalled = await bench.db.worker.connect();
  const { rows: pids } = await stalled.query<{ pid: number }>("select pg_backend_pid() as pid");
  await stalled.query("begin");
  await stalled.query("select pg_current_xact_id()");
  try {
    await asMember(bench.db, { orgId: other.id, userId: owner }, (client) =>
      client.query("select data.create_dataset('late', '[{\"name\": \"id\"}]', '{id}')"),
    );
    for (let tries = 0; tries < 300; tries++) {
      const { rows } = await bench.db.worker.query<{ pid: number }>("select pid from audit.oldest_writer()");
      if (rows[0]?.pid === pids[0]!.pid) break;
      await pause(100);
    }
    await sealAll(context);
    const before = await unsealed();
    expect(before).toBeGreaterThan(0);
    await pass({ ...context, log });
    expect(await unsealed()).toBe(before);
    expect(lines).toEqual([]);
    // The alarm's age is the database's to say; a minute is not waited for here.
    await sealed.tamper(
      "alter table audit.events disable trigger all",
      `update audit.events set at = at - interval '5 minutes' where org_id = '${other.id}'`,
      "alter table audit.events enable trigger all",
    );
    await pass({ ...context, log });
    await pass({ ...context, log });
    // Once, not at every pass.
    expect(lines).toHaveLength(1);
    expect(lines[0]).toMatchObject({
      level: 40,
      org_id: other.id,
      held_by: { pid: pids[0]!.pid, role: "cadastre_worker" },
    });
    const state = await asMember(bench.db, { orgId: other.id, userId: owner }, (client) =>
      client.query("select org_id, unsealed, alarmed_at from audit.sealing_state()"),
    );
    expect(state.rows).toHaveLength(1);
    expect(state.rows[0]).toMatchObject({ org_id: other.id, alarmed_at: expect.any(Date) });
    expect(state.rows[0].unsealed).toBeGreaterThan(1);
  } finally {
    await stalled.query("rollback");
    stalled.release();
  }
  await settle({ ...context, log });
  await pass({ ...context, log });
  expect(lines.at(-1) ?? {}).toMatchObject({ level: 30, org_id: other.id });
  await settle();
  expect(await unsealed()).toBe(0);
  const { rows } = await bench.db.admin.query<{ action: string }>(
    "select action from audit.events where org_id = $1 and action like 'audit.%' order by id",
    [other.id],
  );
  expect(rows.map((row) => row.action)).toEqual(["audit.sealing_late", "audit.sealing_caught_up"]);
});

it("a store that is down does not stop sealing; what it missed is stored when it is back", async () => {
  const { bench, context } = sealed;
  const keys = await loadAuditKeys({ home: sealed.home, auditKeysFile: null });
  await write(90);
  const down = { ...bench.store, size: () => Promise.reject(new Error("down")) };
  await expect(sealOrganization({ ...context, store: down }, keys, bench.org.id)).rejects.toThrow("down");
  const rows = await bench.db.admin.query("select 1 from audit.checkpoints_to_store($1, 10)", [bench.org.id]);
  expect(rows.rowCount).toBe(1);
  await sealAll(context);
  expect((await sealed.verify()).problems).toEqual([]);
});
