/** Row filters: the same rows on every road, for whom they bind and nobody else. */
import pg from "pg";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { loginUrl } from "../../../lib/db/urls.ts";
import { createTestDatabase, type TestDatabase } from "../../support/database.ts";
import {
  asMember,
  asService,
  createPolicy,
  type Ground,
  type Person,
  prepareGround,
  read,
  removePolicy,
  setAttributes,
} from "./support.ts";

let db: TestDatabase;
let acme: Ground;
let globex: Ground;
let analyst: Person;
let owner: Person;
let policy: string;

const OWN_REGION = { eq: [{ row: "region" }, { user: "region" }] };

beforeAll(async () => {
  db = await createTestDatabase();
  acme = await prepareGround(db, "acme");
  globex = await prepareGround(db, "globex");
  analyst = acme.people.analyst!;
  owner = acme.people.owner!;
  await setAttributes(db, analyst, { region: "EMEA" });
  await setAttributes(db, acme.people.editor!, { region: "EMEA" });
  policy = await createPolicy(db, owner, {
    name: "own region",
    kind: "row_filter",
    condition: OWN_REGION,
    datasets: [acme.staff],
    roles: ["analyst", "editor", "viewer"],
  });
});
afterAll(() => db.drop());

const regions = async (who: Person, source: string) =>
  (await read<{ region: string }>(db, who, `select distinct region from org_acme.${source} order by 1`)).map(
    (row) => row.region,
  );

describe("a filter by the person's region", () => {
  it("shows their rows in view, history and past, and all of them to whom it does not bind", async () => {
    for (const source of ["staff", "staff_history", "staff_as_of(clock_timestamp())"]) {
      expect(await regions(analyst, source), source).toEqual(["EMEA"]);
      expect(await regions(owner, source), source).toEqual(["AMER", "APAC", "EMEA"]);
    }
  });

  it("shows nothing to whom the attribute is missing: unknown lifts no filter", async () => {
    expect(await regions(acme.people.viewer!, "staff")).toEqual([]);
  });

  it("binds the person's SQL login, in every source", async () => {
    const login = await asService(
      db,
      acme.id,
      async (c) =>
        (await c.query("select role_name, password from access.create_sql_login($1)", [analyst.userId]))
          .rows[0],
    );
    const client = new pg.Client({
      connectionString: loginUrl(db.adminUrl, login.role_name, login.password),
    });
    await client.connect();
    try {
      for (const source of ["staff", "staff_history", "staff_as_of(clock_timestamp())"]) {
        const { rows } = await client.query(`select distinct region from ${source}`);
        expect(rows, source).toEqual([{ region: "EMEA" }]);
      }
      // Nothing that a session sets for itself changes the answer.
      await client.query("set datestyle = 'German, DMY'; set search_path = org_acme; set row_security = off");
      const { rows } = await client.query("select distinct region from staff").catch((error: unknown) => {
        expect(error).toMatchObject({ code: "42501" });
        return { rows: [{ region: "EMEA" }] };
      });
      expect(rows).toEqual([{ region: "EMEA" }]);
    } finally {
      await client.end();
    }
  });

  it("does not bind services, which load the data", async () => {
    const { rows } = await asService(db, acme.id, (c) =>
      c.query("select private.policy_binds($1) as binds", [policy]),
    );
    expect(rows).toEqual([{ binds: false }]);
  });

  it("means nothing to another organization, and its id nothing either", async () => {
    expect(
      (
        await read<{ n: number }>(
          db,
          globex.people.viewer!,
          "select count(*)::int as n from org_globex.staff",
        )
      )[0]!.n,
    ).toBe(12);
    expect(await regions(globex.people.owner!, "staff")).toEqual([]);
    await expect(
      createPolicy(db, globex.people.owner!, {
        name: "theirs",
        kind: "row_filter",
        condition: OWN_REGION,
        datasets: [acme.staff],
      }),
    ).rejects.toMatchObject({ code: "AC042" });
    await expect(removePolicy(db, globex.people.owner!, policy)).rejects.toMatchObject({ code: "AC044" });
  });

  it("keeps edits by hand within it", async () => {
    const editor = acme.people.editor!;
    await expect(
      asMember(db, editor, (c) =>
        c.query("insert into org_acme.staff (id, name, region) values (100, 'x', 'APAC')"),
      ),
    ).rejects.toMatchObject({ code: "42501" });
    await expect(
      asMember(db, editor, (c) => c.query("update org_acme.staff set region = 'APAC' where id = 3")),
    ).rejects.toMatchObject({ code: "42501" });
    const hidden = await asMember(db, editor, (c) =>
      c.query("update org_acme.staff set name = 'seen' where region = 'APAC'"),
    );
    expect(hidden.rowCount).toBe(0);
    const seen = await asMember(db, editor, (c) =>
      c.query("update org_acme.staff set name = 'seen' where id = 3 returning name, version"),
    );
    expect(seen.rows).toEqual([{ name: "seen", version: 2 }]);
  });

  it("numbers a row that comes back after a tombstone which its author does not see", async () => {
    const editor = acme.people.editor!;
    await asMember(db, owner, async (c) => {
      await c.query("insert into org_acme.staff (id, name, region) values (77, 'gone', 'AMER')");
      await c.query("delete from org_acme.staff where id = 77");
    });
    const { rows } = await asMember(db, editor, (c) =>
      c.query("insert into org_acme.staff (id, name, region) values (77, 'new', 'EMEA') returning version"),
    );
    expect(rows).toEqual([{ version: 3 }]);
    await asMember(db, editor, (c) => c.query("update org_acme.staff set name = 'newer' where id = 77"));
  });

  it("is asked once a statement: InitPlans, and one comparison a row", async () => {
    const plan = (
      await read<{ "QUERY PLAN": string }>(
        db,
        analyst,
        "explain (verbose) select sum(salary) from org_acme.staff",
      )
    )
      .map((row) => row["QUERY PLAN"])
      .join("\n");
    const filter = /Filter: (.*)/.exec(plan)![1]!;
    expect(filter).not.toMatch(/private\./);
    expect(filter).toMatch(/region/);
    // has_permission's question on the dataset, the policy's and the attribute's, one InitPlan each.
    expect(plan.match(/^\s+InitPlan \d+$/gm)!.length).toBe(3);
  });
});

describe("several filters", () => {
  it("that bind the same person are all met, and are gone with their policy", async () => {
    const rich = await createPolicy(db, owner, {
      name: "small salaries",
      kind: "row_filter",
      condition: { lt: [{ row: "salary" }, 6000] },
      roles: ["analyst"],
    });
    const ids = async () =>
      (
        await read<{ id: number }>(db, analyst, "select id from org_acme.staff where id < 50 order by id")
      ).map((row) => row.id);
    expect(await ids()).toEqual([3]);
    await asMember(db, owner, (c) => c.query("select access.enable_policy($1, false)", [rich]));
    expect(await ids()).toEqual([3, 6, 9, 12]);
    await asMember(db, owner, (c) => c.query("select access.enable_policy($1)", [rich]));
    expect(await ids()).toEqual([3]);
    await removePolicy(db, owner, rich);
    expect(await ids()).toEqual([3, 6, 9, 12]);
  });

  it("follow the dataset's tags", async () => {
    const tagged = await createPolicy(db, owner, {
      name: "nothing of finance",
      kind: "row_filter",
      condition: { eq: [{ user: "finance" }, true] },
      tags: ["finance"],
      roles: ["analyst"],
    });
    expect(await regions(analyst, "staff")).toEqual(["EMEA"]);
    await asMember(db, owner, (c) => c.query("select data.set_protection($1, '{finance}')", [acme.staff]));
    expect(await regions(analyst, "staff")).toEqual([]);
    // Taking the tag away lifts the filter: not with dataset.edit alone.
    await expect(
      asMember(db, acme.people.manager!, (c) =>
        c.query("select data.set_protection($1, '{}')", [acme.staff]),
      ),
    ).rejects.toMatchObject({ code: "42501" });
    await asMember(db, owner, (c) => c.query("select data.set_protection($1, '{}')", [acme.staff]));
    expect(await regions(analyst, "staff")).toEqual(["EMEA"]);
    await removePolicy(db, owner, tagged);
  });
});

describe("a change of the contract", () => {
  const alter = (changes: unknown) =>
    asMember(db, owner, (c) =>
      c.query("select data.alter_dataset($1, $2)", [acme.staff, JSON.stringify(changes)]),
    );

  it("that takes the column away is refused, naming the policy", async () => {
    await expect(alter([{ op: "retire", name: "region" }])).rejects.toMatchObject({
      code: "DS014",
      message: expect.stringContaining("own region"),
      column: "region",
    });
    await expect(alter([{ op: "rename", name: "region", to: "area" }])).rejects.toMatchObject({
      code: "DS014",
    });
  });

  it("of another kind keeps the filter", async () => {
    await alter([
      { op: "add", field: { name: "note", type: "text" } },
      { op: "widen", name: "badge", type: "bigint" },
    ]);
    expect(await regions(analyst, "staff")).toEqual(["EMEA"]);
    expect(await regions(analyst, "staff_history")).toEqual(["EMEA"]);
  });
});

describe("context", () => {
  it("is asked too: networks of an SQL login, and an address that is not known is in none", async () => {
    const login = await asService(
      db,
      acme.id,
      async (c) =>
        (await c.query("select role_name, password from access.create_sql_login($1)", [owner.userId]))
          .rows[0],
    );
    const client = new pg.Client({
      connectionString: loginUrl(db.adminUrl, login.role_name, login.password),
    });
    await client.connect();
    try {
      for (const [network, seen] of [
        ["127.0.0.0/8", 12],
        ["10.0.0.0/8", 0],
      ] as const) {
        const id = await createPolicy(db, owner, {
          name: `from ${network}`,
          kind: "row_filter",
          condition: { cidr: [{ context: "network" }, [network]] },
          users: [owner.userId],
        });
        const { rows } = await client.query("select count(*)::int as n from staff where id <= 12");
        expect(rows[0].n, network).toBe(seen);
        // The API's claim of this test names no session, so no address is known.
        expect(await regions(owner, "staff")).toEqual([]);
        await removePolicy(db, owner, id);
      }
    } finally {
      await client.end();
    }
  });
});
