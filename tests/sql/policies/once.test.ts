/** What policies and masks ask about the person is asked once a statement, and only where the answer is not known without. */
import pg from "pg";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Claim } from "../../../lib/claims.ts";
import { loginUrl } from "../../../lib/db/urls.ts";
import { withClaim } from "../../../lib/pg.ts";
import { createTestDatabase, type TestDatabase } from "../../support/database.ts";
import {
  asMember,
  asService,
  createPolicy,
  type Ground,
  type Person,
  prepareGround,
  read,
  setAttributes,
} from "./support.ts";

let db: TestDatabase;
let acme: Ground;
let owner: Person;
let analyst: Person;
let login: pg.Client;
let filter: string;
let mask: string;

beforeAll(async () => {
  db = await createTestDatabase();
  acme = await prepareGround(db, "acme");
  owner = acme.people.owner!;
  analyst = acme.people.analyst!;
  await setAttributes(db, analyst, { region: "EMEA" });
  await setAttributes(db, owner, { region: "AMER" });
  const made = await asService(
    db,
    acme.id,
    async (c) =>
      (await c.query("select role_name, password from access.create_sql_login($1)", [analyst.userId]))
        .rows[0],
  );
  login = new pg.Client({ connectionString: loginUrl(db.adminUrl, made.role_name, made.password) });
  await login.connect();
  filter = await createPolicy(db, owner, {
    name: "own region",
    kind: "row_filter",
    condition: { eq: [{ row: "region" }, { user: "region" }] },
  });
  mask = await createPolicy(db, owner, {
    name: "no mails",
    kind: "mask",
    mask: { kind: "null", fields: ["email"] },
  });
  await createPolicy(db, owner, { name: "year", kind: "mask", mask: { kind: "year", fields: ["born"] } });
});
afterAll(async () => {
  await login.end();
  await db.drop();
});

interface PlanNode {
  "Node Type": string;
  "Parent Relationship"?: string;
  "Actual Loops": number;
  Plans?: PlanNode[];
}

/** Nodes that call a function of private, with what they call; their own lines alone. */
function questions(node: PlanNode): { relationship: string | undefined; loops: number; calls: string[] }[] {
  const { Plans: inner = [], ...own } = node;
  const calls = JSON.stringify(own).match(/private\.\w+(?=\()/g) ?? [];
  const mine =
    calls.length === 0
      ? []
      : [{ relationship: node["Parent Relationship"], loops: node["Actual Loops"], calls }];
  return [...mine, ...inner.flatMap(questions)];
}

async function asked(client: pg.ClientBase, query: string) {
  const { rows } = await client.query(`explain (analyze, verbose, format json) ${query}`);
  return questions(rows[0]["QUERY PLAN"][0].Plan);
}

const LIST = "select * from org_acme.staff order by id desc limit 50";

async function name(policy: string, roles: string[]): Promise<void> {
  await asMember(db, owner, (c) =>
    c.query("select access.update_policy($1, $2)", [policy, JSON.stringify({ roles })]),
  );
}

describe("the questions of a list with a filter and two masks", () => {
  it.each(["everybody", "some"])("are asked once each, of policies that bind %s", async (whom) => {
    for (const policy of [filter, mask]) await name(policy, whom === "some" ? ["analyst", "viewer"] : []);
    for (const client of [login, null]) {
      const found = client ? await asked(client, LIST) : await asMember(db, analyst, (c) => asked(c, LIST));
      for (const question of found) {
        expect(question.relationship, question.calls.join()).toBe("InitPlan");
        expect(question.loops, question.calls.join()).toBeLessThanOrEqual(1);
      }
      const calls = found.flatMap((question) => question.calls);
      for (const call of ["private.may", "private.attribute"])
        expect(
          calls.filter((c) => c === call),
          call,
        ).toHaveLength(1);
    }
  });
});

describe("a policy that begins or ceases to name somebody", () => {
  const seen = (who: Person) =>
    read<{ regions: string[]; mails: number }>(
      db,
      who,
      "select array_agg(distinct region order by region) as regions, count(email)::int as mails from org_acme.staff",
    );
  const bound = { analyst: [{ regions: ["EMEA"], mails: 0 }], owner: [{ regions: ["AMER"], mails: 0 }] };

  it("binds whom it names, at the next statement, and everybody when it names nobody", async () => {
    for (let round = 0; round < 2; round++) {
      for (const policy of [filter, mask]) await name(policy, []);
      expect({ analyst: await seen(analyst), owner: await seen(owner) }).toEqual(bound);
      for (const policy of [filter, mask]) await name(policy, ["analyst"]);
      expect({ analyst: await seen(analyst), owner: await seen(owner) }).toEqual({
        ...bound,
        owner: [{ regions: ["AMER", "APAC", "EMEA"], mails: 12 }],
      });
    }
  });

  it("binds members and nobody in particular, and no service, when it binds everybody", async () => {
    await name(filter, []);
    const { rows } = await db.admin.query<{ question: string }>(
      "select private.binds_sql(p) as question from access.policies p where id = $1",
      [filter],
    );
    const question = `select ${rows[0]!.question} as binds`;
    const job: Claim = { kind: "user", orgId: acme.id, userId: analyst.userId };
    const told = {
      service: await asService(db, acme.id, async (c) => (await c.query(question)).rows),
      job: await withClaim(db.worker, db.claimKey, job, async (c) => (await c.query(question)).rows),
      worker: (await db.worker.query(question)).rows,
      member: await read(db, analyst, question),
      gateway: (await db.gateway.query(question)).rows,
      login: (await login.query(question)).rows,
    };
    const yes = [{ binds: true }];
    expect(told).toEqual({
      service: [{ binds: false }],
      job: yes,
      worker: yes,
      member: yes,
      gateway: yes,
      login: yes,
    });
  });
});
