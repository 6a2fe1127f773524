/** The AuthZEN Authorization API over HTTP: its interop decisions, batches, and what bad input gets. */
import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { projectRoot } from "../../lib/db/urls.ts";
import { asMember, type TestOrg } from "../support/database.ts";
import { createOrg, startTestServer, type TestServer } from "./support/server.ts";

const folder = path.join(projectRoot, "..", "shared", "data", "access_decisions");
const present = existsSync(folder);

let api: TestServer;
let acme: TestOrg;
let owner: { orgId: string; userId: string };
let token: string;
let weak: string;

beforeAll(async () => {
  api = await startTestServer();
  acme = await createOrg(api.db, "acme");
  const globex = await createOrg(api.db, "globex");
  owner = { orgId: acme.id, userId: await api.member(acme, "owner@acme.example", "owner") };
  await api.member(acme, "client@acme.example", "client");
  await api.member(globex, "eve@globex.example", "owner");
  token = await api.signIn("owner@acme.example");
  weak = await api.signIn("client@acme.example");
});
afterAll(() => api.close());

const post = async (
  to: string,
  body: unknown,
  bearer: string | null = token,
  headers: Record<string, string> = {},
) => {
  const response = await api.post(to, body, {
    ...(bearer ? { authorization: `Bearer ${bearer}` } : {}),
    ...headers,
  });
  // biome-ignore lint/suspicious/noExplicitAny: answers of any shape
  return { status: response.status, headers: response.headers, body: (await response.json()) as any };
};
const permit = (name: string, permissions: string[], condition: unknown, roles: string[] = []) =>
  asMember(api.db, owner, (c) =>
    c.query(
      "select access.create_policy(name => $1, kind => 'permit', permissions => $2, condition => $3, roles => $4)",
      [name, permissions, condition === null ? null : JSON.stringify(condition), roles],
    ),
  );
const ask = (email: string, name: string, resource: Record<string, unknown>) => ({
  subject: { type: "user", id: email },
  action: { name },
  resource,
});
const row = { type: "organization", id: "acme" };

describe("one evaluation", () => {
  it("is decided by the member's roles, grants and policies", async () => {
    expect(
      (await post("/access/v1/evaluation", ask("owner@acme.example", "dataset.edit", row))).body,
    ).toMatchObject({ decision: true });
    const denied = await post(
      "/access/v1/evaluation",
      ask("client@acme.example", "dataset.edit", row),
      token,
      {
        "x-request-id": "a-request-of-mine",
      },
    );
    expect(denied.status).toBe(200);
    expect(denied.headers.get("x-request-id")).toBe("a-request-of-mine");
    expect(denied.body).toMatchObject({ decision: false, context: { reasons: [expect.any(String)] } });
  });

  it("knows nobody of another organization, no unknown subject, action or kind", async () => {
    for (const [email, name, type] of [
      ["eve@globex.example", "dataset.view", "user"],
      ["nobody@acme.example", "dataset.view", "user"],
      ["owner@acme.example", "dataset.view", "robot"],
      ["owner@acme.example", "make.coffee", "user"],
    ] as const) {
      const { status, body } = await post("/access/v1/evaluation", {
        ...ask(email, name, row),
        subject: { type, id: email },
      });
      expect([status, body.decision], email).toEqual([200, false]);
    }
  });

  it("needs a token, and the permission to see members or roles", async () => {
    const question = ask("owner@acme.example", "dataset.view", row);
    expect((await post("/access/v1/evaluation", question, null)).status).toBe(401);
    expect((await post("/access/v1/evaluation", question, "nonsense")).status).toBe(401);
    expect((await post("/access/v1/evaluation", question, weak)).status).toBe(403);
  });

  it("refuses what is no question, naming the field", async () => {
    for (const [body, field] of [
      [null, undefined],
      [{}, "subject"],
      [{ subject: { type: "user" }, action: { name: "a" }, resource: row }, "subject.id"],
      [{ ...ask("x", "a", row), resource: "x" }, "resource"],
      [{ ...ask("x", "a", row), context: [] }, "context"],
      [ask("x".repeat(300), "a", row), "subject.id"],
    ] as const) {
      const answer = await post("/access/v1/evaluation", body);
      expect(answer.status, JSON.stringify(body)).toBe(400);
      expect(answer.body.error).toMatchObject({ code: "BAD_INPUT", hint: expect.stringMatching(/./) });
      if (field) expect(answer.body.error.field).toBe(field);
    }
    expect(
      (await post("/access/v1/evaluation", { ...ask("x", "a", row), context: { x: "y".repeat(300_000) } }))
        .status,
    ).toBe(413);
  });
});

describe("many evaluations", () => {
  const evaluations = [
    { action: { name: "dataset.view" } },
    { action: { name: "make.coffee" } },
    { action: { name: "dataset.edit" } },
  ];
  const defaults = { subject: { type: "user", id: "owner@acme.example" }, resource: row };

  it("take what they do not say from the defaults, in each semantic", async () => {
    const decisions = async (semantic?: string) =>
      (
        await post("/access/v1/evaluations", {
          ...defaults,
          evaluations,
          ...(semantic ? { options: { evaluations_semantic: semantic } } : {}),
        })
      ).body.evaluations.map((e: { decision: boolean }) => e.decision);
    expect(await decisions()).toEqual([true, false, true]);
    expect(await decisions("execute_all")).toEqual([true, false, true]);
    expect(await decisions("deny_on_first_deny")).toEqual([true, false]);
    expect(await decisions("permit_on_first_permit")).toEqual([true]);
    expect(
      (
        await post("/access/v1/evaluations", {
          ...defaults,
          evaluations,
          options: { evaluations_semantic: "guess" },
        })
      ).status,
    ).toBe(400);
  });

  it("answer a wrong one by itself, and without a list as one question", async () => {
    const { body } = await post("/access/v1/evaluations", {
      ...defaults,
      evaluations: [{}, { action: { name: "dataset.view" } }],
    });
    expect(body.evaluations).toMatchObject([
      { decision: false, context: { error: { status: 400 } } },
      { decision: true },
    ]);
    expect(
      (await post("/access/v1/evaluations", { ...defaults, action: { name: "dataset.view" } })).body,
    ).toMatchObject({ decision: true });
    expect(
      (
        await post("/access/v1/evaluations", {
          ...defaults,
          evaluations: Array.from({ length: 101 }, () => ({})),
        })
      ).status,
    ).toBe(400);
  });
});

it("tells where it is", async () => {
  const response = await fetch(`${api.url}/.well-known/authzen-configuration`);
  expect(await response.json()).toMatchObject({
    policy_decision_point: expect.stringMatching(/^http/),
    access_evaluation_endpoint: expect.stringMatching(/\/access\/v1\/evaluation$/),
    access_evaluations_endpoint: expect.stringMatching(/\/access\/v1\/evaluations$/),
  });
});

interface Published {
  request: Record<string, unknown> & {
    subject: { id: string };
    action: { name: string };
    evaluations?: { resource: unknown }[];
  };
  expected: boolean | { decision: boolean }[];
}

describe.skipIf(!present)(
  `the todo application's published decisions${present ? "" : " (no ../shared/data/access_decisions)"}`,
  () => {
    // The scenario: five people, whose subject ids are the identity provider's; here they are members by e-mail.
    const SUBJECTS: Record<string, [email: string, role: string]> = {
      CiRmZDA2MTRkMy1jMzlhLTQ3ODEtYjdiZC04Yjk2ZjVhNTEwMGQSBWxvY2Fs: ["rick@the-citadel.com", "admin_evil"],
      CiRmZDE2MTRkMy1jMzlhLTQ3ODEtYjdiZC04Yjk2ZjVhNTEwMGQSBWxvY2Fs: ["morty@the-citadel.com", "editor"],
      CiRmZDI2MTRkMy1jMzlhLTQ3ODEtYjdiZC04Yjk2ZjVhNTEwMGQSBWxvY2Fs: ["summer@the-smiths.com", "editor"],
      CiRmZDM2MTRkMy1jMzlhLTQ3ODEtYjdiZC04Yjk2ZjVhNTEwMGQSBWxvY2Fs: ["beth@the-smiths.com", "viewer"],
      CiRmZDQ2MTRkMy1jMzlhLTQ3ODEtYjdiZC04Yjk2ZjVhNTEwMGQSBWxvY2Fs: ["jerry@the-smiths.com", "viewer"],
    };
    const ACTIONS: Record<string, string> = {
      can_read_user: "member.view",
      can_read_todos: "record.view",
      can_create_todo: "record.create",
      can_update_todo: "record.edit",
      can_delete_todo: "record.delete",
    };

    it("all come out as published", async () => {
      // Their roles are attributes of people without any role's permissions: every yes is a policy's.
      for (const [email, role] of Object.values(SUBJECTS)) {
        const id = await api.member(acme, email, "client");
        await api.db.admin.query("update access.memberships set attributes = $2 where user_id = $1", [
          id,
          JSON.stringify({ todo: role }),
        ]);
      }
      const role = (...roles: string[]) => ({ in: [{ user: "todo" }, roles] });
      await permit("everybody reads", ["member.view", "record.view"], role("admin_evil", "editor", "viewer"));
      await permit("editors create", ["record.create"], {
        all: [{ eq: [{ object: "kind" }, "todo"] }, role("admin_evil", "editor")],
      });
      await permit("evil geniuses change all", ["record.edit", "record.delete"], role("admin_evil"));
      await permit("editors change their own", ["record.edit", "record.delete"], {
        all: [role("editor"), { eq: [{ object: "ownerID" }, { user: "email" }] }],
      });
      let asked = 0;
      const wrong: unknown[] = [];
      for (const file of ["authzen-todo-1_0-01.json", "authzen-todo-1_0-02.json"]) {
        const published = JSON.parse(readFileSync(path.join(folder, file), "utf8")) as Record<
          string,
          Published[]
        >;
        for (const { request, expected } of Object.values(published).flat()) {
          const question = {
            ...request,
            subject: { ...request.subject, id: SUBJECTS[request.subject.id]![0] },
            action: { ...request.action, name: ACTIONS[request.action.name] },
          };
          asked++;
          const many = request.evaluations !== undefined;
          const { status, body } = await post(
            many ? "/access/v1/evaluations" : "/access/v1/evaluation",
            question,
          );
          expect(status).toBe(200);
          const decided = many
            ? body.evaluations.map((e: { decision: boolean }) => ({ decision: e.decision }))
            : body.decision;
          if (JSON.stringify(decided) !== JSON.stringify(expected))
            wrong.push({ file, request, expected, decided });
        }
      }
      process.stdout.write(`AuthZEN todo: ${asked - wrong.length} of ${asked} as published\n`);
      expect(wrong).toEqual([]);
      expect(asked).toBeGreaterThan(80);
    }, 60_000);
  },
);
