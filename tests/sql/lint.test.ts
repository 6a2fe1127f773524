/** The database keeps its own rules, and each rule finds the offender that is planted for it. */
import { readdir, readFile } from "node:fs/promises";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { projectRoot } from "../../lib/db/urls.ts";
import { asService, createOrg, createTestDatabase, type TestDatabase } from "../support/database.ts";

const folder = path.join(projectRoot, "sql", "lint");
const rules = (await readdir(folder))
  .filter((name) => name.endsWith(".sql"))
  .map((name) => name.slice(0, -4));

let db: TestDatabase;
beforeAll(async () => {
  db = await createTestDatabase();
  const org = await createOrg(db, "acme");
  await asService(db, org.id, async (client) => {
    await client.query(
      `select data.create_dataset('customers', '[{"name": "id", "type": "integer"}]', '{id}')`,
    );
    await client.query(
      `select data.create_dataset('orders', '[{"name": "id", "type": "integer"},
         {"name": "customer", "type": "integer", "references": {"dataset": "customers", "field": "id"}}]', '{id}')`,
    );
    await client.query(`select data.create_dataset('log', '[{"name": "message"}]')`);
  });
});
afterAll(() => db.drop());

describe.each(rules)("%s", (rule) => {
  it("holds", async () => {
    const { rows } = await db.admin.query(await readFile(path.join(folder, `${rule}.sql`), "utf8"));
    expect(rows).toEqual([]);
  });

  it("finds the planted offender", async () => {
    const offender = await readFile(path.join(projectRoot, "tests", "sql", "lint", `${rule}.sql`), "utf8");
    const client = await db.admin.connect();
    try {
      await client.query("begin; set local role cadastre_owner");
      await client.query(offender);
      await client.query("reset role");
      const { rows } = await client.query(await readFile(path.join(folder, `${rule}.sql`), "utf8"));
      expect(rows.length).toBeGreaterThan(0);
    } finally {
      await client.query("rollback");
      client.release();
    }
  });
});
