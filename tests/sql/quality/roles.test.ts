/** Who may do what with rules, and that whoever sees a dataset in part learns nothing of the rest by them. */
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
let dataset: string;
let stranger: ReturnType<typeof as>;
const members: Record<string, string> = {};
type Row = Record<string, unknown>;
const as =
  (userId: string, orgId: string) =>
  (text: string, values: unknown[] = []): Promise<Row[]> =>
    asMember(db, { orgId, userId }, async (c) => (await c.query<Row>(text, values)).rows);
const define = (name: string, parameters: object = { values: ["a"] }) =>
  JSON.stringify({ name, kind: "allowed_values", field: "name", parameters });

beforeAll(async () => {
  db = await createTestDatabase();
  acme = await createOrg(db, "acme");
  const globex = await createOrg(db, "globex");
  for (const role of ROLES) members[role] = await addMember(db, acme.id, `${role}@acme.example`, role);
  stranger = as(await addMember(db, globex.id, "owner@globex.example", "owner"), globex.id);
  const owner = as(members.owner!, acme.id);
  const rows = await owner(
    `select id from data.create_dataset('people', '[{"name": "id", "type": "integer"}, {"name": "name"}]', '{id}')`,
  );
  dataset = rows[0]!.id as string;
  await owner("insert into org_acme.people (id, name) values (1, 'Ada'), (2, 'Bob')");
});
afterAll(() => db.drop());

const may = {
  put: ["owner", "ceo", "admin", "manager", "steward"],
  try: ["owner", "ceo", "admin", "manager", "steward", "editor"],
  see: ["owner", "ceo", "admin", "manager", "steward", "editor", "analyst"],
};
const SET = JSON.stringify([
  {
    name: "known",
    slots: { value: { names: "^name$" } },
    kind: "allowed_values",
    fields: ["value"],
    parameters: { values: ["Ada", "Bob"] },
  },
]);

describe("who may do what", () => {
  it.each(ROLES)("%s", async (role) => {
    const owner = as(members.owner!, acme.id);
    await owner("select quality.put_rule($1, $2)", [dataset, define(`for_${role}`)]);
    const mine = as(members[role]!, acme.id);
    const outcome = (text: string, values: unknown[]): Promise<boolean> =>
      mine(text, values).then(
        () => true,
        (error: { code: string }) => {
          expect(error.code, text).toBe("42501");
          return false;
        },
      );
    const told = {
      put: await outcome("select quality.put_rule($1, $2)", [dataset, define(`by_${role}`)]),
      deploy: await outcome("select quality.deploy_rule($1, $2)", [dataset, `for_${role}`]),
      try: await outcome("select ingest.try_rule($1, $2)", [dataset, define("x")]),
      propose: await outcome("select quality.propose_rule_set('system:contacts', $1)", [dataset]),
      tryOn: await outcome("select quality.test_rule($1, $2)", [dataset, define("x")]),
      cost: await outcome("select quality.measure_costs($1)", [dataset]),
      rollBack: await outcome("select quality.roll_back_rule($1, $2)", [dataset, `for_${role}`]),
      saveSet: await outcome("select quality.save_rule_set($1, $2)", [`of_${role}`, SET]),
      install: await outcome("select quality.install_rule_set('system:contacts', $1)", [dataset]),
      target: await outcome("select quality.set_score_target($1, null)", [dataset]),
      sets: await mine("select from quality.list_rule_sets()", []).then((rows) => rows.length > 0),
      see: await mine("select from quality.rules where name = $1", [`for_${role}`]).then(
        (rows) => rows.length > 0,
        () => false,
      ),
    };
    expect(told).toEqual({
      put: may.put.includes(role),
      deploy: may.put.includes(role),
      try: may.try.includes(role),
      propose: may.try.includes(role),
      tryOn: may.try.includes(role),
      cost: may.try.includes(role),
      rollBack: may.put.includes(role),
      saveSet: may.put.includes(role),
      install: may.put.includes(role),
      target: may.put.includes(role),
      sets: may.see.includes(role),
      see: may.see.includes(role),
    });
  });

  it("nobody of another organization sees or touches a rule", async () => {
    expect(await stranger("select name from quality.rules")).toEqual([]);
    for (const text of [
      "select quality.put_rule($1, '{}')",
      "select quality.deploy_rule($1, 'for_owner')",
      "select ingest.try_rule($1, '{}')",
      "select quality.make_profile($1)",
      "select quality.suggest_rules($1)",
      "select quality.run_rules($1)",
      "select quality.propose_rule_set('system:contacts', $1)",
      "select ingest.try_rule_set('system:contacts', $1)",
      "select quality.install_rule_set('system:contacts', $1)",
      "select quality.test_rule($1, '{}')",
      "select quality.measure_costs($1)",
      "select quality.set_score_target($1, 0.5)",
      "select quality.roll_back_rule($1, 'for_owner')",
      "select * from ingest.read_load_series($1, 'row_count')",
    ]) {
      await expect(stranger(text, [dataset]), text).rejects.toMatchObject({
        code: expect.stringMatching(/^(DS001|42501|QC001)$/),
      });
    }
  });
});

describe("whoever sees a dataset in part", () => {
  it("learns nothing by rules, dry runs, profiles and kept rows", async () => {
    const owner = as(members.owner!, acme.id);
    await owner("select quality.deploy_rule($1, 'for_owner')", [dataset]);
    await owner("select quality.run_rules($1)", [dataset]);
    await owner("select quality.make_profile($1)", [dataset]);
    await owner(
      "select access.create_policy(name => 'names', kind => 'mask', mask => $1, datasets => array[$2::uuid], roles => '{steward}')",
      [JSON.stringify({ kind: "null", fields: ["name"] }), dataset],
    );
    const steward = as(members.steward!, acme.id);
    expect(await steward("select name from org_acme.people")).toEqual([{ name: null }, { name: null }]);
    const refused = [
      ["select quality.put_rule($1, $2)", define("oracle", { values: ["Ada"] })],
      ["select ingest.try_rule($1, $2)", define("oracle", { values: ["Ada"] })],
      ["select quality.test_rule($1, $2)", define("oracle", { values: ["Ada"] })],
    ] as const;
    await steward("select quality.save_rule_set('oracle', $1)", [SET]);
    for (const text of [
      "select quality.propose_rule_set('oracle', $1)",
      "select ingest.try_rule_set('oracle', $1)",
      "select quality.install_rule_set('oracle', $1)",
      "select * from ingest.read_load_series($1, 'mean', 'id')",
    ])
      await expect(steward(text, [dataset]), text).rejects.toMatchObject({ code: "42501" });
    for (const [text, definition] of refused) {
      await expect(steward(text, [dataset, definition])).rejects.toMatchObject({ code: "42501" });
    }
    for (const text of ["select quality.run_rules($1)", "select quality.suggest_rules($1)"]) {
      await expect(steward(text, [dataset])).rejects.toMatchObject({ code: "42501" });
    }
    // Nor by a set that every dataset is asked, or whose next version refers to this one from another dataset.
    await expect(
      steward("select quality.save_rule_set('oracle', $1, everywhere => true)", [SET]),
    ).rejects.toMatchObject({ code: "42501" });
    const [guesses] = await owner("select id from data.create_dataset('guesses', $1, '{name}')", [
      JSON.stringify([{ name: "name" }]),
    ]);
    const refers = JSON.parse(SET).map((rule: object) => ({
      ...rule,
      kind: "reference",
      parameters: { dataset: "people", field: "name" },
    }));
    await steward("select quality.save_rule_set('refers', $1)", [SET]);
    await steward("select quality.install_rule_set('refers', $1)", [guesses!.id]);
    await steward("select quality.save_rule_set('refers', $1)", [JSON.stringify(refers)]);
    await expect(
      steward("select quality.update_rule_set('refers', $1, deploy => true)", [guesses!.id]),
    ).rejects.toMatchObject({ code: "42501" });
    expect(await steward("select record from quality.failing_rows")).toEqual([]);
    expect(await steward("select field_name from quality.column_profiles")).toEqual([]);
    expect(
      await owner(
        "select record ->> 'name' as name from quality.failing_rows where rule_name = 'for_owner' order by 1",
      ),
    ).toEqual([{ name: "Ada" }, { name: "Bob" }]);
    expect((await owner("select field_name from quality.column_profiles")).length).toBe(2);
  });
});

describe("incidents", () => {
  it("are taken, commented and resolved, and open again as new ones", async () => {
    const owner = as(members.owner!, acme.id);
    await owner("select quality.put_rule($1, $2)", [
      dataset,
      JSON.stringify({
        name: "grave",
        kind: "allowed_values",
        field: "name",
        severity: "error",
        parameters: { values: ["x"] },
      }),
    ]);
    await owner("select quality.deploy_rule($1, 'grave')", [dataset]);
    await owner("select quality.run_rules($1)", [dataset]);
    await owner("select quality.run_rules($1)", [dataset]);
    const [incident] = await owner(
      "select id, state, occurrences, due_at > opened_at as due from quality.incidents",
    );
    expect(incident).toMatchObject({ state: "open", occurrences: 2, due: true });
    await owner("select quality.change_incident($1, 'acknowledged', $2, 'looking')", [
      incident!.id,
      members.editor,
    ]);
    await owner("select quality.change_incident($1, 'resolved', null, 'known')", [incident!.id]);
    await expect(owner("select quality.change_incident($1, 'open')", [incident!.id])).rejects.toMatchObject({
      code: "QC006",
    });
    expect(await owner("select body from quality.incident_comments order by created_at")).toEqual([
      { body: "looking" },
      { body: "known" },
    ]);
    await owner("select quality.run_rules($1)", [dataset]);
    expect(await owner("select state, occurrences from quality.incidents order by opened_at")).toEqual([
      { state: "resolved", occurrences: 2 },
      { state: "open", occurrences: 1 },
    ]);
  });
});
