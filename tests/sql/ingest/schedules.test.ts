/** Who may do what with schedules, what is refused with which words, cycles named, organizations apart. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  addMember,
  asMember,
  createOrg,
  createTestDatabase,
  type TestDatabase,
  type TestOrg,
} from "../../support/database.ts";
import { ROLES } from "../../support/planted.ts";

let db: TestDatabase;
let acme: TestOrg;
let globex: TestOrg;
const users: Record<string, string> = {};
const json = JSON.stringify;
const copy = (from: string, to: string) =>
  json({ input: { kind: "dataset", name: from }, steps: [], output: { dataset: to, key_fields: ["id"] } });
const FIELDS = json([
  { name: "id", type: "bigint" },
  { name: "v", type: "text" },
]);

beforeAll(async () => {
  db = await createTestDatabase();
  acme = await createOrg(db, "acme");
  globex = await createOrg(db, "globex");
  for (const role of ROLES) users[role] = await addMember(db, acme.id, `${role}@acme.example`, role);
  users.stranger = await addMember(db, globex.id, "stranger@globex.example", "owner");
  for (const name of ["a", "b", "c", "d"])
    await as("owner", "select data.create_dataset($1, $2, '{id}')", [name, FIELDS]);
  for (const [from, to] of ["ab", "bc", "ca", "cd"] as const)
    await as("owner", "select ingest.create_pipeline($1, $2)", [`${from}_to_${to}`, copy(from!, to!)]);
  await as("owner", "select ingest.create_connector('web', 'http', $1)", [
    json({ baseUrl: "https://files.example/", auth: "none" }),
  ]);
  await as("owner", "select ingest.create_source('web', 'files', 'a', $1, 'full', 'upsert', '{id}')", [
    json({ paths: ["x.csv"] }),
  ]);
  await as("stranger", "select data.create_dataset('a', $1, '{id}')", [FIELDS]);
});
afterAll(() => db.drop());

function as(who: string, text: string, values: unknown[] = []): Promise<Record<string, unknown>[]> {
  const orgId = who === "stranger" ? globex.id : acme.id;
  return asMember(
    db,
    { orgId, userId: users[who]! },
    async (client) => (await client.query(text, values)).rows,
  );
}
/** ok, or the SQLSTATE. */
const outcome = (who: string, text: string, values: unknown[] = []): Promise<string> =>
  as(who, text, values).then(
    () => "ok",
    (error: { code: string }) => error.code,
  );
const after = (name: string, pipeline: string, upstreams: object[], who = "owner") =>
  as(who, "select ingest.create_schedule($1, 'upstream', pipeline => $2, upstreams => $3)", [
    name,
    pipeline,
    json(upstreams),
  ]);

describe("every role", () => {
  const MAKES = new Set(["owner", "ceo", "admin", "manager", "editor"]);
  const SEES = new Set(["owner", "ceo", "admin", "manager", "steward", "editor", "analyst"]);
  const DROPS = new Set(["owner", "ceo", "admin", "manager"]);
  it.each(ROLES)("%s", async (role) => {
    await as("owner", "select ingest.create_schedule($1, 'hand', source => 'files')", [`of-${role}`]);
    const makes = MAKES.has(role) ? "ok" : "42501";
    const drops = DROPS.has(role) ? "ok" : "42501";
    expect(
      await outcome(
        role,
        "select ingest.create_schedule($1, 'interval', source => 'files', every => '1 hour')",
        [`by-${role}`],
      ),
    ).toBe(makes);
    expect(
      await outcome(role, "select ingest.alter_schedule($1, trigger => 'interval', every => '1 hour')", [
        `of-${role}`,
      ]),
    ).toBe(makes);
    expect(await outcome(role, "select ingest.run_schedule($1)", [`of-${role}`])).toBe(makes);
    expect(await outcome(role, "select ingest.pause_schedule($1)", [`of-${role}`])).toBe(makes);
    expect(await outcome(role, "select ingest.resume_schedule($1)", [`of-${role}`])).toBe(makes);
    expect(await outcome(role, "select ingest.set_schedule_limits(max_running => 30)")).toBe(drops);
    expect(await outcome(role, "select ingest.set_freshness('b', '1 day')")).toBe(drops);
    expect(await outcome(role, "select * from ingest.next_times('0 0 * * *')")).toBe(
      SEES.has(role) ? "ok" : "42501",
    );
    expect((await as(role, "select from ingest.schedules where name = $1", [`of-${role}`])).length).toBe(
      SEES.has(role) ? 1 : 0,
    );
    expect(await outcome(role, "select ingest.drop_schedule($1)", [`of-${role}`])).toBe(drops);
    // Nobody writes past the functions, and nobody ticks.
    expect(await outcome(role, "update ingest.schedules set paused = true")).toBe("42501");
    expect(await outcome(role, "select ingest.queue_due_schedules()")).toBe("42501");
    expect(await outcome(role, "select ingest.start_schedule_run(gen_random_uuid())")).toBe("42501");
  });
});

it("another organization neither sees nor touches them, nor waits for what is not its own", async () => {
  await as("owner", "select ingest.create_schedule('ours', 'hand', source => 'files')");
  await as("owner", "select ingest.run_schedule('ours')");
  const [run] = await as(
    "owner",
    "select r.id from ingest.schedule_runs r join ingest.schedules s on s.id = r.schedule_id where s.name = 'ours'",
  );
  for (const table of [
    "schedules",
    "schedule_runs",
    "schedule_limits",
    "schedule_upstreams",
    "freshness",
    "backfills",
    "backfill_slices",
  ])
    expect(await as("stranger", `select from ingest.${table} where org_id <> $1`, [globex.id])).toEqual([]);
  for (const act of ["run", "pause", "resume", "drop", "alter"])
    expect(await outcome("stranger", `select ingest.${act}_schedule('ours')`)).toBe("IN090");
  expect(await outcome("stranger", "select ingest.cancel_schedule_run($1)", [run!.id])).toBe("IN005");
  expect(await outcome("stranger", "select ingest.rerun_schedule_run($1)", [run!.id])).toBe("IN005");
  expect(await outcome("stranger", "select ingest.create_schedule('x', 'hand', source => 'files')")).toBe(
    "IN085",
  );
  expect(await outcome("stranger", "select ingest.create_schedule('x', 'hand', pipeline => 'a_to_b')")).toBe(
    "IN063",
  );
});

describe("what is refused", () => {
  const cases: [string, string, string, string][] = [
    ["a name that is none", "'No Name', 'hand', source => 'files'", "IN093", "name"],
    ["no target", "'x', 'hand'", "IN093", "target"],
    ["two targets", "'x', 'hand', source => 'files', pipeline => 'a_to_b'", "IN093", "target"],
    ["a trigger that is none", "'x', 'moon', source => 'files'", "IN093", "trigger"],
    ["a cron that is none", "'x', 'cron', source => 'files', cron => '61 * * * *'", "IN091", "cron"],
    ["no cron", "'x', 'cron', source => 'files'", "IN091", "cron"],
    [
      "a time zone that is none",
      "'x', 'cron', source => 'files', cron => '1 * * * *', time_zone => 'Mars/Base'",
      "IN092",
      "timeZone",
    ],
    ["an interval of nothing", "'x', 'interval', source => 'files', every => '0 seconds'", "IN093", "every"],
    [
      "months of a negative interval",
      "'x', 'interval', source => 'files', every => '-1 month'",
      "IN093",
      "every",
    ],
    [
      "new objects of a source without",
      "'x', 'new_object', source => 'files', every => '1 minute'",
      "IN093",
      "trigger",
    ],
    ["no upstream", "'x', 'upstream', source => 'files'", "IN093", "upstreams"],
    [
      "an upstream that is not there",
      "'x', 'upstream', source => 'files', upstreams => '[{\"dataset\": \"nowhere\"}]'",
      "IN093",
      "upstreams",
    ],
    [
      "upstreams that are no list",
      "'x', 'upstream', source => 'files', upstreams => '{\"dataset\": \"b\"}'",
      "IN093",
      "upstreams",
    ],
    [
      "freshness of no dataset",
      "'x', 'freshness', source => 'files', max_age => '1 day'",
      "IN093",
      "dataset",
    ],
    ["freshness without an age", "'x', 'freshness', source => 'files', dataset => 'a'", "IN093", "maxAge"],
    [
      "a way to catch up that is none",
      "'x', 'hand', source => 'files', catch_up => 'all'",
      "IN093",
      "catchUp",
    ],
  ];
  it.each(cases)("%s", async (_what, args, code, column) => {
    await expect(as("owner", `select ingest.create_schedule(${args})`)).rejects.toMatchObject({
      code,
      column,
      hint: expect.stringMatching(/\w/),
    });
  });
  it("a name that is taken, a pipeline that waits for a file", async () => {
    await as("owner", "select ingest.create_schedule('taken', 'hand', source => 'files')");
    expect(await outcome("owner", "select ingest.create_schedule('taken', 'hand', source => 'files')")).toBe(
      "IN095",
    );
    await as("owner", "select ingest.create_pipeline('of_file', $1)", [
      json({ input: { kind: "file" }, steps: [], output: { dataset: "d", key_fields: ["id"] } }),
    ]);
    expect(await outcome("owner", "select ingest.create_schedule('x', 'hand', pipeline => 'of_file')")).toBe(
      "IN093",
    );
  });
});

describe("cycles", () => {
  it("are refused when saved, and named, whoever closes them", async () => {
    await after("one", "a_to_b", [{ dataset: "a" }]);
    await after("two", "b_to_c", [{ dataset: "b" }]);
    await expect(after("three", "c_to_a", [{ dataset: "c" }])).rejects.toMatchObject({
      code: "IN094",
      message: expect.stringContaining("three -> one -> two -> three"),
    });
    // By pipeline instead of dataset, and by altering.
    await as("owner", "select ingest.create_schedule('three', 'hand', pipeline => 'c_to_a')");
    await expect(
      as("owner", "select ingest.alter_schedule('three', trigger => 'upstream', upstreams => $1)", [
        json([{ pipeline: "b_to_c" }]),
      ]),
    ).rejects.toMatchObject({ code: "IN094" });
    await expect(after("self", "c_to_d", [{ pipeline: "c_to_d" }])).rejects.toMatchObject({
      code: "IN094",
      message: expect.stringContaining("self -> self"),
    });
    // A pipeline that writes elsewhere from now on.
    await after("four", "c_to_d", [{ dataset: "c" }]);
    await expect(
      as("owner", "select ingest.save_pipeline('c_to_d', $1)", [copy("c", "a")]),
    ).rejects.toMatchObject({ code: "IN094" });
    // The source that loads a is by the clock: no cycle. After b it would be one.
    await as(
      "owner",
      "select ingest.create_schedule('load-a', 'interval', source => 'files', every => '1 hour')",
    );
    await expect(
      as("owner", "select ingest.alter_schedule('load-a', trigger => 'upstream', upstreams => $1)", [
        json([{ dataset: "b" }]),
      ]),
    ).rejects.toMatchObject({ code: "IN094" });
  });

  it("two savings at once do not make one together", async () => {
    for (const name of ["e", "f"])
      await as("owner", "select data.create_dataset($1, $2, '{id}')", [name, FIELDS]);
    await as("owner", "select ingest.create_pipeline('e_to_f', $1)", [copy("e", "f")]);
    await as("owner", "select ingest.create_pipeline('f_to_e', $1)", [copy("f", "e")]);
    const answers = await Promise.allSettled([
      after("ef", "e_to_f", [{ dataset: "e" }]),
      after("fe", "f_to_e", [{ dataset: "f" }]),
    ]);
    expect(answers.map((answer) => answer.status).sort()).toEqual(["fulfilled", "rejected"]);
  });
});
