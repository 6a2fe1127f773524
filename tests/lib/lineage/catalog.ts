/** What PostgreSQL itself says that a query depends on: the columns in pg_depend of a view made of it. */
import type pg from "pg";

/** `table.column`, sorted. Makes a view of the query in the connection's current schema and drops it again. */
export async function dependenciesOf(client: pg.ClientBase, query: string): Promise<string[]> {
  await client.query(`create view lineage_probe as ${query.trim().replace(/;$/, "")}`);
  const { rows } = await client.query<{ name: string }>(
    `select distinct c.relname || '.' || a.attname as name
       from pg_rewrite r
       join pg_depend d on d.classid = 'pg_rewrite'::regclass and d.objid = r.oid and d.refclassid = 'pg_class'::regclass
       join pg_class c on c.oid = d.refobjid and c.oid <> r.ev_class
       join pg_attribute a on a.attrelid = c.oid and a.attnum = d.refobjsubid and a.attnum > 0
      where r.ev_class = 'lineage_probe'::regclass
      order by 1`,
  );
  await client.query("drop view lineage_probe");
  return rows.map((row) => row.name).sort();
}

/** The names of a view's columns, as PostgreSQL gives them. */
export async function columnNamesOf(client: pg.ClientBase, query: string): Promise<string[]> {
  const { fields } = await client.query(`select * from (${query.trim().replace(/;$/, "")}) q limit 0`);
  return fields.map((field) => field.name);
}
