/** SCIM over HTTP, as directories speak it; one organization's token against another organization's people. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { asMember } from "../support/database.ts";
import {
  acme,
  created,
  ENTERPRISE,
  find,
  GROUP,
  globex,
  makeToken,
  owner,
  PATCH,
  patch,
  person,
  s,
  scim,
  start,
  status,
  stop,
  theirs,
  token,
} from "./support/scim.ts";

beforeAll(start);
afterAll(stop);

describe("a token", () => {
  it("is needed, told in SCIM's words", async () => {
    for (const bearer of ["", "x", `scim_${"A".repeat(43)}`, await s.signIn("owner@acme.example")]) {
      const refused = await scim("GET", "/Users", undefined, bearer);
      expect(refused.status, bearer).toBe(401);
      expect(refused.body).toMatchObject({
        schemas: ["urn:ietf:params:scim:api:messages:2.0:Error"],
        status: "401",
      });
    }
    expect((await scim("GET", "/ServiceProviderConfig", undefined, "x")).status).toBe(401);
  });

  it("is made by who may, kept as a hash, revoked, and expires", async () => {
    await s.member(acme, "viewer@acme.example", "viewer");
    const bearer = await s.signIn("viewer@acme.example");
    const refused = await s.post(
      "/access/v1/scim-tokens",
      { name: "x" },
      { authorization: `Bearer ${bearer}` },
    );
    expect(refused.status).toBe(403);
    const mine = await makeToken("acme");
    const { rows } = await s.db.admin.query(
      "select id from access.scim_tokens order by created_at desc limit 1",
    );
    const dump = await s.db.admin.query(
      "select (select string_agg(t::text, ' ') from access.scim_tokens t) || (select string_agg(x::text, ' ') from private.scim_token_secrets x) as all",
    );
    expect(dump.rows[0].all).not.toContain(mine);
    expect((await scim("GET", "/Users", undefined, mine)).status).toBe(200);
    await asMember(s.db, { orgId: acme.id, userId: owner }, (c) =>
      c.query("select access.revoke_scim_token($1)", [rows[0].id]),
    );
    expect((await scim("GET", "/Users", undefined, mine)).status).toBe(401);
    const late = await makeToken("acme");
    await s.db.admin.query(
      "update access.scim_tokens set expires_at = now() - interval '1 second' where id = (select id from access.scim_tokens order by created_at desc limit 1)",
    );
    expect((await scim("GET", "/Users", undefined, late)).status).toBe(401);
  });

  it("tells what the service can", async () => {
    expect((await scim("GET", "/ServiceProviderConfig")).body).toMatchObject({
      patch: { supported: true },
      bulk: { supported: false },
    });
    expect((await scim("GET", "/ResourceTypes")).body.Resources.map((r: { id: string }) => r.id)).toEqual([
      "User",
      "Group",
    ]);
    expect((await scim("GET", "/Schemas")).body.totalResults).toBe(3);
    expect((await scim("GET", "/Nothing")).status).toBe(404);
  });
});

describe("users", () => {
  it("are made, read, found, replaced and removed", async () => {
    const made = await scim(
      "POST",
      "/Users",
      person("ada", { externalId: "e-1", [ENTERPRISE]: { department: "Sales" } }),
    );
    expect(made.status).toBe(201);
    expect(made.headers.get("content-type")).toContain("application/scim+json");
    expect(made.headers.get("location")).toBe(`${s.url}/scim/v2/Users/${made.body.id}`);
    expect(made.body).toMatchObject({
      userName: "ada@acme.example",
      externalId: "e-1",
      active: true,
      meta: { resourceType: "User" },
    });
    const { id } = made.body;
    expect((await scim("GET", `/Users/${id}`)).body).toEqual(made.body);
    const { rows } = await s.db.admin.query(
      "select role_key, source, attributes from access.memberships where user_id = $1",
      [id],
    );
    expect(rows).toEqual([{ role_key: "viewer", source: "scim", attributes: { department: "Sales" } }]);
    const put = await scim(
      "PUT",
      `/Users/${id}`,
      person("ada", { displayName: "Ada L.", title: "Countess" }),
    );
    expect(put.body).toMatchObject({ displayName: "Ada L.", title: "Countess" });
    expect(put.body.externalId).toBeUndefined();
    expect((await scim("DELETE", `/Users/${id}`)).status).toBe(204);
    expect((await scim("GET", `/Users/${id}`)).status).toBe(404);
    expect((await s.db.admin.query("select from access.users where id = $1", [id])).rowCount).toBe(1);
    const events = await s.db.admin.query(
      "select action, actor_kind from audit.events where org_id = $1 and object_id = $2 order by id",
      [acme.id, id],
    );
    expect(events.rows).toEqual([
      { action: "member.add", actor_kind: "service" },
      { action: "member.remove", actor_kind: "service" },
    ]);
  });

  it("that no directory brought in are found and taken over", async () => {
    const found = await find('userName eq "OWNER@acme.example"');
    expect(found.body).toMatchObject({
      totalResults: 1,
      Resources: [{ id: owner, userName: "owner@acme.example" }],
    });
    const again = await scim("POST", "/Users", person("owner"));
    expect(again).toMatchObject({ status: 409, body: { scimType: "uniqueness", status: "409" } });
  });

  it("are of domains that the organization has proven: nobody else's account is made a member, or told of", async () => {
    await s.member(globex, "victim@globex.example", "viewer");
    const tried = async (email: string) =>
      scim(
        "POST",
        "/Users",
        person(undefined, { userName: email, emails: [{ value: email, primary: true }] }),
      );
    const victim = await tried("victim@globex.example");
    expect(victim.status).toBe(403);
    // Whether there is such an account is not told either.
    expect((await tried("nobody@globex.example")).body).toEqual(victim.body);
    expect((await tried("nobody@acme.example.globex.example")).status).toBe(403);
    const { rows } = await s.db.admin.query(
      "select from access.memberships m join access.users u on u.id = m.user_id where m.org_id = $1 and u.email like '%@globex.example'",
      [acme.id],
    );
    expect(rows).toEqual([]);
  });

  it("keep their account's name and address, which other organizations see too", async () => {
    await s.member(globex, "shared@acme.example", "viewer");
    const made = await created("shared", { displayName: "Renamed" });
    await patch(`/Users/${made.id}`, [{ op: "replace", path: "userName", value: "moved@acme.example" }]);
    const { rows } = await s.db.admin.query("select email, display_name from access.users where id = $1", [
      made.id,
    ]);
    expect(rows).toEqual([{ email: "shared@acme.example", display_name: "" }]);
    const there = await find('userName sw "shared"', "Users", theirs);
    expect(there.body.Resources[0].displayName ?? "").not.toBe("Renamed");
  });

  it("switched off: session ended, nothing seen, switched on again", async () => {
    await s.member(acme, "off@acme.example", "analyst");
    const bearer = await s.signIn("off@acme.example");
    const { id } = (await find('userName eq "off@acme.example"')).body.Resources[0];
    const ask = () => s.graphql("/graphql", bearer, "{ myOrganizations { nodes { slug } } }");
    expect((await ask()).data.myOrganizations.nodes).toHaveLength(1);
    expect((await patch(`/Users/${id}`, [{ op: "replace", value: { active: false } }])).body.active).toBe(
      false,
    );
    expect(await status(id)).toBe("suspended");
    expect(JSON.stringify(await ask())).not.toContain("acme");
    const { rows } = await s.db.admin.query("select ended_why from private.sessions where user_id = $1", [
      id,
    ]);
    expect(rows).toEqual([{ ended_why: "member" }]);
    await expect(s.signIn("off@acme.example")).rejects.toThrow("401");
    await patch(`/Users/${id}`, [{ op: "Replace", path: "active", value: "True" }]);
    expect(await status(id)).toBe("active");
    await s.signIn("off@acme.example");
  });

  it("lose their SQL login with their membership", async () => {
    const leaver = await s.member(acme, "sql@acme.example", "analyst");
    const { rows } = await asMember(s.db, { orgId: acme.id, userId: leaver }, (c) =>
      c.query("select role_name from access.create_sql_login($1)", [leaver]),
    );
    expect((await scim("DELETE", `/Users/${leaver}`)).status).toBe(204);
    expect(
      (await s.db.admin.query("select from pg_roles where rolname = $1", [rows[0].role_name])).rowCount,
    ).toBe(0);
  });

  it("never lose the last owner, by any way", async () => {
    for (const refused of [
      await scim("DELETE", `/Users/${owner}`),
      await patch(`/Users/${owner}`, [{ op: "replace", path: "active", value: false }]),
      await scim("PUT", `/Users/${owner}`, person("owner", { active: false })),
    ]) {
      expect(refused).toMatchObject({ status: 403, body: { status: "403" } });
    }
    expect(await status(owner)).toBe("active");
  });

  it("20 made at once are one", async () => {
    const body = person("same");
    const all = await Promise.all(Array.from({ length: 20 }, () => scim("POST", "/Users", body)));
    expect(all.map((a) => a.status).sort()).toEqual([201, ...Array(19).fill(409)]);
    expect((await find('userName eq "same@acme.example"')).body.totalResults).toBe(1);
  });

  it("take two changes at once in turn", async () => {
    const { id } = await created();
    await Promise.all([
      patch(`/Users/${id}`, [{ op: "add", path: "title", value: "T" }]),
      patch(`/Users/${id}`, [{ op: "add", path: "userType", value: "U" }]),
      patch(`/Users/${id}`, [{ op: "add", path: "locale", value: "fr" }]),
    ]);
    expect((await scim("GET", `/Users/${id}`)).body).toMatchObject({
      title: "T",
      userType: "U",
      locale: "fr",
    });
  });
});

describe("ways of saying it", () => {
  it("Entra ID's", async () => {
    const made = await created(undefined, { emails: undefined });
    const changed = await patch(`/Users/${made.id}`, [
      { op: "Add", path: 'emails[type eq "work"].value', value: "new@acme.example" },
      { op: "Replace", path: "displayName", value: "New Name" },
      { op: "Add", path: "name.givenName", value: "New" },
      { op: "Add", path: `${ENTERPRISE}:department`, value: "Finance" },
      { op: "Replace", path: "active", value: "False" },
    ]);
    expect(changed.status, JSON.stringify(changed.body)).toBe(200);
    expect(changed.body).toMatchObject({
      displayName: "New Name",
      name: { givenName: "New" },
      active: false,
      [ENTERPRISE]: { department: "Finance" },
    });
    expect(changed.body.emails).toContainEqual(
      expect.objectContaining({ type: "work", value: "new@acme.example" }),
    );
    const dotted = await patch(`/Users/${made.id}`, [
      { op: "Replace", value: { "name.familyName": "Dotted", active: "True" } },
    ]);
    expect(dotted.body).toMatchObject({ name: { familyName: "Dotted" }, active: true });
  });

  it("Okta's", async () => {
    const made = await created();
    const off = await patch(`/Users/${made.id}`, [{ op: "replace", value: { active: false } }]);
    expect(off.body.active).toBe(false);
    const group = (await scim("POST", "/Groups", { schemas: [GROUP], displayName: "Okta crew" })).body;
    const named = await patch(`/Groups/${group.id}`, [
      { op: "replace", value: { id: group.id, displayName: "Crew" } },
    ]);
    expect(named.body.displayName).toBe("Crew");
    await patch(`/Groups/${group.id}`, [
      { op: "add", path: "members", value: [{ value: made.id, display: "x" }] },
    ]);
    const removed = await patch(`/Groups/${group.id}`, [
      { op: "remove", path: `members[value eq "${made.id}"]` },
    ]);
    expect(removed.body.members ?? []).toEqual([]);
  });

  it.each<[string, object, number, string | undefined]>([
    ["no operations", { schemas: [PATCH], Operations: [] }, 400, "invalidValue"],
    ["an unknown verb", { Operations: [{ op: "move", path: "title", value: 1 }] }, 400, "invalidSyntax"],
    ["remove without a path", { Operations: [{ op: "remove" }] }, 400, "noTarget"],
    [
      "a value that does not fit",
      { Operations: [{ op: "replace", path: "active", value: "maybe" }] },
      400,
      "invalidValue",
    ],
    ["prototypes", { Operations: [{ op: "add", path: "__proto__.polluted", value: 1 }] }, 400, "invalidPath"],
    [
      "prototypes within",
      { Operations: [{ op: "add", value: { constructor: { prototype: { polluted: 1 } } } }] },
      400,
      "invalidPath",
    ],
  ])("refuses %s", async (_what, body, code, scimType) => {
    const made = await created();
    const refused = await scim("PATCH", `/Users/${made.id}`, body);
    expect(refused).toMatchObject({ status: code, body: { scimType } });
    expect(({} as Record<string, unknown>).polluted).toBeUndefined();
  });

  it("drops what it does not know, and what is not a directory's to say", async () => {
    const made = await created(undefined, {
      nickname2: "x",
      role_key: "owner",
      groups: [{ value: "g" }],
      id: owner,
      "urn:x": { y: 1 },
    });
    expect(made.id).not.toBe(owner);
    expect(Object.keys(made)).not.toContain("nickname2");
    const { rows } = await s.db.admin.query("select role_key from access.memberships where user_id = $1", [
      made.id,
    ]);
    expect(rows).toEqual([{ role_key: "viewer" }]);
    const changed = await patch(`/Users/${made.id}`, [
      { op: "add", path: "shoeSize", value: 44 },
      { op: "replace", path: "id", value: owner },
    ]);
    expect(changed).toMatchObject({ status: 200, body: { id: made.id } });
    expect(changed.body.shoeSize).toBeUndefined();
  });

  it("refuses bodies that are no JSON, no SCIM, or too long", async () => {
    expect(await scim("POST", "/Users", "{")).toMatchObject({
      status: 400,
      body: { scimType: "invalidSyntax" },
    });
    expect(await scim("POST", "/Users", {})).toMatchObject({
      status: 400,
      body: { scimType: "invalidValue" },
    });
    expect((await scim("POST", "/Users", { userName: "no address" })).status).toBe(400);
    expect((await scim("POST", "/Users", { userName: `${"x".repeat(300)}@a.example` })).status).toBe(400);
    const plain = await fetch(`${s.url}/scim/v2/Users`, {
      method: "POST",
      headers: { authorization: `Bearer ${token}` },
      body: "x",
    });
    expect(plain.status).toBe(415);
  });
});

describe("groups", () => {
  it("are the organization's own roles", async () => {
    const a = await created();
    const b = await created();
    const made = await scim("POST", "/Groups", {
      schemas: [GROUP],
      displayName: "Data Stewards",
      externalId: "g-1",
      members: [{ value: a.id }],
    });
    expect(made.status, JSON.stringify(made.body)).toBe(201);
    const { id } = made.body;
    const roles = async (user: string) =>
      (
        await s.db.admin.query(
          "select role_key from access.membership_roles where org_id = $1 and user_id = $2",
          [acme.id, user],
        )
      ).rows;
    expect(await roles(a.id)).toEqual([{ role_key: id }]);
    await patch(`/Groups/${id}`, [{ op: "Add", path: "members", value: [{ value: b.id }] }]);
    await patch(`/Groups/${id}`, [{ op: "Remove", path: "members", value: [{ value: a.id }] }]);
    expect(await roles(a.id)).toEqual([]);
    expect(await roles(b.id)).toEqual([{ role_key: id }]);
    expect((await scim("GET", `/Users/${b.id}`)).body.groups).toEqual([
      { value: id, display: "Data Stewards" },
    ]);
    const found = await find('displayName eq "data stewards"', "Groups");
    expect(found.body.Resources).toMatchObject([{ id, members: [{ value: b.id }] }]);
    expect((await scim("GET", `/Groups/${id}?excludedAttributes=members`)).body.members).toBeUndefined();
    expect((await scim("POST", "/Groups", { displayName: "DATA STEWARDS" })).body).toMatchObject({
      scimType: "uniqueness",
    });
    expect((await scim("DELETE", `/Groups/${id}`)).status).toBe(204);
    expect(await roles(b.id)).toEqual([]);
  });

  it("have members of this organization alone", async () => {
    const stranger = (await find("userName pr", "Users", theirs)).body.Resources[0].id;
    const refused = await scim("POST", "/Groups", { displayName: "Mixed", members: [{ value: stranger }] });
    expect(refused).toMatchObject({ status: 400, body: { scimType: "invalidValue" } });
    expect((await find('displayName eq "Mixed"', "Groups")).body.totalResults).toBe(0);
  });

  it("ten made at once under one name are one", async () => {
    const all = await Promise.all(
      Array.from({ length: 10 }, () => scim("POST", "/Groups", { displayName: "Twins" })),
    );
    expect(all.map((a) => a.status).sort()).toEqual([201, ...Array(9).fill(409)]);
  });
});

describe("another organization's token", () => {
  it("finds, changes and removes nobody of ours", async () => {
    const made = await created();
    const group = (await scim("POST", "/Groups", { displayName: "Ours", members: [{ value: made.id }] }))
      .body;
    for (const answer of [
      await scim("GET", `/Users/${made.id}`, undefined, theirs),
      await scim("PUT", `/Users/${made.id}`, person("other"), theirs),
      await patch(`/Users/${made.id}`, [{ op: "replace", path: "active", value: false }], theirs),
      await scim("DELETE", `/Users/${made.id}`, undefined, theirs),
      await scim("GET", `/Groups/${group.id}`, undefined, theirs),
      await scim("PUT", `/Groups/${group.id}`, { displayName: "Theirs" }, theirs),
      await patch(`/Groups/${group.id}`, [{ op: "remove", path: "members" }], theirs),
      await scim("DELETE", `/Groups/${group.id}`, undefined, theirs),
    ]) {
      expect(answer.status).toBe(404);
    }
    expect(
      (await find(`id eq "${made.id}" or userName co "acme"`, "Users", theirs)).body.Resources.map(
        (r: { id: string }) => r.id,
      ),
    ).not.toContain(made.id);
    expect((await find('displayName eq "Ours"', "Groups", theirs)).body.totalResults).toBe(0);
    expect(await scim("GET", `/Users/${made.id}`)).toMatchObject({ status: 200, body: { active: true } });
    expect((await scim("GET", `/Groups/${group.id}`)).body.members).toHaveLength(1);
  });

  it("may use the same ids and names for its own", async () => {
    await created("twin", { externalId: "twin-1" });
    const emails = [{ value: "twin@globex.example", primary: true }];
    const there = await scim("POST", "/Users", person("twin", { externalId: "twin-1", emails }), theirs);
    expect(there.status).toBe(201);
  });
});
