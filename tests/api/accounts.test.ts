/** Accounts by mail: invitations, forgotten passwords, addresses; each link once, for its purpose, for a time. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { composeMail } from "../../lib/mail.ts";
import { verifyPassword } from "../../lib/passwords.ts";
import type { TestOrg } from "../support/database.ts";
import { createOrg, PASSWORD, startTestServer, type TestServer } from "./support/server.ts";
import { type MailServer, startMailServer } from "./support/smtp.ts";

let api: TestServer;
let smtp: MailServer;
let acme: TestOrg;
let globex: TestOrg;
const NEW_PASSWORD = "entirely different words 42";

beforeAll(async () => {
  smtp = await startMailServer();
  api = await startTestServer({
    env: { SMTP_URL: smtp.url, MAIL_FROM: "Cadastre <no-reply@cadastre.example>" },
  });
  acme = await createOrg(api.db, "acme");
  globex = await createOrg(api.db, "globex");
  await api.member(acme, "owner@acme.example", "owner");
  await api.member(acme, "editor@acme.example", "editor");
  await api.member(acme, "ada@acme.example", "viewer");
  await api.member(globex, "owner@globex.example", "owner");
});
afterAll(async () => {
  await api.close();
  await smtp.close();
});

const bearer = (token: string) => ({ authorization: `Bearer ${token}` });
const login = (email: string, password: string) => api.post("/auth/login", { email, password });
const code = async (response: Response): Promise<string> =>
  ((await response.json()) as { error: { code: string } }).error.code;
const run = (text: string, values: unknown[] = []) => api.db.admin.query(text, values);

async function invite(
  token: string,
  email: string,
  role: string,
  extra = "",
): Promise<{ id: string; errors?: string }> {
  const answer = await api.graphql(
    "/graphql",
    token,
    `mutation ($email: String!, $role: String!) { invite(input: {email: $email, roleKey: $role ${extra}}) { result { id email } } }`,
    { email, role },
  );
  return answer.errors ? { id: "", errors: answer.errors[0]!.extensions.code } : answer.data.invite.result;
}

describe("invitations", () => {
  it("bring a new account in, which is signed in at once and has proven its address", async () => {
    const owner = await api.signIn("owner@acme.example");
    await invite(owner, "New@acme.example", "editor");
    const mail = await smtp.next("new@acme.example");
    expect(mail.subject).toBe("Join acme on Cadastre");
    expect(mail.text).toContain(`${api.url}/invitation#${mail.token}`);
    expect(mail.html).toContain(mail.token);
    const look = await api.post("/auth/invitations/look", { token: mail.token });
    expect(await look.json()).toEqual({
      email: "new@acme.example",
      org: "acme",
      orgSlug: "acme",
      role: "editor",
      hasPassword: false,
    });
    const without = await api.post("/auth/invitations/accept", { token: mail.token });
    expect(await code(without)).toBe("AC064");
    for (const password of [
      "short",
      "passwordpassword",
      "new@acme.example",
      "aaaaaaaaaaaaaaaaaaaa",
      "abcdefghijklmnopqr",
    ]) {
      const weak = await api.post("/auth/invitations/accept", { token: mail.token, password });
      expect(await code(weak), password).toBe("PASSWORD");
    }
    const response = await api.post("/auth/invitations/accept", {
      token: mail.token,
      password: PASSWORD,
      displayName: "Newton",
    });
    expect(await response.json()).toMatchObject({
      user: { email: "New@acme.example", displayName: "Newton", emailVerified: true },
      org: { slug: "acme" },
      role: "editor",
    });
    expect((await login("new@acme.example", PASSWORD)).status).toBe(200);
  });

  it("add an existing account without touching its password, and sign nobody in", async () => {
    await invite(await api.signIn("owner@acme.example"), "owner@globex.example", "viewer");
    const mail = await smtp.next("owner@globex.example");
    const response = await api.post("/auth/invitations/accept", {
      token: mail.token,
      password: NEW_PASSWORD,
    });
    expect(await response.json()).toEqual({ accepted: true, org: "acme", signIn: true });
    expect(response.headers.getSetCookie()).toEqual([]);
    expect((await login("owner@globex.example", NEW_PASSWORD)).status).toBe(401);
    expect((await login("owner@globex.example", PASSWORD)).status).toBe(409);
  });

  it("carry roles of the organization's own, but for those that are gone by then", async () => {
    await run(
      "insert into access.org_roles (org_id, key, title) values ($1, 'buyer', 'Buyer'), ($1, 'gone', 'Gone')",
      [acme.id],
    );
    const owner = await api.signIn("owner@acme.example");
    expect((await invite(owner, "buyer@acme.example", "viewer", ', ownRoles: ["nobody"]')).errors).toBe(
      "AC021",
    );
    await invite(owner, "buyer@acme.example", "viewer", ', ownRoles: ["buyer", "gone"]');
    const { token } = await smtp.next("buyer@acme.example");
    await run("delete from access.org_roles where org_id = $1 and key = 'gone'", [acme.id]);
    expect((await api.post("/auth/invitations/accept", { token, password: PASSWORD })).status).toBe(200);
    const { rows } = await run(
      "select r.role_key, m.source from access.membership_roles r join access.memberships m using (org_id, user_id) join access.users u on u.id = r.user_id where u.email = 'buyer@acme.example'",
    );
    expect(rows).toEqual([{ role_key: "buyer", source: "invitation" }]);
  });

  it("of 20 parallel redemptions give one membership, and the others one uniform error", async () => {
    await invite(await api.signIn("owner@acme.example"), "race@acme.example", "viewer");
    const { token } = await smtp.next("race@acme.example");
    const answers = await Promise.all(
      Array.from({ length: 20 }, () => api.post("/auth/invitations/accept", { token, password: PASSWORD })),
    );
    expect(answers.filter((answer) => answer.status === 200)).toHaveLength(1);
    const refused = await Promise.all(answers.filter((answer) => answer.status !== 200).map(code));
    expect(new Set(refused)).toEqual(new Set(["AC062"]));
    const { rows } = await run(
      `select count(*)::int as n from access.memberships m join access.users u on u.id = m.user_id
        where u.email = 'race@acme.example'`,
    );
    expect(rows[0].n).toBe(1);
  });

  it("used, revoked, expired, sent again, of another purpose or unknown are refused alike", async () => {
    const owner = await api.signIn("owner@acme.example");
    const answers: unknown[] = [];
    const accept = async (token: string) => {
      const response = await api.post("/auth/invitations/accept", { token, password: PASSWORD });
      answers.push({ status: response.status, body: await response.json() });
    };
    await invite(owner, "used@acme.example", "viewer");
    const used = await smtp.next("used@acme.example");
    expect(
      (await api.post("/auth/invitations/accept", { token: used.token, password: PASSWORD })).status,
    ).toBe(200);
    await accept(used.token);

    const { id: revokedId } = await invite(owner, "revoked@acme.example", "viewer");
    const revoked = await smtp.next("revoked@acme.example");
    await api.graphql(
      "/graphql",
      owner,
      `mutation { revokeInvitation(input: {id: "${revokedId}"}) { result } }`,
    );
    await accept(revoked.token);

    const { id: againId } = await invite(owner, "again@acme.example", "viewer");
    const first = await smtp.next("again@acme.example");
    await api.graphql(
      "/graphql",
      owner,
      `mutation { resendInvitation(input: {id: "${againId}"}) { result } }`,
    );
    const second = await smtp.next("again@acme.example");
    await accept(first.token);
    expect(
      (await api.post("/auth/invitations/accept", { token: second.token, password: PASSWORD })).status,
    ).toBe(200);

    await invite(owner, "late@acme.example", "viewer");
    const late = await smtp.next("late@acme.example");
    await run(
      "update private.mail_tokens set expires_at = clock_timestamp() where recipient = 'late@acme.example'",
    );
    await accept(late.token);

    await api.post("/auth/password/forgot", { email: "ada@acme.example" });
    await accept((await smtp.next("ada@acme.example")).token);
    await accept("x".repeat(43));

    expect(answers[0]).toMatchObject({ status: 400, body: { error: { code: "AC062" } } });
    for (const answer of answers) expect(answer).toEqual(answers[0]);
    expect((await api.post("/auth/invitations/accept", { token: "x".repeat(5000) })).status).toBe(400);
  });

  it("of somebody who is no longer there, or no longer may, do not count", async () => {
    const boss = await api.member(acme, "boss@acme.example", "admin");
    await invite(await api.signIn("boss@acme.example"), "friend@acme.example", "admin");
    const { token } = await smtp.next("friend@acme.example");
    await run("update access.memberships set role_key = 'viewer' where user_id = $1", [boss]);
    expect(await code(await api.post("/auth/invitations/accept", { token, password: PASSWORD }))).toBe(
      "AC062",
    );
  });

  it("need member.create and every permission of the role, once a person, within bounds", async () => {
    const editor = await api.signIn("editor@acme.example");
    expect((await invite(editor, "x@acme.example", "viewer")).errors).toBe("FORBIDDEN");
    await api.member(acme, "admin@acme.example", "admin");
    const admin = await api.signIn("admin@acme.example");
    expect((await invite(admin, "x@acme.example", "owner")).errors).toBe("FORBIDDEN");
    expect((await invite(admin, "x@acme.example", "emperor")).errors).toBe("AC002");
    expect((await invite(admin, "editor@acme.example", "viewer")).errors).toBe("AC065");
    expect((await invite(admin, "y@acme.example", "viewer", ", validFor: {days: 400}")).errors).toBe("AC065");
    await invite(admin, "x@acme.example", "viewer");
    expect((await invite(admin, "X@acme.example", "viewer")).errors).toBe("AC065");
    const seen = await api.graphql("/graphql", editor, "{ invitations { nodes { id } } }");
    expect(seen.data.invitations.nodes).toEqual([]);
    const other = await api.graphql(
      "/graphql",
      await api.signIn("owner@globex.example", "globex"),
      "{ invitations { nodes { id } } }",
    );
    expect(other.data.invitations.nodes).toEqual([]);
  });

  it("cannot smuggle headers or a second recipient into a mail", async () => {
    const owner = await api.signIn("owner@acme.example");
    for (const email of [
      "a@b.example\r\nBcc: eve@evil.example",
      "a@b.example,eve@evil.example\n",
      "x y@b.example",
    ]) {
      expect((await invite(owner, email, "viewer")).errors, email).toBe("AC003");
    }
    const base = { template: "verify", locale: "en" as const, data: {}, link: null };
    for (const to of [
      "a@b.example\nBcc: eve@evil.example",
      "a@b.example,eve@evil.example",
      "Eve <eve@evil.example>",
    ]) {
      expect(() => composeMail({ ...base, to })).toThrow("not an address");
    }
    await run("update tenancy.organizations set name = $1 where id = $2", [
      "Acme\r\nBcc: eve@evil.example\r\n\r\n<script>alert(1)</script>",
      acme.id,
    ]);
    await invite(owner, "plain@acme.example", "viewer");
    const mail = await smtp.next("plain@acme.example");
    await run("update tenancy.organizations set name = 'acme' where id = $1", [acme.id]);
    expect(mail.to).toEqual(["plain@acme.example"]);
    expect(mail.raw.slice(0, mail.raw.indexOf("\r\n\r\n"))).not.toMatch(/^Bcc:/im);
    expect(mail.subject).toContain("Acme Bcc: eve@evil.example");
    expect(mail.html).not.toContain("<script>");
    expect(smtp.mails.some((one) => one.to.some((to) => to.includes("evil")))).toBe(false);
  });

  it("are sent when the mail server is back, with a link that works, and keep no token in any row", async () => {
    smtp.refuse(true);
    await invite(await api.signIn("owner@acme.example"), "patient@acme.example", "viewer");
    const waiting = async () =>
      (await run("select tries, error, sent_at from private.mails where recipient = 'patient@acme.example'"))
        .rows[0];
    await expect.poll(async () => (await waiting())?.error, { timeout: 10_000 }).toContain("did not take");
    smtp.refuse(false);
    await run(
      "update private.mails set next_try_at = clock_timestamp() where recipient = 'patient@acme.example'",
    );
    await run("select core.notify('mail', null)");
    const { token } = await smtp.next("patient@acme.example");
    await expect.poll(async () => (await waiting())?.sent_at, { timeout: 10_000 }).not.toBeNull();
    const { rows } = await run(
      "select m::text as text from private.mails m union all select t::text from private.mail_tokens t union all select e::text from audit.events e",
    );
    expect(rows.some((row) => row.text.includes(token))).toBe(false);
    expect((await api.post("/auth/invitations/accept", { token, password: PASSWORD })).status).toBe(200);
  });

  it("speak French where asked to", async () => {
    await invite(await api.signIn("owner@acme.example"), "fr@acme.example", "viewer", ', locale: "fr"');
    const mail = await smtp.next("fr@acme.example");
    expect(mail.subject).toBe("Rejoindre acme sur Cadastre");
    expect(mail.text).toContain("vous invite à rejoindre acme");
    expect(mail.html).toContain('lang="fr"');
  });
});

describe("a forgotten password", () => {
  it("is answered alike for everybody, and mailed to accounts alone", async () => {
    const before = smtp.mails.length;
    const known = await api.post("/auth/password/forgot", { email: "editor@acme.example" });
    const unknown = await api.post("/auth/password/forgot", { email: "nobody@acme.example" });
    expect([known.status, await known.json()]).toEqual([unknown.status, await unknown.json()]);
    expect(known.status).toBe(202);
    await smtp.next("editor@acme.example");
    expect(smtp.mails.slice(before).some((mail) => mail.to.includes("nobody@acme.example"))).toBe(false);
  });

  it("is set anew once; every session ends, and the old one is refused", async () => {
    const token = await api.signIn("ada@acme.example");
    expect(
      (await api.graphql("/graphql", token, "{ organizations { nodes { slug } } }")).data.organizations.nodes,
    ).toHaveLength(1);
    await api.post("/auth/password/forgot", { email: "ADA@acme.example" });
    const { token: link } = await smtp.next("ada@acme.example");
    const weak = await api.post("/auth/password/reset", { token: link, password: "ada@acme.example1" });
    expect(await code(weak)).toBe("PASSWORD");
    const answers = await Promise.all(
      Array.from({ length: 10 }, () =>
        api.post("/auth/password/reset", { token: link, password: NEW_PASSWORD }),
      ),
    );
    expect(answers.filter((answer) => answer.status === 204)).toHaveLength(1);
    expect((await login("ada@acme.example", PASSWORD)).status).toBe(401);
    expect((await login("ada@acme.example", NEW_PASSWORD)).status).toBe(200);
    expect(
      (await api.graphql("/graphql", token, "{ organizations { nodes { slug } } }")).data.organizations.nodes,
    ).toEqual([]);
    expect((await smtp.next("ada@acme.example")).subject).toBe("Your password was changed");
    const { rows } = await run("select action from audit.events where action = 'password.reset'");
    expect(rows).toHaveLength(1);
  });

  it("does not fill a mailbox", async () => {
    const answers = [];
    for (let n = 0; n < 7; n++)
      answers.push(await api.post("/auth/password/forgot", { email: "target@acme.example" }));
    expect(answers.map((answer) => answer.status)).toEqual([202, 202, 202, 202, 202, 429, 429]);
  });
});

describe("changing one's own account", () => {
  it("changes the password with the present one, and ends the other sessions", async () => {
    await api.member(acme, "change@acme.example", "viewer");
    const here = await api.signIn("change@acme.example");
    const there = await api.signIn("change@acme.example");
    const change = (body: object) => api.post("/auth/password/change", body, bearer(here));
    expect(await code(await change({ current: "wrong password, really", password: NEW_PASSWORD }))).toBe(
      "AC063",
    );
    expect(await code(await change({ current: PASSWORD, password: "too short" }))).toBe("PASSWORD");
    expect((await change({ current: PASSWORD, password: NEW_PASSWORD })).status).toBe(204);
    expect((await login("change@acme.example", NEW_PASSWORD)).status).toBe(200);
    const seen = async (token: string) =>
      (await api.graphql("/graphql", token, "{ organizations { nodes { slug } } }")).data.organizations.nodes
        .length;
    expect([await seen(here), await seen(there)]).toEqual([1, 0]);
  });

  it("changes the address when both have agreed, and not before", async () => {
    await api.member(acme, "old@acme.example", "viewer");
    const token = await api.signIn("old@acme.example");
    const asked = await api.post("/auth/email/change", { email: "fresh@acme.example" }, bearer(token));
    expect(asked.status).toBe(202);
    const old = await smtp.next("old@acme.example");
    const fresh = await smtp.next("fresh@acme.example");
    expect(old.text).toContain("fresh@acme.example");
    const one = await api.post("/auth/email/confirm", { token: fresh.token });
    expect(await one.json()).toEqual({ waiting: true });
    expect(await code(await api.post("/auth/email/confirm", { token: fresh.token }))).toBe("AC062");
    expect((await login("fresh@acme.example", PASSWORD)).status).toBe(401);
    const both = await api.post("/auth/email/confirm", { token: old.token });
    expect(await both.json()).toEqual({ changed: true });
    expect((await login("old@acme.example", PASSWORD)).status).toBe(401);
    expect((await login("fresh@acme.example", PASSWORD)).status).toBe(200);
  });

  it("tells nobody that an address is taken, and gives it no link", async () => {
    const token = await api.signIn("editor@acme.example");
    const before = smtp.mails.length;
    const taken = await api.post("/auth/email/change", { email: "OWNER@acme.example" }, bearer(token));
    expect([taken.status, await taken.json()]).toEqual([202, { accepted: true }]);
    const { token: link } = await smtp.next("editor@acme.example");
    expect(await (await api.post("/auth/email/confirm", { token: link })).json()).toEqual({ waiting: true });
    expect(smtp.mails.slice(before).some((mail) => mail.to.includes("owner@acme.example"))).toBe(false);
  });

  it("proves the address by a mailed link", async () => {
    await api.member(acme, "unproven@acme.example", "viewer");
    const token = await api.signIn("unproven@acme.example");
    const me = () =>
      fetch(`${api.url}/auth/me`, { headers: bearer(token) }).then((response) => response.json());
    expect((await me()).user.emailVerified).toBe(false);
    await api.post("/auth/email/verify", {}, bearer(token));
    const mail = await smtp.next("unproven@acme.example");
    expect(await (await api.post("/auth/email/confirm", { token: mail.token })).json()).toEqual({
      verified: true,
    });
    expect((await me()).user.emailVerified).toBe(true);
  });

  it("rehashes a password made with other parameters at the next sign-in", async () => {
    const weak = "$argon2id$v=19$m=8192,t=1,p=1$";
    const { hash } = await import("@node-rs/argon2");
    const user = await api.member(acme, "rehash@acme.example", "viewer");
    const made = await hash(PASSWORD, { algorithm: 2, memoryCost: 8192, timeCost: 1, parallelism: 1 });
    expect(made.startsWith(weak)).toBe(true);
    await run("update private.credentials set password_hash = $1 where user_id = $2", [made, user]);
    expect((await login("rehash@acme.example", PASSWORD)).status).toBe(200);
    const { rows } = await run("select password_hash from private.credentials where user_id = $1", [user]);
    expect(rows[0].password_hash).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/);
    expect(await verifyPassword(rows[0].password_hash, PASSWORD)).toBe(true);
  });
});
