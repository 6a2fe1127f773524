/**
 * Every function that a request can reach, called with every id and name of another organization in every place where it
 * takes one. What belongs to another organization must be exactly what does not exist: the same answer, the same error,
 * nothing of the other organization in it, and not one row of the other organization changed. A new function is covered
 * without a change here; one whose ids are never reached (because another argument is refused first) fails, and says so.
 */
import type pg from "pg";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { signClaim } from "../../lib/claims.ts";
import { asMember, asService, createTestDatabase, type TestDatabase } from "../support/database.ts";
import { type PlantedOrg, plantOrg } from "../support/planted.ts";

const DOMAINS = [
  "private",
  "core",
  "audit",
  "tenancy",
  "access",
  "data",
  "quality",
  "ingest",
  "lineage",
  "ops",
];
/** Functions of the gateway's own that ask under the claim of a person (server/database.ts asGateway). */
const GATEWAY = [
  "create_scim_token",
  "put_connector_secret",
  "put_identity_provider",
  "put_incoming_webhook",
  "put_webhook",
  "rotate_incoming_secret",
  "rotate_webhook_secret",
];
/** What is nobody's, in the shape of each kind of what is globex's. */
const NOBODYS = "00000000-0000-4000-8000-000000000000";
const NAMES = [
  ["theirs", "nobody"],
  ["globex", "nobody"],
] as const;
const PEOPLE = [["viewer@globex.example", "viewer@nobody.example"]] as const;

interface Param {
  name: string;
  type: string;
  optional: boolean;
}
interface Fn {
  oid: number;
  name: string;
  gateway: boolean;
  writes: boolean;
  params: Param[];
}

let db: TestDatabase;
let acme: PlantedOrg;
let globex: PlantedOrg;
let functions: Fn[];
/** Ids of rows of one organization alone, and names that acme has. */
let ownIds: string[];
let foreignIds: string[];
let ownNames: string[];
let tables: string[];
let client: pg.PoolClient;

async function columnsOf(type: string, like: string): Promise<{ rel: string; col: string }[]> {
  const { rows } = await db.admin.query<{ rel: string; col: string }>(
    `select c.oid::regclass::text as rel, quote_ident(a.attname) as col
       from pg_class c join pg_namespace n on n.oid = c.relnamespace
       join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
      where c.relkind = 'r' and n.nspname = any ($1) and a.atttypid = any ($2::regtype[]) and a.attname ~ $3
        and exists (select from pg_attribute o where o.attrelid = c.oid and o.attname = 'org_id')`,
    [DOMAINS, type, like],
  );
  return rows;
}

async function valuesOf(orgId: string, columns: { rel: string; col: string }[]): Promise<Set<string>> {
  const found = new Set<string>();
  for (const { rel, col } of columns) {
    const { rows } = await db.admin.query<{ v: string }>(
      `select distinct ${col}::text as v from ${rel} where org_id = $1 and ${col} is not null limit 2`,
      [orgId],
    );
    for (const { v } of rows) found.add(v);
  }
  return found;
}

/** What globex has that acme has no equal of. */
async function nameForeign(): Promise<void> {
  await asService(db, globex.id, (c) =>
    c.query(`select data.create_dataset('theirs', '[{"name": "id", "type": "integer"}]', '{id}')`),
  );
  for (const table of ["connectors", "sources", "schedules", "pipelines", "pipeline_templates"]) {
    await db.admin.query(
      `update ingest.${table} set name = 'theirs' where org_id = $1 and name = 'planted'`,
      [globex.id],
    );
  }
  await db.admin.query("update quality.rules set name = 'theirs' where org_id = $1", [globex.id]);
  await db.admin.query("update quality.rule_sets set name = 'theirs' where org_id = $1", [globex.id]);
  await db.admin.query("update access.identity_providers set name = 'theirs' where org_id = $1", [globex.id]);
}

/** What is open in both organizations, so that there is something that could be ended, taken or decided. */
async function openThings(org: PlantedOrg): Promise<void> {
  const owner = { orgId: org.id, userId: org.members.owner };
  await asMember(db, owner, async (c) => {
    await c.query("select access.grant_access($1, '1 day', permission => 'record.export')", [
      org.members.client,
    ]);
    await c.query("select data.place_hold('tried', $1)", [org.datasetId]);
    await c.query("select ingest.create_pipeline('filed', $1)", [
      { version: 1, input: { kind: "file" }, steps: [], output: { dataset: "people" } },
    ]);
  });
  await db.admin.query("update private.trials set requested_by = $2 where org_id = $1", [
    org.id,
    owner.userId,
  ]);
  await db.admin.query("update access.requests set user_id = $2 where org_id = $1", [org.id, owner.userId]);
  await db.admin.query(
    `insert into data.erasures (org_id, dry_run, needs_approval, dataset_ids, reason, state, requested_by, expires_at)
     values ($1, true, true, array[$2::uuid], 'tried', 'approval', $3, now() + interval '1 day')`,
    [org.id, org.datasetId, owner.userId],
  );
  await db.admin.query(
    "insert into private.sessions (org_id, user_id, method, expires_at) values ($1, $2, 'password', now() + interval '1 day')",
    [org.id, org.members.viewer],
  );
}

async function readFunctions(): Promise<Fn[]> {
  const { rows } = await db.admin.query<Fn>(
    `select p.oid::int, n.nspname || '.' || quote_ident(p.proname) as name,
            not has_function_privilege('cadastre_user', p.oid, 'execute') as gateway, p.provolatile = 'v' as writes,
            (select coalesce(jsonb_agg(jsonb_build_object('name', p.proargnames[i], 'type', format_type(t, null),
                      'optional', i > p.pronargs - p.pronargdefaults) order by i), '[]')
               from unnest(p.proargtypes) with ordinality u (t, i)) as params
       from pg_proc p join pg_namespace n on n.oid = p.pronamespace
      where n.nspname = any ($1) and p.prorettype <> 'trigger'::regtype
        and (has_function_privilege('cadastre_user', p.oid, 'execute')
             or (p.proname = any ($2) and has_function_privilege('cadastre_gateway', p.oid, 'execute')))
      order by 2`,
    [DOMAINS, GATEWAY],
  );
  return rows;
}

beforeAll(async () => {
  db = await createTestDatabase();
  acme = await plantOrg(db, "acme");
  globex = await plantOrg(db, "globex");
  for (const org of [acme, globex]) await openThings(org);
  await nameForeign();
  const ids = await columnsOf("{uuid}", "^(id|.*_id|org_id)$");
  const names = await columnsOf(
    "{text,citext}",
    "^(name|key|email|domain|slug|dataset_name|rule_name|role_key)$",
  );
  const [ours, theirs] = [await valuesOf(acme.id, ids), await valuesOf(globex.id, ids)];
  ownIds = [...ours].filter((id) => !theirs.has(id));
  foreignIds = [...theirs].filter((id) => !ours.has(id));
  ownNames = [...(await valuesOf(acme.id, names)), "viewer@acme.example"];
  functions = await readFunctions();
  const { rows } = await db.admin.query<{ rel: string }>(
    `select c.oid::regclass::text as rel from pg_class c join pg_namespace n on n.oid = c.relnamespace
      where c.relkind = 'r' and (n.nspname = any ($1) or n.nspname = 'store_' || $2)
        and exists (select from pg_attribute o where o.attrelid = c.oid and o.attname = 'org_id') order by 1`,
    [DOMAINS, globex.schemaKey],
  );
  tables = rows.map((row) => row.rel);
  client = await db.admin.connect();
});
afterAll(async () => {
  client?.release();
  await db.drop();
});

const one = (column: string, from: string, where = "true") =>
  `(select ${column} from ${from} where ${where} limit 1)`;
const DATASET = one("id", "data.datasets", "name = 'people'");
const MEMBER = one("user_id", "access.memberships", "role_key = 'viewer'");
const REQUIRED = `'{"kind": "required", "fields": ["name"]}'::jsonb`;
const HOOK = "'https://hooks.acme.example/in'";
const OF_FILE = `'{"version": 1, "input": {"kind": "file"}, "steps": [], "output": {"dataset": "people"}}'::jsonb`;

/**
 * Arguments beside the one that is tried: what lets a call go on to the question whose the id is. By function and name,
 * then by name, then by type.
 */
const FILL: Record<string, string> = {
  "access.remove_domain.p_domain": "'acme.example'",
  "access.remove_identity_provider.p_name": "'staff'",
  "access.revoke_scim_token.p_id": one("id", "access.scim_tokens"),
  "access.add_domain.p_domain": "'acme-two.example'",
  "access.check_condition.condition": `'{"eq": [{"row": "name"}, "x"]}'::jsonb`,
  "access.create_policy.kind": "'row_filter'",
  "access.create_policy.condition": `'{"eq": [{"row": "name"}, "x"]}'::jsonb`,
  "access.delegate_access.permission": "'record.view'",
  "access.grant_access.permission": "'record.view'",
  "access.preview_policy.kind": "'row_filter'",
  "access.preview_policy.condition": `'{"eq": [{"row": "name"}, "x"]}'::jsonb`,
  "data.preview_retention.keep_days": "1",
  "data.set_hold_end.until": "now() + interval '30 days'",
  "ingest.start_rule_trial.definition": REQUIRED,
  "ingest.start_trial.definition": OF_FILE,
  "ingest.try_rule.definition": REQUIRED,
  "ingest.run_pipeline.pipeline": "'filed'",
  "ops.put_notification_rule.event_kind": "'run.failed'",
  "ops.put_notification_rule.channel": "'in_app'",
  "ops.put_notification_rule.channel>webhook_id": "'webhook'",
  "ops.put_notification_rule.recipient_role>dataset_id": "'owner'",
  "ops.put_notification_rule.recipient_role>rule_id": "'owner'",
  "private.put_identity_provider.p_kind": "'oidc'",
  "private.put_identity_provider.p_issuer": "'https://idp.acme.example'",
  "private.put_incoming_webhook.p_dataset": "'people'",
  "private.put_incoming_webhook.p_new": "false",
  "private.put_webhook.p_url": HOOK,
  "private.put_webhook.p_event_kinds": "'{run.*}'",
  "private.take_events.p_events": "'[]'",
  "private.may.permission": "'record.view'",
  "quality.give_feedback.verdict": "'expected'",
  "quality.judge_failures.verdict": "'expected'",
  "quality.put_rule.definition": `'{"name": "tried", "kind": "required", "fields": ["name"]}'::jsonb`,
  "quality.test_rule.definition": REQUIRED,
  check_id: one("check_id", "quality.results"),
  dataset: DATASET,
  dataset_id: DATASET,
  incident_id: one("id", "quality.incidents"),
  key: `'{"id": 1}'::jsonb`,
  p_dataset: DATASET,
  p_type: "null::text",
  user_id: MEMBER,
};
const BY_TYPE: Record<string, string> = {
  uuid: "null",
  "uuid[]": "'{}'",
  text: "'planted'",
  "text[]": "'{}'",
  jsonb: "'{}'",
  integer: "1",
  bigint: "1",
  numeric: "1",
  boolean: "false",
  interval: "'1 day'",
  bytea: "sha256('x')",
  xid8: "'1'",
  date: "current_date",
  "timestamp with time zone": "now()",
  anyelement: "null::text",
  anyarray: "null::text[]",
};

/** Ids that make no difference to the answer, their own organization's neither. */
const INDIFFERENT: Record<string, string> = {
  "access.unlink_identity.p_id": "an identity is a person's, not an organization's",
  "access.verify_domain.p_org": "a platform operator's alone",
  "access.remove_domain.p_org": "an operator's to say; of a member it is the own one",
  "access.remove_identity_provider.p_org": "an operator's to say; of a member it is the own one",
  "access.revoke_scim_token.p_org": "an operator's to say; of a member it is the own one",
  "private.attribute.p_dataset": "an attribute of whoever asks",
  "private.attribute_list.p_dataset": "an attribute of whoever asks",
  "private.condition_holds.p_dataset": "a condition that asks nothing of the dataset",
  "private.may.dataset": "whoever may on all may on each",
  "private.put_webhook.p_id": "makes the webhook where there is none",
  "private.whole_moment.p_dataset": "no dataset here has lost its past",
  "quality.make_profile.p_run": "is written down, not followed",
};

const quote = (text: string): string => `'${text.replaceAll("'", "''")}'`;

const isId = (param: Param): boolean => param.type === "uuid" || param.type === "uuid[]";
const isName = (param: Param): boolean => ["text", "citext", "text[]"].includes(param.type);

const given = (fn: Fn, param: Param, tried: Param): string | undefined =>
  FILL[`${fn.name}.${param.name}>${tried.name}`] ?? FILL[`${fn.name}.${param.name}`];

function fill(fn: Fn, param: Param, tried: Param): string {
  const named =
    isId(param) || param.type === "jsonb" || param.name === "p_type" ? FILL[param.name] : undefined;
  return given(fn, param, tried) ?? named ?? BY_TYPE[param.type] ?? "null";
}

function callOf(fn: Fn, tried: Param, value: string): string {
  const args = fn.params
    .filter((param) => param === tried || !param.optional || given(fn, param, tried))
    .map((param) => {
      const typed = param.type.endsWith("[]") ? `array[${quote(value)}]` : quote(value);
      const argument = param === tried ? `${typed}::${param.type}` : fill(fn, param, tried);
      return param.name ? `"${param.name}" => ${argument}` : argument;
    });
  return `${fn.name}(${args.join(", ")})`;
}

/** What an answer says, whatever the moment and the new ids and secrets in it. */
function plain(text: string, value: string): string {
  return text
    .replaceAll(value, "?")
    .replace(/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/g, "#")
    .replace(/\d{4}-\d\d-\d\d[ T]\d\d:\d\d:\d\d(\.\d+)?(\+\d\d(:\d\d)?|Z)?/g, "@")
    .replace(/(cad|login|scim)_[A-Za-z0-9_-]{8,}|[A-Za-z0-9_-]{32,}/g, "*");
}

const DIGEST = () =>
  `select md5(string_agg(d, ',')) as digest from (${tables
    .map(
      (rel) =>
        `select coalesce(md5(string_agg(t::text, ',' order by t::text)), '') as d from ${rel} t where org_id = '${globex.id}'`,
    )
    .join(" union all ")}) x`;

interface Outcome {
  said: string;
  raw: string;
}

/** Calls as acme's owner, within the open transaction, and takes back what the call did. */
async function call(fn: Fn, tried: Param, value: string, before: string | null): Promise<Outcome> {
  const text = `select coalesce(string_agg(x::text, E'\\n' order by x::text), 'null') as said from ${callOf(fn, tried, value)} x`;
  // What is not volatile writes nothing.
  const looks = before !== null && fn.writes;
  const look = looks ? `reset session authorization; ${DIGEST()};` : "";
  try {
    // One message: a function is called some hundred times.
    const results = (await client.query(
      `savepoint called; ${text}; ${look} rollback to called`,
    )) as unknown as pg.QueryResult[];
    const { said } = results[1]!.rows[0] as { said: string };
    if (looks) {
      const changed = (results[3]!.rows[0] as { digest: string }).digest !== before;
      expect(changed, `${callOf(fn, tried, value)} changed rows of the other organization`).toBe(false);
    }
    return { said: plain(said, value), raw: said };
  } catch (error) {
    const { code, message, detail, hint } = error as pg.DatabaseError;
    if (code === undefined) throw error;
    await client.query("rollback to called");
    const raw = [code, message, detail, hint].join(" ");
    return { said: plain(raw, value), raw };
  }
}

async function asOwner<T>(fn: Fn, work: () => Promise<T>): Promise<T> {
  await client.query("begin");
  try {
    const claim = signClaim({ kind: "user", orgId: acme.id, userId: acme.members.owner }, db.claimKey);
    await client.query("set session authorization cadastre_gateway");
    if (!fn.gateway) await client.query("set local role cadastre_user");
    await client.query("select set_config('cadastre.claim', $1, true)", [claim]);
    return await work();
  } finally {
    await client.query("rollback");
    await client.query("reset session authorization");
  }
}

describe("an id or name of another organization", () => {
  it("is to every function what does not exist", async () => {
    const { rows } = await client.query<{ digest: string }>(DIGEST());
    const digest = rows[0]!.digest;
    const unreached: string[] = [];
    const leaks: string[] = [];
    for (const fn of functions) {
      for (const param of fn.params.filter((p) => isId(p) || isName(p))) {
        const pairs = isId(param)
          ? foreignIds.map((id) => [id, NOBODYS] as const)
          : /user|email|subject/.test(param.name)
            ? PEOPLE
            : NAMES;
        await asOwner(fn, async () => {
          const nobodys = new Map<string, string>();
          for (const nobody of new Set(pairs.map(([, n]) => n)))
            nobodys.set(nobody, (await call(fn, param, nobody, null)).said);
          const said = [...nobodys.values()];
          let reached = false;
          for (const value of isId(param) ? ownIds : ownNames) {
            reached = !said.includes((await call(fn, param, value, null)).said);
            if (reached) break;
          }
          const place = `${fn.name}.${param.name}`;
          if (!reached && isId(param) && !(place in INDIFFERENT)) unreached.push(`${place}: ${said[0]}`);
          for (const [value, nobody] of pairs) {
            const found = await call(fn, param, value, digest);
            const text = callOf(fn, param, value);
            if (found.said !== nobodys.get(nobody))
              leaks.push(`${text}: ${found.raw}, and not ${nobodys.get(nobody)}`);
            const told = found.raw.replaceAll(value, "?");
            for (const mark of ["secret of globex", "globex.example"])
              if (told.includes(mark)) leaks.push(`${text} tells ${mark}`);
          }
        });
      }
    }
    expect(unreached, "ids that no call got as far as: fill the other arguments (FILL)").toEqual([]);
    expect(leaks).toEqual([]);
  }, 600_000);
});
