/**
 * The database as it is, in two files: schema.txt (columns, constraints, indexes, policies, triggers, functions) and
 * privileges.txt (who may do what on which object). The objects of one organization's dataset stand for all of them.
 */
import { afterAll, beforeAll, it } from "vitest";
import { asService, createOrg, createTestDatabase, type TestDatabase } from "../support/database.ts";
import { expectGolden } from "../support/golden.ts";

/** Ids of datasets stand in their tables' policies, and are new in every database. */
const UUID = /[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/g;

let db: TestDatabase;
let orgId: string;

beforeAll(async () => {
  db = await createTestDatabase();
  const org = await createOrg(db, "acme");
  orgId = org.id;
  await asService(db, org.id, async (client) => {
    await client.query(
      `select data.create_dataset('customers', '[{"name": "id", "type": "integer"}, {"name": "name", "required": true}]', '{id}')`,
    );
    await client.query(
      `select data.create_dataset('orders', '[{"name": "id", "type": "bigint"},
         {"name": "customer", "type": "integer", "references": {"dataset": "customers", "field": "id"}},
         {"name": "placed_on", "type": "date", "notInFuture": true}, {"name": "amount", "type": "numeric(10,2)", "minimum": "0"}]', '{id}')`,
    );
  });
});
afterAll(() => db.drop());

const SCHEMAS = `n.nspname in ('private','core','audit','tenancy','access','data','quality','ingest','lineage','ops','landing','store_acme','org_acme')`;

const DESCRIBE = `
  select line from (
    select n.nspname || '.' || c.relname || '  ' || a.attname || ' ' || format_type(a.atttypid, a.atttypmod)
           || case when a.attnotnull then ' not null' else '' end as line
      from pg_attribute a join pg_class c on c.oid = a.attrelid join pg_namespace n on n.oid = c.relnamespace
     where ${SCHEMAS} and c.relkind in ('r', 'p', 'v') and a.attnum > 0 and not a.attisdropped
    union all
    select n.nspname || '.' || c.relname || '  constraint ' || con.conname || ' ' || pg_get_constraintdef(con.oid)
      from pg_constraint con join pg_class c on c.oid = con.conrelid join pg_namespace n on n.oid = c.relnamespace
     where ${SCHEMAS} and con.contype <> 'n'
    union all
    select n.nspname || '.' || c.relname || '  index ' || replace(pg_get_indexdef(i.indexrelid), 'CREATE ', '')
      from pg_index i join pg_class c on c.oid = i.indrelid join pg_namespace n on n.oid = c.relnamespace
     where ${SCHEMAS}
    union all
    select n.nspname || '.' || c.relname || '  policy ' || p.polname || ' for ' ||
           case p.polcmd when 'r' then 'select' when 'a' then 'insert' when 'w' then 'update' when 'd' then 'delete' else 'all' end || ' to ' ||
           coalesce((select string_agg(coalesce(r.rolname, 'public'), ', ' order by r.rolname) from unnest(p.polroles) o left join pg_roles r on r.oid = o), '') ||
           coalesce(' using ' || pg_get_expr(p.polqual, p.polrelid), '') || coalesce(' check ' || pg_get_expr(p.polwithcheck, p.polrelid), '')
      from pg_policy p join pg_class c on c.oid = p.polrelid join pg_namespace n on n.oid = c.relnamespace
     where ${SCHEMAS}
    union all
    select n.nspname || '.' || c.relname || '  trigger ' || t.tgname || ' ' || t.tgenabled::text
      from pg_trigger t join pg_class c on c.oid = t.tgrelid join pg_namespace n on n.oid = c.relnamespace
     where ${SCHEMAS} and not t.tgisinternal
    union all
    select n.nspname || '.' || p.proname || '(' || pg_get_function_identity_arguments(p.oid) || ') returns ' || pg_get_function_result(p.oid)
           || '  owner ' || p.proowner::regrole::text || case when p.prosecdef then ' definer' else '' end
      from pg_proc p join pg_namespace n on n.oid = p.pronamespace where ${SCHEMAS}
  ) d order by line collate "C"`;

const PRIVILEGES = `
  select line from (
    select n.nspname || '.' || c.relname || '  ' || coalesce(r.rolname, 'public') || ': ' || string_agg(lower(g.privilege_type), ', ' order by g.privilege_type) as line
      from pg_class c join pg_namespace n on n.oid = c.relnamespace
      cross join lateral aclexplode(c.relacl) g left join pg_roles r on r.oid = g.grantee
     where ${SCHEMAS} and c.relkind in ('r', 'p', 'v') and g.grantee <> c.relowner
     group by n.nspname, c.relname, r.rolname
    union all
    select n.nspname || '.' || c.relname || '  ' || r.rolname || ': ' || lower(g.privilege_type) || ' (' || string_agg(a.attname, ', ' order by a.attname) || ')'
      from pg_attribute a join pg_class c on c.oid = a.attrelid join pg_namespace n on n.oid = c.relnamespace
      cross join lateral aclexplode(a.attacl) g join pg_roles r on r.oid = g.grantee
     where ${SCHEMAS} and c.relkind in ('r', 'p', 'v')
     group by n.nspname, c.relname, r.rolname, g.privilege_type
    union all
    select 'function ' || p.oid::regprocedure::text || '  ' || coalesce(r.rolname, 'public') || ': execute'
      from pg_proc p join pg_namespace n on n.oid = p.pronamespace
      cross join lateral aclexplode(coalesce(p.proacl, acldefault('f', p.proowner))) g left join pg_roles r on r.oid = g.grantee
     where ${SCHEMAS} and g.grantee <> p.proowner and p.prorettype <> 'trigger'::regtype
    union all
    select 'schema ' || n.nspname || '  ' || coalesce(r.rolname, 'public') || ': ' || string_agg(lower(g.privilege_type), ', ' order by g.privilege_type)
      from pg_namespace n cross join lateral aclexplode(n.nspacl) g left join pg_roles r on r.oid = g.grantee
     where ${SCHEMAS} and g.grantee <> n.nspowner
     group by n.nspname, r.rolname
  ) d order by line collate "C"`;

async function lines(query: string): Promise<string> {
  const { rows } = await db.admin.query<{ line: string }>(query);
  return `${rows.map((row) => row.line.replaceAll(orgId, "<org>").replaceAll(UUID, "<id>").replaceAll(/\s+$/g, "")).join("\n")}\n`;
}

it("the schema is the one we know", async () => {
  await expectGolden("schema.txt", await lines(DESCRIBE));
});

it("the privileges are the ones we know", async () => {
  await expectGolden("privileges.txt", await lines(PRIVILEGES));
});
