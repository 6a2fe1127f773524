/** Notifications by rule: whom they reach, what they tell, and how often. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { composeMail } from "../../../lib/mail.ts";
import { asService, createTestDatabase, type TestDatabase } from "../../support/database.ts";
import { ask, createStaff, type Role, type Staff } from "../access/support.ts";

let db: TestDatabase;
let acme: Staff;
let globex: Staff;
let dataset: string;
beforeAll(async () => {
  db = await createTestDatabase();
  acme = await createStaff(db, "acme");
  globex = await createStaff(db, "globex");
  const [row] = await ask<{ id: string }>(
    db,
    acme,
    acme.people.manager,
    `select id from data.create_dataset('orders', '[{"name": "id", "type": "integer"}]', '{id}')`,
  );
  dataset = row!.id;
});
afterAll(() => db.drop());
beforeEach(async () => {
  await db.admin.query(
    "delete from ops.notifications; delete from private.notice_times; delete from private.mails",
  );
});

const ERROR = JSON.stringify({ code: "IN012", message: "the file is empty", hint: "Send it again." });

/** A run that ends like this, by the loader's own functions. */
async function endRun(how: "fail_run" | "hold_run"): Promise<string> {
  return asService(db, acme.id, async (client) => {
    const { rows } = await client.query<{ id: string }>(
      `with file as (
         insert into ingest.files (org_id, dataset_name, file_name, object_key, size_bytes, sha256)
         values ($1, 'orders', 'orders.csv', 'x', 1, sha256(random()::text::bytea)) returning id)
       insert into ingest.runs (org_id, file_id, dataset_id, dataset_name, status, lease_until)
       select $1, id, $2, 'orders', 'running', now() from file returning id`,
      [acme.id, dataset],
    );
    await client.query(`select ingest.${how}($1, 0, $2)`, [rows[0]!.id, ERROR]);
    return rows[0]!.id;
  });
}
async function toldRoles(): Promise<string[]> {
  const told: string[] = [];
  for (const [role, userId] of Object.entries(acme.people)) {
    const seen = await ask(db, acme, userId, "select title from ops.notifications");
    if (seen.length > 0) told.push(role);
  }
  return told;
}
const rule = (text: string, who: Role = "manager") =>
  ask<{ id: string }>(db, acme, acme.people[who], `select id from ops.put_notification_rule(${text})`);
const MONITORS = ["owner", "ceo", "admin", "manager", "steward", "editor"];

describe("a new organization", () => {
  it("tells of failed and held runs in the application, to those who watch over runs, each their own", async () => {
    const run = await endRun("fail_run");
    expect((await toldRoles()).sort()).toEqual([...MONITORS].sort());
    const [seen] = await ask(db, acme, acme.people.editor, "select * from ops.notifications");
    expect(seen).toMatchObject({
      user_id: acme.people.editor,
      event_kind: "run.failed",
      severity: "error",
      title: "A load of orders failed",
      body: "the file is empty",
      link: `/runs/${run}`,
      dataset_id: dataset,
      read_at: null,
    });
    for (const userId of Object.values(globex.people)) {
      expect(await ask(db, globex, userId, "select 1 from ops.notifications")).toEqual([]);
    }
  });

  it("tells of an incident that was opened, once, to those who can take it", async () => {
    const definition = {
      name: "id_range",
      kind: "range",
      field: "id",
      parameters: { max: "0" },
      severity: "error",
    };
    await ask(db, acme, acme.people.manager, "insert into org_acme.orders (id) values (77)");
    await ask(db, acme, acme.people.steward, "select quality.put_rule($1, $2)", [
      dataset,
      JSON.stringify(definition),
    ]);
    await ask(db, acme, acme.people.steward, "select quality.deploy_rule($1, 'id_range')", [dataset]);
    for (let twice = 0; twice < 2; twice++)
      await ask(db, acme, acme.people.steward, "select quality.run_rules($1)", [dataset]);
    const told = ["owner", "ceo", "admin", "manager", "steward"];
    expect((await toldRoles()).sort()).toEqual(told.sort());
    const seen = await ask(
      db,
      acme,
      acme.people.steward,
      "select event_kind, severity, title, body, link from ops.notifications",
    );
    const [incident] = await ask<{ id: string }>(
      db,
      acme,
      acme.people.steward,
      "select id from quality.incidents",
    );
    expect(seen).toEqual([
      {
        event_kind: "quality.incident",
        severity: "error",
        title: "orders: rule id_range failed",
        body: expect.stringContaining("id must be at most 0"),
        link: `/incidents/${incident!.id}`,
      },
    ]);
    await ask(db, acme, acme.people.steward, "select quality.drop_rule($1, 'id_range')", [dataset]);
  });

  it("is not told of what no rule names", async () => {
    await ask(db, acme, acme.people.manager, "insert into org_acme.orders (id) values (1)");
    await ask(db, acme, acme.people.manager, "select data.alter_dataset($1, $2)", [
      dataset,
      JSON.stringify([{ op: "add", field: { name: "first_extra" } }]),
    ]);
    expect(await toldRoles()).toEqual([]);
  });
});

describe("a rule", () => {
  it("speaks of one object once in its quiet time, and of another at once", async () => {
    for (let n = 0; n < 3; n++) await endRun("fail_run");
    const count = async () =>
      (await ask(db, acme, acme.people.editor, "select 1 from ops.notifications")).length;
    expect(await count()).toBe(1);
    await endRun("hold_run");
    expect(await count()).toBe(2);
    await db.admin.query("update private.notice_times set told_at = told_at - interval '16 minutes'");
    await endRun("fail_run");
    expect(await count()).toBe(3);
  });

  it("tells only those who may see what it is about", async () => {
    await db.admin.query(
      `insert into access.grants (org_id, user_id, permission, effect, object_kind, object_id, starts_at, ends_at, reason)
       values ($1, $2, 'run.view', 'deny', 'dataset', $3, now(), now() + interval '1 hour', 'test')`,
      [acme.id, acme.people.editor, dataset],
    );
    await endRun("fail_run");
    expect(await toldRoles()).not.toContain("editor");
    await db.admin.query("update access.grants set revoked_at = now() where user_id = $1", [
      acme.people.editor,
    ]);
  });

  it("for a role or a member sends mail, in the member's language, without a value of any row", async () => {
    await db.admin.query("update access.users set locale = 'fr' where id = $1", [acme.people.analyst]);
    const [made] = await rule(
      `'run.*', 'mail', recipient_user => '${acme.people.analyst}', dataset_id => '${dataset}'`,
    );
    await endRun("hold_run");
    const { rows } = await db.admin.query("select template, recipient, locale, data from private.mails");
    expect(rows).toMatchObject([
      { template: "notification", recipient: "analyst@acme.example", locale: "fr" },
    ]);
    const mail = composeMail({
      to: rows[0].recipient,
      template: "notification",
      locale: "fr",
      data: rows[0].data,
      link: null,
    });
    expect(mail.subject).toBe("acme : Un chargement de orders est retenu jusqu'à une décision");
    expect(mail.text).toContain("the file is empty");
    const english = composeMail({
      to: "a@b.example",
      template: "notification",
      locale: "en",
      data: rows[0].data,
      link: null,
    });
    expect(english.subject).toBe("acme: A load of orders is held until somebody decides");
    await ask(db, acme, acme.people.manager, "select ops.remove_notification_rule($1)", [made!.id]);
  });

  it("is changed by those with ops.edit alone, and checked", async () => {
    await expect(rule("'run.failed', 'in_app', recipient_role => 'owner'", "editor")).rejects.toMatchObject({
      code: "42501",
    });
    const wrong: [string, string][] = [
      ["'failed', 'in_app', recipient_role => 'owner'", "OP002"],
      ["'run.failed', 'pigeon', recipient_role => 'owner'", "OP006"],
      ["'run.failed', 'in_app'", "OP006"],
      ["'run.failed', 'webhook', recipient_role => 'owner'", "OP006"],
      ["'run.failed', 'webhook', webhook_id => gen_random_uuid()", "OP004"],
      ["'run.failed', 'in_app', recipient_role => 'nobody'", "AC002"],
      ["'run.failed', 'in_app', recipient_permission => 'x.y'", "AC020"],
      [`'run.failed', 'in_app', recipient_user => '${globex.people.owner}'`, "AC004"],
      ["'run.failed', 'in_app', recipient_role => 'owner', dataset_id => gen_random_uuid()", "DS001"],
      ["'run.failed', 'in_app', recipient_role => 'owner', quiet_minutes => 20000", "OP006"],
    ];
    for (const [text, code] of wrong) await expect(rule(text), text).rejects.toMatchObject({ code });
    const [made] = await rule("'run.failed', 'in_app', recipient_role => 'viewer'");
    await expect(
      ask(db, globex, globex.people.owner, "select ops.remove_notification_rule($1) as gone", [made!.id]),
    ).resolves.toEqual([{ gone: false }]);
    const [gone] = await ask<{ gone: boolean }>(
      db,
      acme,
      acme.people.manager,
      "select ops.remove_notification_rule($1) as gone",
      [made!.id],
    );
    expect(gone).toEqual({ gone: true });
  });

  it("hears of contracts that changed", async () => {
    const [made] = await rule("'contract.changed', 'in_app', recipient_permission => 'run.monitor'");
    await ask(db, acme, acme.people.manager, "select data.alter_dataset($1, $2)", [
      dataset,
      JSON.stringify([{ op: "add", field: { name: "extra" } }]),
    ]);
    const seen = await ask(db, acme, acme.people.steward, "select title from ops.notifications");
    expect(seen).toEqual([{ title: "The contract of orders has changed to version 3" }]);
    await ask(db, acme, acme.people.manager, "select ops.remove_notification_rule($1)", [made!.id]);
  });
});

describe("notifications", () => {
  it("are read by their owner alone", async () => {
    await endRun("fail_run");
    const [other] = await ask<{ id: string }>(
      db,
      acme,
      acme.people.owner,
      "select id from ops.notifications",
    );
    const mark = async (role: Role, ids: string[] | null) =>
      (
        await ask<{ n: number }>(db, acme, acme.people[role], "select ops.mark_notifications_read($1) as n", [
          ids,
        ])
      )[0]!.n;
    expect(await mark("editor", [other!.id])).toBe(0);
    expect(await mark("editor", null)).toBe(1);
    expect(await mark("editor", null)).toBe(0);
    const [still] = await ask(db, acme, acme.people.owner, "select read_at from ops.notifications");
    expect(still).toEqual({ read_at: null });
  });
});
