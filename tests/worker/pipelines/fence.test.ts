/** The fence that reads people's SQL before any of it runs. */
import { describe, expect, it } from "vitest";
import { requireSelect } from "../../../worker/transform/fence.ts";

describe("the fence", () => {
  it.each([
    ["settings", "select set_config('cadastre.claim', '', false)"],
    ["settings, read", "select current_setting('cadastre.claim')"],
    ["SQL within SQL", "select query_to_xml('select 1', true, false, '')"],
    ["sleeping", "select pg_sleep(1)"],
    ["telling others", "select pg_notify('x', 'y')"],
    ["files", "select pg_catalog.pg_read_file('/etc/passwd')"],
    ["other schemas", "select * from org_globex.results"],
    ["the catalog", "select * from pg_catalog.pg_class"],
    ["the catalog without its schema", "select * from pg_roles"],
    ["temporary tables", 'select * from pg_temp."step 0"'],
    ["functions of the platform", "select private.org_id()"],
    ["functions of extensions", "select public.gen_random_bytes(8)"],
    ["names of objects", "select 'pg_authid'::regclass"],
    ["writing in a with", "with x as (delete from results returning *) select * from x"],
    ["select into", "select * into mine from results"],
    ["locking rows", "select * from results for update"],
    ["parameters", "select $1"],
    ["a second statement", "select 1; select 2"],
    ["a breakout", "select 1) q; select (2"],
    ["depth", `select ${"not ".repeat(900)}true`],
    ["code", "do $$ begin end $$"],
    ["copy", "copy results to stdout"],
  ])("refuses %s", async (_what, sql) => {
    await expect(requireSelect(sql, "org_acme")).rejects.toMatchObject({
      code: "IN062",
      hint: expect.stringMatching(/./),
    });
  });

  it("stands SQL that would take a parser with it, again and again", async () => {
    for (let i = 0; i < 3; i++)
      for (const deep of [
        `select 1${"+1".repeat(9000)}`,
        `select ${"array[".repeat(3000)}1${"]".repeat(3000)}`,
      ])
        await expect(requireSelect(deep, "org_acme")).rejects.toMatchObject({ code: "IN062" });
    await expect(requireSelect("select 1", "org_acme")).resolves.toBeUndefined();
  });

  it.each([
    "select * from results r join org_acme.results q using (id) where r.note ~ 'x' order by 1 limit 5",
    "with recursive t as (select 1 as n union all select n + 1 from t where n < 5) select n, pg_typeof(n)::text from t",
    "select id, row_number() over (partition by note order by id), lower(note), date_trunc('day', now())::date from results",
    "select * from results_as_of('2026-01-01')",
    "select note, jsonb_build_object('a', array_agg(id)) from results group by grouping sets ((note), ())",
  ])("lets %s through", async (sql) => {
    await expect(requireSelect(sql, "org_acme")).resolves.toBeUndefined();
  });
});
