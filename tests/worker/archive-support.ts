/** An organization with an archivable history, and what tests of archives do with it; one a file of tests. */
import { createLogger } from "../../lib/log.ts";
import type { ObjectStore } from "../../lib/stores/object/index.ts";
import { attach } from "../../worker/retention/retain.ts";
import { addMember, asMember } from "../support/database.ts";
import { createSealed, type Sealed } from "./audit-support.ts";
import { declare } from "./support.ts";

export let sealed: Sealed;
export let owner: { orgId: string; userId: string };

/** Before all tests of a file; sealed.close() after them. */
export async function openArchives(): Promise<void> {
  sealed = await createSealed();
  const { bench } = sealed;
  owner = {
    orgId: bench.org.id,
    userId: await addMember(bench.db, bench.org.id, "owner@acme.example", "owner"),
  };
}

export const context = (store?: ObjectStore) => {
  const { bench } = sealed;
  return {
    pool: bench.db.worker,
    claimKey: bench.db.claimKey,
    store: store ?? bench.store,
    log: createLogger("fatal"),
  };
};
export const asOwner = <R extends object>(text: string, values: unknown[] = []): Promise<R[]> =>
  asMember(sealed.bench.db, owner, async (client) => (await client.query(text, values)).rows as R[]);
export const stored = async (name: string): Promise<string[]> => {
  const { rows } = await sealed.bench.db.admin.query<{ said: string }>(
    `select t::text as said from store_acme.${name}_history t order by 1`,
  );
  return rows.map((row) => row.said);
};
const FIELDS = [
  { name: "id", type: "integer" },
  { name: "name" },
  { name: "amount", type: "numeric(12,2)" },
  { name: "big", type: "bigint" },
  { name: "ok", type: "boolean" },
  { name: "born", type: "date" },
  { name: "at", type: "timestamptz" },
  { name: "time_of", type: "time" },
  { name: "note", type: "jsonb" },
  { name: "list", type: "text[]" },
  { name: "code", type: "uuid" },
];

export async function make(name: string): Promise<string> {
  const { bench } = sealed;
  const id = await declare(bench, name, FIELDS, ["id"]);
  const insert = (id: number, rest: string) =>
    bench.query(
      `insert into org_acme.${name} (id, name, amount, big, ok, born, at, time_of, note, list, code) values (${id}, ${rest})`,
    );
  await insert(
    1,
    `'Ann', 1.50, 9223372036854775807, true, '0044-03-15 BC', '2026-01-01 00:00:00.000001+02', '23:59:59.5', '{"a": [1.10, "ü"]}', '{a,"b,c",null,""}', '00000000-0000-0000-0000-000000000001'`,
  );
  await insert(
    2,
    `e'tab\\tline\\n"quote"', 'NaN', -1, false, 'infinity', '-infinity', '00:00', 'null', '{}', null`,
  );
  await insert(3, "null, null, null, null, null, null, null, null, null, null");
  // With a reason, which a version is committed to like its values.
  for (const sign of ["!", "?"])
    await bench.query(
      `with why as materialized (select set_config('cadastre.reason', 'because ' || $1, true) as reason)
       update org_acme.${name} set name = coalesce(name, '') || $1, amount = amount + 1 from why where reason <> ''`,
      [sign],
    );
  await bench.query(`delete from org_acme.${name} where id = 2`);
  return id;
}

export const setRetention = (id: string, versions: number | null, days: number | null, action: string) =>
  asOwner("select data.set_retention($1, $2, $3, $4)", [id, versions, days, action]);
export const archiveIds = async (id: string) =>
  (
    await asOwner<{ id: string }>(
      "select id from data.archives where dataset_id = $1 and state = 'archived' order by valid_to_max",
      [id],
    )
  ).map((row) => row.id);
export async function attachAll(id: string): Promise<void> {
  for (const archive of await archiveIds(id)) {
    await asOwner("select data.attach_archive($1)", [archive]);
    await attach(context(), owner.orgId, archive);
  }
}
export const moments = async (name: string) =>
  (
    await sealed.bench.query<{ at: string }>(
      `select distinct m::text as at from org_acme.${name}_history h cross join lateral unnest(array[h.valid_from, h.valid_to, h.valid_from - interval '1 microsecond']) m where m is not null order by 1`,
    )
  ).map((row) => row.at);
export const asOf = async (name: string, at: string): Promise<string> => {
  try {
    const rows = await sealed.bench.query<{ said: string }>(
      `select t::text as said from org_acme.${name}_as_of($1) t order by 1`,
      [at],
    );
    return rows.map((row) => row.said).join("\n");
  } catch (error) {
    return `error ${(error as { code: string }).code}`;
  }
};
