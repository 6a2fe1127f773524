/**
 * The tree that SQL keeps is the one that lib/audit computes, batch by batch; its proofs verify outside for every leaf
 * and any two checkpoints; nobody without audit.view gets one, nobody at all changes anything of it.
 */
import { randomBytes } from "node:crypto";
import { setTimeout as pause } from "node:timers/promises";
import { afterAll, beforeAll, expect, it } from "vitest";
import { createTree, isConsistent, leafHash, rootOfInclusion, sha256 } from "../../../lib/audit/merkle.ts";
import {
  addMember,
  asMember,
  asService,
  createOrg,
  createTestDatabase,
  type TestDatabase,
  type TestOrg,
} from "../../support/database.ts";

let db: TestDatabase;
let org: TestOrg;
let owner: { orgId: string; userId: string };
const BATCHES = [1, 2, 255, 3, 600, 1, 70_000];

interface Proof {
  position: number;
  size: number;
  leaf: string;
  text: string;
  salt: string;
  path: string[];
  root: string;
}

beforeAll(async () => {
  db = await createTestDatabase();
  org = await createOrg(db, "acme");
  owner = { orgId: org.id, userId: await addMember(db, org.id, "owner@acme.example", "owner") };
  const tree = createTree();
  for (const count of BATCHES) {
    await db.admin.query(
      `insert into audit.events (org_id, actor_kind, action, object_id, detail)
       select $1, 'service', 'test.event', i::text, jsonb_build_object('batch', $2::int) from generate_series(1, $2::int) i`,
      [org.id, count],
    );
    // A transaction of another test's, in another database of the cluster, may still be under way.
    for (let left = count; left > 0; ) left -= await seal(tree);
  }
});

/** Seals what can be; how many leaves it was. */
async function seal(tree: ReturnType<typeof createTree>): Promise<number> {
  return asService(db, org.id, async (client) => {
    const begun = await client.query<{ before: string }>("select before from private.begin_seal($1)", [
      org.id,
    ]);
    const { rows } = await client.query<{ appended: number; size: string; root: Buffer }>(
      "select appended, size, root from private.append_leaves($1, $2, '{}', 100000)",
      [org.id, begun.rows[0]!.before],
    );
    const { appended, size, root } = rows[0]!;
    if (appended === 0) {
      await pause(50);
      return 0;
    }
    const leaves = await client.query<{ hash: Buffer }>(
      "select hash from audit.leaves where position >= $1 order by position",
      [Number(size) - appended],
    );
    for (const { hash } of leaves.rows) tree.append(hash);
    expect(root.equals(tree.root())).toBe(true);
    // Signatures are asked about elsewhere.
    await client.query("select audit.add_checkpoint($1, $2, now(), $3, null, 'none', 'none')", [
      org.id,
      size,
      root,
    ]);
    return appended;
  });
}
afterAll(() => db.drop());

const ask = async <T>(text: string, values: unknown[], who = owner): Promise<T> =>
  asMember(
    db,
    who,
    async (client) => (await client.query<{ answer: T }>(`select ${text} as answer`, values)).rows[0]!.answer,
  );

const sizes = async () =>
  asMember(db, owner, async (client) => {
    const { rows } = await client.query<{ size: string; root: Buffer }>(
      "select size, root from audit.checkpoints order by size",
    );
    return rows.map((row) => ({ size: Number(row.size), root: row.root }));
  });

it("an event proves to be in the tree of the first checkpoint after it, and of every later one", async () => {
  const heads = await sizes();
  const size = heads.at(-1)!.size;
  const chosen = [
    0,
    1,
    254,
    255,
    256,
    257,
    511,
    512,
    65_535,
    65_536,
    65_537,
    size - 1,
    ...Array.from({ length: 20 }, () => randomBytes(4).readUInt32BE() % size),
  ];
  for (const position of chosen) {
    const { rows } = await db.admin.query<{ source_id: string }>(
      "select source_id from audit.leaves where org_id = $1 and position = $2",
      [org.id, position],
    );
    for (const head of heads.filter((one) => one.size > position)) {
      const proof = await ask<Proof>("audit.inclusion_proof($1, $2)", [rows[0]!.source_id, head.size]);
      const commitment = sha256(Buffer.from(proof.salt, "hex"), proof.text).toString("hex");
      const leaf = leafHash(`event|${rows[0]!.source_id}|${commitment}`);
      expect(leaf.toString("hex")).toBe(proof.leaf);
      const root = rootOfInclusion(
        leaf,
        proof.position,
        proof.size,
        proof.path.map((step) => Buffer.from(step, "hex")),
      );
      expect(root?.equals(head.root)).toBe(true);
    }
  }
});

it("any two checkpoints prove that the earlier tree is the later one's beginning", async () => {
  const heads = await sizes();
  for (const from of heads) {
    for (const to of heads.filter((one) => one.size >= from.size)) {
      const proof = await ask<{ path: string[] }>("audit.consistency_proof($1, $2)", [from.size, to.size]);
      const path = proof.path.map((step) => Buffer.from(step, "hex"));
      expect(isConsistent(from.size, from.root, to.size, to.root, path)).toBe(true);
    }
  }
  // How many leaves the first checkpoint has depends on when its transactions ended: one more than that is never in it.
  const first = heads[0]!.size;
  await expect(ask("audit.consistency_proof($1, $2)", [first + 1, first])).rejects.toMatchObject({
    code: "AU004",
  });
});

it("who may not see the audit trail sees no leaf, no checkpoint and gets no proof; other organizations neither", async () => {
  const other = await createOrg(db, "globex");
  const people = [
    { orgId: org.id, userId: await addMember(db, org.id, "manager@acme.example", "manager") },
    { orgId: org.id, userId: await addMember(db, org.id, "steward@acme.example", "steward") },
    { orgId: other.id, userId: await addMember(db, other.id, "owner@globex.example", "owner") },
  ];
  const { rows } = await db.admin.query<{ source_id: string }>(
    "select source_id from audit.leaves where position = 3 and org_id = $1",
    [org.id],
  );
  for (const who of people) {
    for (const table of ["events", "checkpoints", "data_changes"]) {
      expect(
        await ask(`(select count(*)::int from audit.${table} where org_id = '${org.id}')`, [], who),
      ).toBe(0);
    }
    await expect(ask("audit.inclusion_proof($1)", [rows[0]!.source_id], who)).rejects.toMatchObject({
      code: who.orgId === org.id ? "42501" : "AU004",
    });
  }
  await expect(ask("(select count(*) from private.event_salts)", [])).rejects.toMatchObject({
    code: "42501",
  });
});

it("nothing is changed or removed, by the owner of the tables either, with replication's role or without", async () => {
  const client = await db.admin.connect();
  try {
    for (const table of ["events", "leaves", "checkpoints", "tree_nodes"]) {
      for (const statement of [
        `update audit.${table} set org_id = org_id`,
        `delete from audit.${table}`,
        `truncate audit.${table}`,
      ]) {
        for (const replication of ["origin", "replica"]) {
          await client.query("begin");
          await client.query(`set local session_replication_role = ${replication}`);
          await expect(client.query(statement)).rejects.toMatchObject({ code: "42501" });
          await client.query("rollback");
        }
      }
    }
  } finally {
    client.release();
  }
});
