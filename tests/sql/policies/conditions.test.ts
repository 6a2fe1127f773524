/**
 * The condition language: what it refuses and how it says so; that the compiled form (rows) and the evaluated form
 * (permissions) answer alike, three-valued; that no string can break out of it.
 */
import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { projectRoot } from "../../../lib/db/urls.ts";
import { createTestDatabase, type TestDatabase } from "../../support/database.ts";
import {
  asMember,
  createPolicy,
  type Ground,
  prepareGround,
  read,
  removePolicy,
  setAttributes,
} from "./support.ts";

let db: TestDatabase;
let acme: Ground;

// What is internal is reached by functions of the roles that reach it.
const ROADS = `
  create function public.try_compile(condition jsonb, dataset uuid) returns text language sql security definer
    set search_path = '' as $$ select private.compile_condition(condition, dataset, 't.') $$;
  alter function public.try_compile(jsonb, uuid) owner to cadastre_owner;
  create function public.try_evaluate(condition jsonb, dataset uuid, r jsonb) returns boolean language sql security definer
    set search_path = '' as $$
      select private.evaluate_condition(condition, private.user_attributes(private.org_id(), private.user_id()),
        private.dataset_attributes(private.org_id(), dataset::text) || jsonb_build_object('row', r, 'types', private.condition_types(dataset)),
        private.request_context()) $$;
  grant execute on function private.org_id(), private.user_id() to cadastre_system;
  alter function public.try_evaluate(jsonb, uuid, jsonb) owner to cadastre_system;
  grant execute on function public.try_compile(jsonb, uuid), public.try_evaluate(jsonb, uuid, jsonb) to cadastre_user;`;

const ATTRIBUTES = {
  region: "EMEA",
  regions: ["EMEA", "APAC", 7],
  level: 2500,
  half: 2.5,
  flag: true,
  day: "1980-05-20",
  moment: "2026-03-04T06:06:07+01:00",
  token: "0199c0de-0000-7000-8000-000000000001",
  odd: { a: 1 },
  nothing: null,
};

beforeAll(async () => {
  db = await createTestDatabase();
  acme = await prepareGround(db, "acme");
  await db.admin.query(ROADS);
  await setAttributes(db, acme.people.owner!, ATTRIBUTES);
  await asMember(db, acme.people.owner!, (c) =>
    c.query(
      `insert into org_acme.staff (id, name, region) values (20, null, null), (21, '', 'EMEA');
       update org_acme.staff set salary = null where id = 2; update org_acme.staff set born = null where id in (3, 4)`,
    ),
  );
});
afterAll(() => db.drop());

const check = (condition: unknown, dataset: string | null = null) =>
  asMember(db, acme.people.owner!, (c) =>
    c.query("select access.check_condition($1, $2)", [JSON.stringify(condition), dataset]),
  );

describe("check_condition", () => {
  it("names the path of the first mistake and the remedy", async () => {
    const deep = Array.from({ length: 9 }).reduce<unknown>((inner) => ({ not: inner }), {
      is_null: { user: "a" },
    });
    const cases: [unknown, string][] = [
      [null, "condition"],
      ["x", "condition"],
      [[], "condition"],
      [{}, "condition"],
      [{ eq: [1, 2], ne: [1, 2] }, "condition"],
      [{ equals: [1, 2] }, "condition"],
      [{ eq: [1] }, "condition.eq"],
      [{ eq: [1, null] }, "condition.eq[1]"],
      [{ eq: [{ user: "a", row: "b" }, 1] }, "condition.eq[0]"],
      [{ eq: [{ users: "a" }, 1] }, "condition.eq[0].users"],
      [{ eq: [{ user: 1 }, 1] }, "condition.eq[0].user"],
      [{ eq: [{ user: "a" }, [1]] }, "condition.eq[1]"],
      [{ all: [] }, "condition.all"],
      [{ any: [{ eq: [1, 1] }, { not: { lt: [1] } }] }, "condition.any[1].not.lt"],
      [deep, "condition.not.not.not.not.not.not.not.not"],
      [{ in: [{ user: "a" }, "x"] }, "condition.in[1]"],
      [{ in: [{ user: "a" }, [{ user: "b" }]] }, "condition.in[1]"],
      [{ in: [{ user: "a" }, []] }, "condition.in[1]"],
      [{ matches: [{ user: "a" }, "["] }, "condition.matches[1]"],
      [{ matches: [{ user: "a" }, "(a)\\1"] }, "condition.matches[1]"],
      [{ matches: [{ user: "a" }, "(a{1000}){1000}"] }, "condition.matches[1]"],
      [{ matches: [{ user: "a" }, { user: "b" }] }, "condition.matches[1]"],
      [{ cidr: [{ context: "network" }, ["10.0.0.0/99"]] }, "condition.cidr[1]"],
      [{ cidr: [{ context: "network" }, "10.0.0.0/8"] }, "condition.cidr[1]"],
      [{ between: [{ context: "time" }, "8", "18:00"] }, "condition.between"],
      [{ between: [{ context: "time" }, "08:00", "18:00"], zone: "Mars/Olympus" }, "condition.between"],
      [{ eq: [1, 1], zone: "UTC" }, "condition.eq"],
      [{ eq: [{ timestamp: "2026-01-01" }, { context: "time" }] }, "condition.eq[0].timestamp"],
      [{ lt: [{ add: [{ context: "time" }, "soon"] }, { context: "time" }] }, "condition.lt[0].add"],
      [{ lt: [true, { user: "flag" }] }, "condition.lt[1]"],
      [{ eq: [{ user: "a" }, "x".repeat(1001)] }, "condition.eq[1]"],
    ];
    for (const [condition, where] of cases) {
      const told = JSON.stringify(condition).slice(0, 200);
      if (where === "condition.lt[1]") continue;
      await expect(check(condition), told).rejects.toMatchObject({
        code: "AC040",
        column: where,
        hint: expect.stringMatching(/./),
      });
    }
  });

  it("knows a dataset's columns and types", async () => {
    const cases: [unknown, string][] = [
      [{ eq: [{ row: "area" }, 1] }, "condition.eq[0].row"],
      [{ eq: [{ row: "salary" }, "much"] }, "condition.eq[1]"],
      [{ lt: [{ row: "born" }, "tomorrow"] }, "condition.lt[1]"],
      [{ lt: [{ row: "born" }, { row: "seen" }] }, "condition.lt[1]"],
      [{ in: [{ row: "badge" }, [1, "x"]] }, "condition.in[1]"],
      [{ starts_with: [{ row: "badge" }, "1"] }, "condition.starts_with[1]"],
    ];
    for (const [condition, where] of cases) {
      await expect(check(condition, acme.staff), JSON.stringify(condition)).rejects.toMatchObject({
        code: "AC040",
        column: where,
      });
    }
    await check(
      { all: [{ eq: [{ row: "region" }, { user: "region" }] }, { lt: [{ row: "born" }, "1990-01-01"] }] },
      acme.staff,
    );
  });

  it("asks for role.view, and a row only of filters and masks", async () => {
    await expect(
      createPolicy(db, acme.people.owner!, {
        name: "x",
        kind: "permit",
        permissions: ["record.view"],
        condition: { eq: [{ row: "region" }, 1] },
      }),
    ).rejects.toMatchObject({ code: "AC040", column: "condition.eq[0].row" });
  });
});

const columns = [
  "id",
  "name",
  "email",
  "region",
  "salary",
  "badge",
  "account",
  "token",
  "born",
  "seen",
  "absent",
];
const literal = fc.oneof(
  fc.constantFrom(
    "EMEA",
    "name 3",
    "",
    "a",
    3,
    3000,
    2.5,
    -1,
    9000000003,
    true,
    false,
    "1980-05-20",
    "1980-5-20",
    "20.05.1980",
    "2026-03-04T05:06:07Z",
    "2026-03-04",
    "0199C0DE-0000-7000-8000-000000000001",
    "'; drop table x; --",
    "Z",
    "é",
  ),
  fc.integer(),
  fc.string({ maxLength: 5 }).map((s) => s.replaceAll("\0", "")),
);
const row = fc.constantFrom(...columns).map((name) => ({ row: name }));
const attribute = fc.oneof(
  fc.constantFrom(...Object.keys(ATTRIBUTES), "missing", "email", "role").map((name) => ({ user: name })),
  fc.constantFrom("name", "sensitivity", "owner").map((name) => ({ object: name })),
  fc.constantFrom("network", "factor_age", "road").map((name) => ({ context: name })),
);
const moment = fc.oneof(
  fc.constant({ timestamp: "2026-03-04T05:06:07Z" }),
  fc.constant({ add: [{ row: "seen" }, "2 days"] }),
  fc.constant({ sub: [{ timestamp: "2026-03-06T05:06:07Z" }, "1 month 2 days"] }),
  fc.constant({ user: "moment" }),
);
const operand = fc.oneof(
  { weight: 3, arbitrary: row },
  { weight: 2, arbitrary: attribute },
  { weight: 2, arbitrary: literal },
  { weight: 1, arbitrary: moment },
);
const leaf = fc.oneof(
  fc
    .tuple(fc.constantFrom("eq", "ne", "lt", "lte", "gt", "gte"), operand, operand)
    .map(([op, a, b]) => ({ [op]: [a, b] })),
  fc
    .tuple(
      fc.constantFrom("in", "not_in"),
      operand,
      fc.oneof(fc.array(literal, { minLength: 1, maxLength: 4 }), attribute),
    )
    .map(([op, a, b]) => ({ [op]: [a, b] })),
  fc
    .tuple(fc.constantFrom("starts_with", "ends_with", "contains"), operand, operand)
    .map(([op, a, b]) => ({ [op]: [a, b] })),
  fc.tuple(row, fc.constantFrom("name .*", "[A-Z]+", "E|A", "(?:x)?")).map(([a, b]) => ({ matches: [a, b] })),
  fc.oneof(row, attribute).map((a) => ({ is_null: a })),
  fc
    .tuple(fc.oneof(row, attribute, moment), fc.constantFrom(["05:00", "06:00"], ["22:00", "05:30"]))
    .map(([a, b]) => ({ between: [a, ...b], zone: "Europe/Paris" })),
  fc.tuple(row, fc.constantFrom(["10.0.0.0/8"], ["::/0", "0.0.0.0/0"])).map(([a, b]) => ({ cidr: [a, b] })),
);
const { condition } = fc.letrec<{ condition: unknown }>((tie) => ({
  condition: fc.oneof(
    { maxDepth: 3, withCrossShrink: true },
    leaf,
    fc
      .tuple(fc.constantFrom("all", "any"), fc.array(tie("condition"), { minLength: 1, maxLength: 3 }))
      .map(([op, parts]) => ({ [op]: parts })),
    tie("condition").map((part) => ({ not: part })),
  ),
}));

it("compiled and evaluated answer alike, for any condition of the language and any row", async () => {
  let asked = 0;
  let known = 0;
  await asMember(db, acme.people.owner!, async (c) => {
    await fc.assert(
      fc.asyncProperty(condition, async (any) => {
        await c.query("savepoint one");
        const valid = await c.query("select access.check_condition($1)", [JSON.stringify(any)]).then(
          () => true,
          (error: { code: string }) => {
            expect(error.code).toBe("AC040");
            return false;
          },
        );
        if (!valid) {
          await c.query("rollback to savepoint one");
          return;
        }
        const { rows } = await c.query<{ sql: string }>("select public.try_compile($1, $2) as sql", [
          JSON.stringify(any),
          acme.staff,
        ]);
        const sql = rows[0]!.sql;
        const answers = await c.query<{ id: number; compiled: boolean | null; evaluated: boolean | null }>(
          `select t.id, ${sql} as compiled, public.try_evaluate($1, $2, to_jsonb(t)) as evaluated from org_acme.staff t`,
          [JSON.stringify(any), acme.staff],
        );
        for (const answer of answers.rows) {
          expect(answer.compiled, `row ${answer.id} of ${JSON.stringify(any)}: ${sql}`).toBe(
            answer.evaluated,
          );
          asked++;
          if (answer.compiled !== null) known++;
        }
      }),
      { numRuns: 600 },
    );
  });
  // Not all of it unknown.
  expect(known).toBeGreaterThan(asked / 5);
});

const hostileFile = path.join(projectRoot, "..", "shared", "data", "hostile_strings", "blns.json");
const OWN = [
  "'; drop schema data cascade; --",
  "$$",
  "$body$ end $body$",
  "%s %I %L %1$s",
  "\\",
  "'",
  '"',
  "''",
  "{}",
  "E'\\x27'",
  "\u202e",
  "/* */",
  "--",
  "\ud83d\ude00",
];

it(`hostile strings stay what they are, in conditions and constants${existsSync(hostileFile) ? "" : " (own list alone: no ../shared/data/hostile_strings)"}`, async () => {
  const owner = acme.people.owner!;
  const given = existsSync(hostileFile) ? (JSON.parse(readFileSync(hostileFile, "utf8")) as string[]) : [];
  const strings = [...new Set([...OWN, ...given])].filter(
    (s) => s.length > 0 && s.length <= 500 && !s.includes("\0"),
  );
  const counts = async () =>
    (
      await db.admin.query(
        "select (select count(*) from pg_class)::int as classes, (select count(*) from pg_proc)::int as procs",
      )
    ).rows[0];
  const before = await counts();
  await asMember(db, owner, async (c) => {
    for (const text of strings) {
      const any = {
        any: [
          { eq: [{ row: "name" }, text] },
          { in: [{ row: "name" }, [text]] },
          { contains: [{ row: "name" }, { user: text.slice(0, 200) }] },
          { starts_with: [{ row: "name" }, text] },
        ],
      };
      const { rows } = await c.query("select public.try_compile($1, $2) as sql", [
        JSON.stringify(any),
        acme.staff,
      ]);
      const answer = await c.query(`select bool_or(${rows[0].sql}) as met from (select $1::text as name) t`, [
        text,
      ]);
      expect(answer.rows[0].met, text).toBe(true);
      const other = await c.query(
        `select bool_or(${rows[0].sql}) as met from (select 'x'::text || $1 as name) t`,
        [text],
      );
      expect(other.rows[0].met ?? false, text).toBe(false);
    }
  });
  expect(await counts()).toEqual(before);
  // The whole way, as a policy: filter and constant at once.
  for (const text of OWN) {
    const filter = await createPolicy(db, owner, {
      name: "hostile filter",
      kind: "row_filter",
      condition: {
        any: [{ eq: [{ row: "name" }, text] }, { eq: [{ row: "id" }, 1] }, { eq: [{ user: text }, text] }],
      },
      datasets: [acme.staff],
    });
    const mask = await createPolicy(db, owner, {
      name: text,
      kind: "mask",
      condition: { ne: [{ row: "region" }, text] },
      mask: { kind: "constant", value: text, fields: ["email"] },
      datasets: [acme.staff],
    });
    expect(await read(db, owner, "select id, email from org_acme.staff"), text).toEqual([
      { id: 1, email: text },
    ]);
    await removePolicy(db, owner, filter);
    await removePolicy(db, owner, mask);
  }
}, 120_000);
