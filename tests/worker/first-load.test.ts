/** A first load's table, adopted from its landing table, is the same as the one that a new dataset gets. */
import { afterAll, beforeAll, expect, it } from "vitest";
import { type Bench, createLoader } from "./support.ts";

let bench: Bench;
beforeAll(async () => {
  bench = await createLoader("adopted");
});
afterAll(() => bench.close());

const SHAPE = `
  select c.relpersistence::text, c.relkind::text, c.relrowsecurity, c.relforcerowsecurity, c.relowner::regrole::text as owner,
         array_to_string(c.relacl, ' ') as acl, c.reloptions,
         (select jsonb_object_agg(a.attname, jsonb_build_array(format_type(a.atttypid, a.atttypmod), a.attnotnull, a.attgenerated, a.attidentity,
                    regexp_replace(pg_get_expr(d.adbin, d.adrelid), '^''(.*)''::(text|uuid)$', '\\1')))
            from pg_attribute a left join pg_attrdef d on d.adrelid = a.attrelid and d.adnum = a.attnum
           where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped) as columns,
         (select jsonb_agg(pg_get_constraintdef(k.oid) order by pg_get_constraintdef(k.oid)) from pg_constraint k
           where k.conrelid = c.oid and k.contype <> 'n') as constraints,
         (select jsonb_agg(replace(pg_get_triggerdef(t.oid), c.relname, 'x') || t.tgenabled::text order by t.tgname) from pg_trigger t
           where t.tgrelid = c.oid and not t.tgisinternal) as triggers,
         (select jsonb_agg(p.polname || p.polcmd::text || coalesce(replace(pg_get_expr(p.polqual, p.polrelid), d.id::text, 'x'), '') order by p.polname)
            from pg_policy p join data.datasets d on d.name = c.relname
           where p.polrelid = c.oid) as policies,
         (select jsonb_agg(replace(pg_get_indexdef(i.indexrelid), c.relname, 'x') order by 1) from pg_index i where i.indrelid = c.oid) as indexes
    from pg_class c where c.oid = $1::regclass`;

it.each([
  ["a keyed dataset", ["id"]],
  ["an append-only dataset", []],
])("for %s", async (_what, key) => {
  const suffix = key.length > 0 ? "keyed" : "append";
  const fields = [
    { name: "id", type: "bigint" },
    { name: "name", type: "text" },
    { name: "amount", type: "numeric" },
    { name: "born", type: "date" },
  ];
  for (const name of ["made", "loaded"]) {
    await bench.query("select data.create_dataset($1, $2, $3)", [
      `${name}_${suffix}`,
      JSON.stringify(fields),
      key,
    ]);
  }
  const lines = Array.from({ length: 3000 }, (_, i) => `${i},name ${i},${i}.5,2020-01-0${1 + (i % 9)}`);
  const run = await bench.load(
    `loaded_${suffix}`,
    `id,name,amount,born\n${lines.join("\n")}\n`,
    {},
    { road: "plain" },
  );
  expect(run).toMatchObject({ status: "succeeded", inserted: 3000 });
  const shapeOf = async (table: string) => {
    const { rows } = await bench.db.admin.query(SHAPE, [`store_${bench.org.schemaKey}.${table}`]);
    return JSON.parse(JSON.stringify(rows[0]).replaceAll(table, "x"));
  };
  const made = await shapeOf(`made_${suffix}`);
  expect(made.relpersistence).toBe("p");
  expect(await shapeOf(`loaded_${suffix}`)).toEqual(made);
});
