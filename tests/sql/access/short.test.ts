/**
 * The short question (members about whom nothing is out of the ordinary) and the long one give the same answers, on every
 * road. A row in private.exceptions about the organization is all that sends everybody the long way: so each random
 * setting is asked twice, as it is and with one. Settings follow one another, so that what is taken back is covered too.
 */
import fc from "fast-check";
import pg from "pg";
import { afterAll, beforeAll, expect, it } from "vitest";
import { type Claim, signClaim } from "../../../lib/claims.ts";
import { loginUrl } from "../../../lib/db/urls.ts";
import {
  addMember,
  asService,
  createOrg,
  createTestDatabase,
  type TestDatabase,
  type TestOrg,
} from "../../support/database.ts";

interface Person {
  user: string;
  session: string;
  key: string;
  login: pg.Client;
}

let db: TestDatabase;
let org: TestOrg;
let dataset: string;
const people: Person[] = [];
const PERMISSIONS = ["record.view", "record.edit", "member.monitor", "member.view", "platform.view"];
const ROLES = ["client", "viewer", "analyst", "admin"];
const PEOPLE = 3;

beforeAll(async () => {
  db = await createTestDatabase();
  org = await createOrg(db, "acme");
  await addMember(db, org.id, "owner@acme.example", "owner");
  await db.admin.query("insert into access.org_roles (org_id, key, title) values ($1, 'own', 'Own')", [
    org.id,
  ]);
  await db.admin.query("insert into access.org_role_permissions values ($1, 'own', 'record.edit')", [org.id]);
  await db.admin.query("select private.close_org_roles($1)", [org.id]);
  // Never a member's, whatever says so.
  await db.admin.query("insert into private.role_closure values ('admin', 'platform.view')");
  dataset = await asService(
    db,
    org.id,
    async (c) =>
      (await c.query("select id from data.create_dataset('one', '[{\"name\": \"id\"}]', '{id}')")).rows[0].id,
  );
  for (let i = 0; i < PEOPLE; i++) people.push(await createPerson(i));
});
afterAll(async () => {
  for (const person of people) await person.login.end();
  await db.drop();
});

async function createPerson(i: number): Promise<Person> {
  const user = await addMember(db, org.id, `p${i}@acme.example`, "client");
  const one = async (text: string, values: unknown[]) => (await db.admin.query(text, values)).rows[0].id;
  const session = await one(
    "insert into private.sessions (org_id, user_id, method, expires_at) values ($1, $2, 'password', now() + interval '1 day') returning id",
    [org.id, user],
  );
  const key = await one(
    `insert into access.api_keys (org_id, name, prefix, permissions, created_by, expires_at)
     values ($1, 'k', 'abcd', '{record.view,member.view}', $2, now() + interval '1 day') returning id`,
    [org.id, user],
  );
  const made = await asService(
    db,
    org.id,
    async (c) =>
      (await c.query("select role_name, password from access.create_sql_login($1)", [user])).rows[0],
  );
  const login = new pg.Client({ connectionString: loginUrl(db.adminUrl, made.role_name, made.password) });
  await login.connect();
  return { user, session, key, login };
}

/** Mostly the ordinary. */
const rarely = <T>(usual: T, ...others: T[]) => fc.constantFrom(usual, usual, usual, usual, ...others);
const settings = fc.record({
  org: rarely("active", "suspended"),
  networks: rarely("{}", "{127.0.0.0/8,::1/128}", "{10.0.0.0/8}"),
  policy: rarely<string | null>(null, "permit", "forbid", "disabled"),
  people: fc.array(
    fc.record({
      role: fc.constantFrom(...ROLES),
      member: rarely("active", "suspended"),
      user: rarely("active", "disabled"),
      region: fc.constantFrom('{"region": "EMEA"}', '{"region": 7}', '{"region": null}', "{}"),
      own: rarely(false, true),
      grant: rarely<string | null>(null, "allow", "deny"),
      when: rarely("now", "past", "future", "revoked"),
      onDataset: fc.boolean(),
      delegated: fc.boolean(),
      view: rarely<string | null>(null, "open", "over", "ended"),
      login: rarely("1 day", "-1 day"),
      session: rarely("live", "ended", "expired", "pending"),
      key: rarely("live", "revoked", "expired"),
    }),
    { minLength: PEOPLE, maxLength: PEOPLE },
  ),
});
type Settings = typeof settings extends fc.Arbitrary<infer T> ? T : never;

async function put(s: Settings): Promise<void> {
  const run = (text: string, values: unknown[]) => db.admin.query(text, values);
  await run("update access.org_security set sql_networks = $2 where org_id = $1", [org.id, s.networks]);
  await run("delete from access.policies where org_id = $1", [org.id]);
  if (s.policy !== null)
    await run(
      "insert into access.policies (org_id, name, kind, permissions, enabled) values ($1, 'p', $2, '{record.view,record.edit}', $3)",
      [org.id, s.policy === "disabled" ? "forbid" : s.policy, s.policy !== "disabled"],
    );
  for (const [i, p] of s.people.entries()) {
    const { user, session, key } = people[i]!;
    const next = people[(i + 1) % PEOPLE]!.user;
    await run("update access.users set status = $2 where id = $1", [user, p.user]);
    await run(
      "update access.memberships set role_key = $3, status = $4, attributes = $5 where org_id = $1 and user_id = $2",
      [org.id, user, p.role, p.member, p.region],
    );
    await run("delete from access.membership_roles where org_id = $1 and user_id = $2", [org.id, user]);
    if (p.own) await run("insert into access.membership_roles values ($1, $2, 'own')", [org.id, user]);
    // Taken back by an update, not by removal, as the product does.
    await run("update access.grants set revoked_at = now() where user_id = $1 and revoked_at is null", [
      user,
    ]);
    if (p.grant !== null)
      await run(
        `insert into access.grants (org_id, user_id, permission, effect, object_kind, object_id, delegated_by, starts_at, ends_at, revoked_at)
         values ($1, $2, 'record.view', $3, $4, $5, $6, now() + $7::interval, now() + $7::interval + interval '1 hour', $8)`,
        [
          org.id,
          user,
          p.grant,
          p.onDataset ? "dataset" : "organization",
          p.onDataset ? dataset : null,
          p.grant === "allow" && p.delegated ? next : null,
          { now: "-1 minute", past: "-1 day", future: "1 day", revoked: "-1 minute" }[p.when],
          p.when === "revoked" ? new Date() : null,
        ],
      );
    await run("update access.view_as set ended_at = now() where user_id = $1 and ended_at is null", [user]);
    if (p.view !== null)
      await run(
        `insert into access.view_as (org_id, user_id, subject_id, reason, started_at, expires_at, ended_at)
         values ($1, $2, $3, 'why', now() - interval '1 hour', now() + $4::interval, $5)`,
        [
          org.id,
          user,
          next,
          p.view === "over" ? "-1 minute" : "1 hour",
          p.view === "ended" ? new Date() : null,
        ],
      );
    await run("update access.sql_logins set expires_at = now() + $2::interval where user_id = $1", [
      user,
      p.login,
    ]);
    await run(
      `update private.sessions set ended_at = $2, ended_why = $3, pending = $4, expires_at = now() + $5::interval where id = $1`,
      [
        session,
        p.session === "ended" ? new Date() : null,
        p.session === "ended" ? "logout" : null,
        p.session === "pending",
        p.session === "expired" ? "-1 minute" : "1 day",
      ],
    );
    await run("update access.api_keys set revoked_at = $2, expires_at = now() + $3::interval where id = $1", [
      key,
      p.key === "revoked" ? new Date() : null,
      p.key === "expired" ? "-1 minute" : "1 day",
    ]);
  }
  // Last, so that nothing else has the organization noted anew.
  await run("update tenancy.organizations set status = $2 where id = $1", [org.id, s.org]);
}

const QUESTIONS = `
  select (select jsonb_object_agg(p, jsonb_build_array(private.has_permission(p), private.may($2::uuid, p),
                    private.may($2::uuid, p, $3::uuid), private.may($3::uuid, p, $3::uuid)))
            from unnest($1::text[]) p) as permissions,
         private.org_id() as org, private.user_id() as user, private.actor_id() as actor,
         private.attribute('{"user": "region"}', $3::uuid, null::text) as region,
         private.attribute('{"user": "region"}', $3::uuid, null::numeric) as number,
         private.attribute('{"user": "id"}', $3::uuid, null::text) as id,
         private.attribute_list('{"user": "roles"}', $3::uuid, null::text[]) as roles,
         private.attribute_list('{"user": "region"}', $3::uuid, null::text[]) as regions`;

async function ask(client: pg.ClientBase): Promise<Record<string, unknown>> {
  return (await client.query(QUESTIONS, [PERMISSIONS, org.id, dataset])).rows[0];
}

/** What everybody is told on every road. */
async function answers(): Promise<Record<string, Record<string, unknown>>> {
  const told: Record<string, Record<string, unknown>> = {};
  const client = await db.gateway.connect();
  try {
    for (const [i, person] of people.entries()) {
      told[`sql ${i}`] = await ask(person.login);
      const claims: Record<string, Claim> = {
        session: { kind: "user", orgId: org.id, userId: person.user, sessionId: person.session },
        job: { kind: "user", orgId: org.id, userId: person.user },
        key: { kind: "key", orgId: org.id, userId: person.user, sessionId: person.key },
      };
      for (const [road, claim] of Object.entries(claims)) {
        await client.query("begin");
        await client.query("select set_config('cadastre.claim', $1, true)", [signClaim(claim, db.claimKey)]);
        told[`${road} ${i}`] = await ask(client);
        await client.query("rollback");
      }
    }
  } finally {
    client.release();
  }
  return told;
}

/** Ids that are exceptional and not noted, or noted and not exceptional. */
async function wronglyNoted(): Promise<unknown[]> {
  return (
    await db.admin.query(
      `select x.id, private.exceptional(x.id) as exceptional
         from unnest($1::uuid[]) x (id)
        where private.exceptional(x.id) <> exists (select from private.exceptions e where e.about = x.id)`,
      [[org.id, ...people.map((p) => p.user)]],
    )
  ).rows;
}

it("short and long questions agree on every road", async () => {
  const seen = new Map<string, number>();
  const count = (what: string) => seen.set(what, (seen.get(what) ?? 0) + 1);
  await fc.assert(
    fc.asyncProperty(settings, async (s) => {
      await put(s);
      expect(await wronglyNoted()).toEqual([]);
      const noted = new Set(
        (await db.admin.query<{ about: string }>("select about from private.exceptions")).rows.map(
          (r) => r.about,
        ),
      );
      const short = await answers();
      const { rows } = await db.admin.query(
        "insert into private.exceptions (about) values ($1) returning id",
        [org.id],
      );
      const long = await answers();
      await db.admin.query("delete from private.exceptions where id = $1", [rows[0].id]);
      expect(short).toEqual(long);
      for (const [i, { user }] of people.entries()) {
        const way = noted.has(org.id) || noted.has(user) ? "long" : "short";
        for (const road of ["sql", "session", "job", "key"])
          count(`${way} ${road} ${short[`${road} ${i}`]!.org === null ? "nobody" : "somebody"}`);
      }
    }),
    { numRuns: Number(process.env.ACCESS_RUNS ?? 60), endOnFailure: true },
  );
  // Both ways were gone on every road, to somebody and to nobody.
  for (const way of ["short", "long"])
    for (const road of ["sql", "session", "job", "key"])
      for (const who of ["somebody", "nobody"])
        expect(seen.get(`${way} ${road} ${who}`) ?? 0, `${way} ${road} ${who}`).toBeGreaterThan(0);
});

const DENY =
  "insert into access.grants (org_id, user_id, permission, effect, ends_at) values ($1, $2, 'record.view', 'deny', now() + interval '1 day') returning id";

it.each(["read committed", "repeatable read"])(
  "a denial counts that is given while another is taken back (%s)",
  async (isolation) => {
    const { user } = people[0]!;
    await db.admin.query("delete from access.grants where user_id = $1", [user]);
    const first = (await db.admin.query(DENY, [org.id, user])).rows[0].id;
    const giving = await db.admin.connect();
    const taking = await db.admin.connect();
    try {
      for (const order of ["giving", "taking"]) {
        await db.admin.query("update access.grants set revoked_at = null where id = $1", [first]);
        await db.admin.query("delete from access.grants where user_id = $1 and id <> $2", [user, first]);
        await taking.query(`begin isolation level ${isolation}`);
        await giving.query(`begin isolation level ${isolation}`);
        await taking.query("select 1 from access.grants");
        await giving.query(DENY, [org.id, user]);
        await taking.query("update access.grants set revoked_at = now() where id = $1", [first]);
        await (order === "giving" ? giving : taking).query("commit");
        await (order === "giving" ? taking : giving).query("commit");
        expect(await wronglyNoted(), order).toEqual([]);
        expect((await db.admin.query("select private.exceptional($1) as yes", [user])).rows, order).toEqual([
          { yes: true },
        ]);
      }
    } finally {
      giving.release();
      taking.release();
    }
  },
);
