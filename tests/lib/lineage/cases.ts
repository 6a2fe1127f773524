/** Queries, each a construct by itself, held against what PostgreSQL says of a view of them. */
import { expect } from "vitest";
import { lineageOf } from "../../../lib/lineage/index.ts";
import { createTestDatabase, type TestDatabase } from "../../support/database.ts";
import { columnNamesOf, dependenciesOf } from "./catalog.ts";
import { DDL, schema, show } from "./sample.ts";

export type Case = [what: string, sql: string, columns: Record<string, string>, influences?: string];

/** A database with the sample's tables. */
export async function openSample(): Promise<TestDatabase> {
  const db = await createTestDatabase();
  await db.admin.query(`set search_path = public; ${DDL}`);
  return db;
}

export async function prove(db: TestDatabase, [, sql, columns, influences]: Case): Promise<void> {
  const [found] = await lineageOf(sql, schema);
  const shown = show(found!.columns);
  if (Object.keys(columns).length > 0) expect(shown).toEqual(columns);
  if (influences !== undefined) {
    expect(show([{ name: "rows", sources: found!.influences }]).rows).toBe(influences);
  }
  const client = await db.admin.connect();
  try {
    expect(found!.columns.map((c) => c.name)).toEqual(await columnNamesOf(client, sql));
    if (new Set(found!.columns.map((c) => c.name)).size < found!.columns.length) return;
    const named = found!.baseColumns.map((c) => `${c.table}.${c.column}`).sort();
    expect(named).toEqual(await dependenciesOf(client, sql));
  } finally {
    client.release();
  }
}
