/** Pipelines as data: who may do what with them, versions, and templates between organizations. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { asKey, makeApiKey } from "../../isolation/roads.ts";
import {
  addMember,
  asMember,
  asService,
  createOrg,
  createTestDatabase,
  type TestDatabase,
  type TestOrg,
} from "../../support/database.ts";
import { ROLES } from "../../support/planted.ts";

let db: TestDatabase;
let acme: TestOrg;
let globex: TestOrg;
const members: Record<string, string> = {};
let stranger: string;

const flow = (where = "true") => ({
  input: { kind: "dataset", name: "orders" },
  steps: [{ kind: "filter", where }],
  output: { dataset: "kept", key_fields: ["id"] },
});
const json = JSON.stringify;

type Row = Record<string, unknown>;
const as =
  (userId: string, orgId: string) =>
  (text: string, values: unknown[] = []): Promise<Row[]> =>
    asMember(db, { orgId, userId }, async (c) => (await c.query<Row>(text, values)).rows);
let owner: ReturnType<typeof as>;
let other: ReturnType<typeof as>;

beforeAll(async () => {
  db = await createTestDatabase();
  acme = await createOrg(db, "acme");
  globex = await createOrg(db, "globex");
  for (const role of ROLES) members[role] = await addMember(db, acme.id, `${role}@acme.example`, role);
  stranger = await addMember(db, globex.id, "owner@globex.example", "owner");
  owner = as(members.owner!, acme.id);
  other = as(stranger, globex.id);
});
afterAll(() => db.drop());

describe("who may do what", () => {
  const may = {
    see: ["owner", "ceo", "admin", "manager", "steward", "editor", "analyst"],
    make: ["owner", "ceo", "admin", "manager", "editor"],
    remove: ["owner", "ceo", "admin", "manager"],
  };

  it.each(ROLES)("%s", async (role) => {
    await owner("select ingest.create_pipeline($1, $2)", [`p_${role}`, json(flow())]);
    const mine = as(members[role]!, acme.id);
    const outcome = async (text: string, values: unknown[] = []): Promise<boolean> =>
      mine(text, values).then(
        () => true,
        (error: { code: string }) => {
          expect(error.code, text).toBe("42501");
          return false;
        },
      );
    expect((await mine("select name from ingest.pipelines")).length > 0).toBe(may.see.includes(role));
    expect((await mine("select definition from ingest.pipeline_versions")).length > 0).toBe(
      may.see.includes(role),
    );
    const makes = may.make.includes(role);
    expect(await outcome("select ingest.create_pipeline($1, $2)", [`by_${role}`, json(flow())])).toBe(makes);
    expect(await outcome("select ingest.save_pipeline($1, $2)", [`p_${role}`, json(flow("1 = 1"))])).toBe(
      makes,
    );
    expect(await outcome("select ingest.run_pipeline($1)", [`p_${role}`])).toBe(makes);
    expect(await outcome("select ingest.start_trial($1)", [`p_${role}`])).toBe(makes);
    expect(await outcome("select ingest.save_template($1, $2)", [`t_${role}`, json(flow())])).toBe(makes);
    expect(await outcome("select ingest.drop_pipeline($1)", [`p_${role}`])).toBe(may.remove.includes(role));
    await expect(
      mine("insert into ingest.pipelines (org_id, name) values ($1, 'direct')", [acme.id]),
    ).rejects.toMatchObject({ code: "42501" });
  });

  it("an API key runs nothing that reads rows unless it may read them", async () => {
    await owner("select ingest.create_pipeline('by_key', $1)", [json(flow())]);
    const who = { orgId: acme.id, slug: "acme", userId: members.manager!, email: "" };
    const run = ["pipeline.execute", "run.execute", "dataset.create"];
    const narrow = await makeApiKey(db, who, run);
    const wide = await makeApiKey(db, who, [...run, "record.view"]);
    for (const call of ["run_pipeline('by_key')", "start_trial('by_key')"]) {
      const asKeyOf = (id: string) => asKey(db, who, id, (c) => c.query(`select ingest.${call}`));
      await expect(asKeyOf(narrow.id), call).rejects.toMatchObject({ code: "42501" });
      await expect(asKeyOf(wide.id), call).resolves.toBeDefined();
    }
  });

  it("another organization's people see and touch none of it, by name or id", async () => {
    await owner("select ingest.create_pipeline('private_one', $1)", [json(flow())]);
    const [run] = await owner("select id from ingest.run_pipeline('private_one')");
    for (const table of [
      "pipelines",
      "pipeline_versions",
      "pipeline_runs",
      "pipeline_run_steps",
      "pipeline_failures",
      "pipeline_templates",
      "pipeline_template_versions",
    ])
      expect(await other(`select * from ingest.${table}`), table).toEqual([]);
    await expect(other("select ingest.run_pipeline('private_one')")).rejects.toMatchObject({ code: "IN063" });
    await expect(other("select ingest.start_trial('private_one')")).rejects.toMatchObject({ code: "IN063" });
    await expect(other("select ingest.drop_pipeline('private_one')")).rejects.toMatchObject({
      code: "IN063",
    });
    await expect(other("select ingest.cancel_pipeline_run($1)", [run!.id])).rejects.toMatchObject({
      code: "IN005",
    });
  });
});

describe("definitions", () => {
  it.each([
    ["no object", "[]"],
    ["no input", json({ output: { dataset: "x" } })],
    ["an unknown step", json({ ...flow(), steps: [{ kind: "explode" }] })],
    [
      "too many steps",
      json({ ...flow(), steps: Array.from({ length: 51 }, () => ({ kind: "filter", where: "true" })) }),
    ],
    ["no output", json({ ...flow(), output: {} })],
    ["a name from elsewhere", json({ ...flow(), output: { dataset: "Orders; drop" } })],
    ["a model without key", json({ kind: "model", sql: "select 1", dataset: "x", materialized: "table" })],
    [
      "a model without cursor",
      json({ kind: "model", sql: "select 1", dataset: "x", materialized: "incremental", key_fields: ["a"] }),
    ],
    ["one that is too long", json({ ...flow(), steps: [{ kind: "filter", where: "x".repeat(100_001) }] })],
  ])("%s is refused", async (_what, definition) => {
    await expect(owner("select ingest.create_pipeline('refused', $1)", [definition])).rejects.toMatchObject({
      code: "IN060",
    });
  });

  it("are versioned: what ran stays as it was, the same again is no new version", async () => {
    await owner("select ingest.create_pipeline('versions', $1)", [json(flow("1 = 1"))]);
    const [run] = await owner("select id, version from ingest.run_pipeline('versions')");
    expect(
      await owner("select version from ingest.save_pipeline('versions', $1)", [json(flow("2 = 2"))]),
    ).toEqual([{ version: 2 }]);
    expect(
      await owner("select version from ingest.save_pipeline('versions', $1)", [json(flow("2 = 2"))]),
    ).toEqual([{ version: 2 }]);
    expect(run).toMatchObject({ version: 1 });
    await expect(
      owner("select ingest.create_pipeline('versions', $1)", [json(flow())]),
    ).rejects.toMatchObject({ code: "IN064" });
    expect(
      await owner(
        "select version from ingest.pipeline_versions v where pipeline_id = (select id from ingest.pipelines where name = 'versions') order by 1",
      ),
    ).toEqual([{ version: 1 }, { version: 2 }]);
  });

  it("a file is asked for where one is needed, and refused where none is", async () => {
    await owner("select ingest.create_pipeline('wants_file', $1)", [
      json({ ...flow(), input: { kind: "file" } }),
    ]);
    await expect(owner("select ingest.run_pipeline('wants_file')")).rejects.toMatchObject({ code: "IN068" });
    await expect(owner("select ingest.run_pipeline('wants_file', gen_random_uuid())")).rejects.toMatchObject({
      code: "IN068",
    });
    await expect(owner("select ingest.run_pipeline('versions', gen_random_uuid())")).rejects.toMatchObject({
      code: "IN068",
    });
    await expect(
      owner("select ingest.start_trial('wants_file', p_object_key => $1)", [`org/${acme.id}/files/x`]),
    ).rejects.toMatchObject({ code: "IN068" });
    await expect(
      owner("select ingest.register_input('wants_file', 'f', $1, 1, sha256('x'))", [
        `org/${globex.id}/files/x`,
      ]),
    ).rejects.toMatchObject({ code: "IN004" });
  });
});

describe("an execution's lease", () => {
  const steps = [
    "record_pipeline_step($1, $2, 0, 'file', '', 0, 0, '{}', now())",
    "fail_pipeline_run($1, $2, '{}')",
    "park_pipeline_run($1, $2, '{}', now())",
    "submit_pipeline_run($1, $2, 0, 0, '[]')",
    "keep_pipeline_steps($1, $2, 0, '[]', '[]', '{}', 0)",
    "take_pipeline_steps($1, $2)",
    "put_model_view($1, $2, 'x', 'select 1 as a')",
  ];

  it("fences every step of a stale worker", async () => {
    const [run] = await owner("select id from ingest.run_pipeline('versions')");
    const lease = (worker: string) =>
      asService(db, acme.id, (c) =>
        c.query("select ingest.lease_pipeline_run($1, $2, 60)", [run!.id, worker]),
      );
    await lease("one");
    await expect(lease("two")).rejects.toMatchObject({ code: "IN007" });
    await lease("one");
    for (const step of steps)
      await expect(
        asService(db, acme.id, (c) => c.query(`select ingest.${step}`, [run!.id, 1])),
        step,
      ).rejects.toMatchObject({ code: "IN007" });
    const beat = await asService(db, acme.id, (c) =>
      c.query("select ingest.beat_pipeline_run($1, 1) as alive", [run!.id]),
    );
    expect(beat.rows).toEqual([{ alive: false }]);
    await expect(
      asService(db, globex.id, (c) => c.query("select ingest.fail_pipeline_run($1, 2, '{}')", [run!.id])),
    ).rejects.toMatchObject({ code: "IN007" });
  });

  it("waits for its turn among everybody's runs: another organization's first goes before one's second", async () => {
    const turn = async (who: ReturnType<typeof as>, name: string): Promise<number> => {
      const [run] = await who("select id from ingest.run_pipeline($1)", [name]);
      const { rows } = await db.admin.query("select priority from graphile_worker.jobs where key = $1", [
        `pipeline_run:${run!.id}`,
      ]);
      return rows[0].priority;
    };
    const mine = [
      await turn(owner, "versions"),
      await turn(owner, "versions"),
      await turn(owner, "versions"),
    ];
    expect(mine).toEqual([mine[0]!, mine[0]! + 1, mine[0]! + 2]);
    await other("select ingest.create_pipeline('own', $1)", [json(flow())]);
    expect(await turn(other, "own")).toBeLessThan(mine[1]!);
  });

  it("and all that is the worker's is its alone", async () => {
    const id = "00000000-0000-4000-8000-000000000000";
    for (const call of [
      ...steps.map((step) => `ingest.${step.replace("$1", `'${id}'`).replace("$2", "1")}`),
      `ingest.lease_pipeline_run('${id}', 'me')`,
      `ingest.beat_pipeline_run('${id}', 1)`,
      `ingest.read_trial('${id}')`,
      `ingest.answer_trial('${id}', '{}')`,
      "ingest.model_cursor('orders', 'id')",
      "private.sandbox_login()",
      "private.put_sandbox_login('x', 'x')",
    ])
      await expect(owner(`select ${call}`), call).rejects.toMatchObject({ code: "42501" });
  });
});

describe("templates", () => {
  const listed = async (who: ReturnType<typeof as>, name: string): Promise<Row | undefined> =>
    (await who("select * from ingest.list_templates()")).find((t) => t.name === name);

  it("that come with the product are everybody's", async () => {
    for (const who of [owner, other])
      expect(await listed(who, "latest_by_key")).toMatchObject({
        origin: "system",
        template: "system:latest_by_key",
      });
    expect(
      await other(
        "select name, origin, origin_version from ingest.install_template('system:latest_by_key', 'mine', 'my_data')",
      ),
    ).toEqual([{ name: "mine", origin: "system", origin_version: 1 }]);
    const [version] = await other(
      "select v.definition -> 'output' ->> 'dataset' as d from ingest.pipeline_versions v join ingest.pipelines p on p.id = v.pipeline_id where p.name = 'mine'",
    );
    expect(version).toEqual({ d: "my_data" });
  });

  it("of one's own are nobody else's until they are shared, and again when they are not", async () => {
    const [made] = await owner("select id from ingest.save_template('recipe', $1, 'A recipe')", [
      json(flow()),
    ]);
    const key = String(made!.id);
    expect(await listed(owner, "recipe")).toMatchObject({ origin: "organization", shared: false });
    expect(await listed(other, "recipe")).toBeUndefined();
    await expect(other("select ingest.install_template($1, 'stolen')", [key])).rejects.toMatchObject({
      code: "IN063",
    });
    const editor = as(members.editor!, acme.id);
    await expect(editor("select ingest.share_template('recipe')")).rejects.toMatchObject({ code: "42501" });
    await owner("select ingest.share_template('recipe')");
    expect(await listed(other, "recipe")).toMatchObject({
      origin: "marketplace",
      publisher: "acme",
      version: 1,
      installs: "0",
    });
    await expect(
      editor("select ingest.save_template('recipe', $1)", [json(flow("3 = 3"))]),
    ).rejects.toMatchObject({ code: "42501" });
    expect(await other("select ingest.pipeline_templates.name from ingest.pipeline_templates")).toEqual([]);

    await other("select ingest.install_template($1, 'from_market', 'here')", [key]);
    await other("select ingest.install_template($1, 'from_market_again')", [key]);
    expect(await listed(owner, "recipe")).toMatchObject({ installs: "1" });
    await expect(other("select ingest.update_from_template('from_market')")).rejects.toMatchObject({
      code: "IN071",
    });

    await owner("select ingest.save_template('recipe', $1)", [json(flow("2 = 2"))]);
    expect(await listed(other, "recipe")).toMatchObject({ version: 2 });
    expect(
      await other("select version, origin_version from ingest.update_from_template('from_market')"),
    ).toEqual([{ version: 2, origin_version: 2 }]);
    const [now] = await other(
      "select v.definition from ingest.pipeline_versions v join ingest.pipelines p on p.id = v.pipeline_id and p.version = v.version where p.name = 'from_market'",
    );
    expect(now!.definition).toEqual({ ...flow("2 = 2"), output: { dataset: "here", key_fields: ["id"] } });

    // What was changed by hand is kept unless that is meant.
    await other("select ingest.save_pipeline('from_market_again', $1)", [json(flow("9 = 9"))]);
    await expect(other("select ingest.update_from_template('from_market_again')")).rejects.toMatchObject({
      code: "IN071",
    });
    expect(
      await other("select origin_version from ingest.update_from_template('from_market_again', true)"),
    ).toEqual([{ origin_version: 2 }]);

    await owner("select ingest.share_template('recipe', false)");
    expect(await listed(other, "recipe")).toBeUndefined();
    await expect(other("select ingest.update_from_template('from_market')")).rejects.toMatchObject({
      code: "IN063",
    });
    expect(await other("select name from ingest.pipelines where name = 'from_market'")).toHaveLength(1);
  });

  it("are not shared by somebody else's name, nor dropped", async () => {
    await expect(other("select ingest.share_template('recipe')")).rejects.toMatchObject({ code: "IN063" });
    await expect(other("select ingest.drop_template('recipe')")).rejects.toMatchObject({ code: "IN063" });
    expect(await owner("select ingest.drop_template('recipe') as dropped")).toEqual([{ dropped: true }]);
  });
});
