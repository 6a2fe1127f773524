/** Webhooks over HTTP: their secrets are made by the server and shown once; the database says who may. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { loadSecrets } from "../../lib/secrets.ts";
import { webhookPurpose } from "../../lib/webhook-signature.ts";
import type { TestOrg } from "../support/database.ts";
import { createOrg, startTestServer, type TestServer } from "./support/server.ts";

let api: TestServer;
let acme: TestOrg;
let manager: string;
let editor: string;
let stranger: string;
beforeAll(async () => {
  api = await startTestServer();
  acme = await createOrg(api.db, "acme");
  const globex = await createOrg(api.db, "globex");
  await api.member(acme, "manager@acme.example", "manager");
  await api.member(acme, "editor@acme.example", "editor");
  await api.member(globex, "eve@globex.example", "owner");
  manager = await api.signIn("manager@acme.example");
  editor = await api.signIn("editor@acme.example");
  stranger = await api.signIn("eve@globex.example");
});
afterAll(() => api.close());

const HOOK = { url: "https://hooks.example/cadastre", title: "ours", eventKinds: ["run.*"] };

async function call(token: string, method: string, address: string, body: object) {
  const response = await fetch(api.url + address, {
    method,
    headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
    body: JSON.stringify(body),
  });
  // biome-ignore lint/suspicious/noExplicitAny: answers of any shape
  return { status: response.status, body: (await response.json()) as any };
}
async function opened(id: string): Promise<string[]> {
  const secrets = await loadSecrets({ home: api.home, secretKey: null });
  const { rows } = await api.db.admin.query<{ sealed: string }>(
    "select sealed from private.webhook_secrets where webhook_id = $1 order by created_at",
    [id],
  );
  return rows.map((row) => secrets.open(webhookPurpose(id), row.sealed));
}

describe("a webhook over HTTP", () => {
  it("gets its secret once: when it is made, when its address changes, when it is renewed", async () => {
    const made = await call(manager, "POST", "/orgs/acme/webhooks", HOOK);
    expect(made).toMatchObject({
      status: 201,
      body: { secret: expect.stringMatching(/^whsec_[A-Za-z0-9+/]{43}=$/) },
    });
    const { id, secret } = made.body;
    expect(await opened(id)).toEqual([secret]);
    const renamed = await call(manager, "PUT", `/orgs/acme/webhooks/${id}`, { ...HOOK, title: "still ours" });
    expect(renamed).toEqual({ status: 200, body: { id } });
    const moved = await call(manager, "PUT", `/orgs/acme/webhooks/${id}`, {
      ...HOOK,
      url: "https://other.example/",
    });
    expect(await opened(id)).toEqual([moved.body.secret]);
    expect(moved.body.secret).not.toBe(secret);
    const renewed = await call(manager, "POST", `/orgs/acme/webhooks/${id}/secret`, { overlapHours: 1 });
    expect(await opened(id)).toEqual([moved.body.secret, renewed.body.secret]);
    expect(new Date(renewed.body.previousUntil).getTime()).toBeLessThanOrEqual(Date.now() + 3_600_000);
    const seen = await api.graphql(
      "/graphql",
      editor,
      "{ webhooks { nodes { title url eventKinds active } } }",
    );
    expect(seen.data.webhooks.nodes).toEqual([
      { title: "ours", url: "https://other.example/", eventKinds: ["run.*"], active: true },
    ]);
  });

  it("is refused to those who may not, and where it is not one", async () => {
    expect((await call(editor, "POST", "/orgs/acme/webhooks", HOOK)).status).toBe(403);
    expect((await call(stranger, "POST", "/orgs/acme/webhooks", HOOK)).status).toBe(404);
    for (const [change, code] of [
      [{ url: "http://hooks.example/" }, "BAD_INPUT"],
      [{ url: "https://user:secret@hooks.example/" }, "OP001"],
      [{ eventKinds: ["everything"] }, "OP002"],
      [{ datasetIds: [crypto.randomUUID()] }, "IN005"],
    ] as const) {
      const { body } = await call(manager, "POST", "/orgs/acme/webhooks", { ...HOOK, ...change });
      expect(body.error.code, JSON.stringify(change)).toBe(code);
    }
    const renew = await call(manager, "POST", `/orgs/acme/webhooks/${crypto.randomUUID()}/secret`, {});
    expect(renew).toMatchObject({ status: 404, body: { error: { code: "OP004" } } });
  });
});
