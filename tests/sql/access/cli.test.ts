/** The command line over grants, members and explanations, as processes of their own against the test's database. */
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, inject, it } from "vitest";
import { asService, createTestDatabase, type TestDatabase } from "../../support/database.ts";
import { runCommand } from "../../support/process.ts";
import { createStaff, holds, type Staff } from "./support.ts";

let db: TestDatabase;
let acme: Staff;
let home: string;

beforeAll(async () => {
  db = await createTestDatabase();
  acme = await createStaff(db, "acme");
  await asService(db, acme.id, (c) =>
    c.query(`select data.create_dataset('orders', '[{"name": "id"}]', '{id}')`),
  );
  home = await mkdtemp(path.join(tmpdir(), "cadastre-cli-"));
  const { gateway, worker, claimKey } = inject("cluster");
  await writeFile(
    path.join(home, "secrets.json"),
    JSON.stringify({ superuser: "-", gateway, worker, claimKey }),
  );
});
afterAll(async () => {
  await rm(home, { recursive: true, force: true });
  await db.drop();
});

async function cadastre(line: string): Promise<{ code: number | null; stdout: string; stderr: string }> {
  return runCommand(home, line.split(" "), "", { DATABASE_URL: db.adminUrl });
}

async function json<T>(line: string): Promise<T> {
  const done = await cadastre(`${line} --json`);
  expect(done, line).toMatchObject({ code: 0 });
  return JSON.parse(done.stdout) as T;
}

it("an operator or account that is not there is told, and nobody is made by a removal", async () => {
  for (const line of ["operator remove nobody@acme.example", "user reset-factors nobody@acme.example"])
    expect(await cadastre(line), line).toMatchObject({ code: 1, stderr: expect.stringMatching(/^AC004: /) });
  expect(await cadastre("operator remove owner@acme.example")).toMatchObject({ code: 1 });
  expect(await cadastre("operator add op@acme.example")).toMatchObject({ code: 0 });
  expect(await cadastre("operator remove op@acme.example")).toMatchObject({ code: 0 });
});

describe("cadastre grant", () => {
  it("adds, lists and revokes", async () => {
    const made = await json<{ id: string; what: string; object: string }>(
      "grant add --org acme --user client@acme.example --permission record.view --dataset orders --for 2h --reason audit",
    );
    expect(made).toMatchObject({
      what: "record.view",
      object: "dataset orders",
      effect: "allow",
      reason: "audit",
    });
    expect(await json<unknown[]>("grant list --org acme --user client@acme.example")).toMatchObject([
      { id: made.id },
    ]);
    const told = await cadastre(
      "access explain --org acme --user client@acme.example --permission record.view --dataset orders",
    );
    expect(told.stdout).toMatch(
      /^client@acme\.example may record\.view on orders: decided by grant\n {2}grant record\.view until .*\(audit\)/,
    );
    await json(
      "grant revoke --org acme --user client@acme.example --permission record.view --dataset orders",
    );
    expect(await json<unknown[]>("grant list --org acme")).toEqual([]);
    expect(await json<unknown[]>("grant list --org acme --all")).toHaveLength(1);
    expect((await cadastre(`grant revoke ${made.id} --org acme`)).stderr).toMatch(/^NOT_FOUND/);
  });

  it("denies, and gives roles", async () => {
    await json("grant add --org acme --user editor@acme.example --permission record.edit --deny --for 30d");
    expect(await holds(db, acme, acme.people.editor, "record.edit")).toBe(false);
    await json("grant revoke --org acme --user editor@acme.example --permission record.edit");
    await json("grant add --org acme --user viewer@acme.example --role editor --for 20m");
    expect(await holds(db, acme, acme.people.viewer, "record.edit")).toBe(true);
  });

  it("refuses what is not understood or not there", async () => {
    for (const [line, code] of [
      ["grant add --org acme --user client@acme.example --permission record.view --for 2w", "USAGE"],
      ["grant add --org acme --user client@acme.example --for 2h", "USAGE"],
      ["grant add --org acme --user client@acme.example --permission no.thing --for 2h", "AC020"],
      [
        "grant add --org acme --user client@acme.example --permission record.view --dataset gone --for 2h",
        "NOT_FOUND",
      ],
      ["grant add --org acme --user nobody@acme.example --permission record.view --for 2h", "NOT_FOUND"],
      ["grant add --org acme --user client@acme.example --permission record.view --for 999d", "AC025"],
      ["grant fly --org acme", "USAGE"],
    ] as const) {
      const done = await cadastre(line);
      expect([done.code, done.stderr.split(":")[0]], line).toEqual([1, code]);
    }
  });
});

describe("cadastre member", () => {
  it("lists, changes roles, removes, and keeps the last owner", async () => {
    const list = await json<{ email: string; role_key: string }[]>("member list --org acme");
    expect(list).toHaveLength(9);
    expect(list[0]).toMatchObject({ email: "owner@acme.example", role_key: "owner" });
    await json("member role --org acme --user analyst@acme.example --role steward");
    expect(await holds(db, acme, acme.people.analyst, "catalog.classify")).toBe(true);
    await json("member remove --org acme --user analyst@acme.example");
    expect(await holds(db, acme, acme.people.analyst, "organization.view")).toBe(false);
    expect((await cadastre("member remove --org acme --user owner@acme.example")).stderr).toMatch(
      /^AC005: the last owner cannot leave/,
    );
    const { rows } = await db.admin.query<{ t: string }>(
      "select max(valid_from)::text as t from access.changes where row ->> 'user_id' = $1",
      [acme.people.analyst],
    );
    const was = await cadastre(
      `access explain --org acme --user analyst@acme.example --permission catalog.classify --at ${rows[0]!.t.replace(" ", "T")}`,
    );
    expect(was.stdout).toMatch(/may catalog\.classify at .*: decided by role\n {2}role steward/);
    const is = await cadastre(
      "access explain --org acme --user analyst@acme.example --permission catalog.classify",
    );
    expect(is.stdout).toMatch(
      /may not catalog\.classify: decided by membership\n {2}membership not a member\n {2}roles that have it: steward, manager, admin, ceo, owner/,
    );
  });
});
