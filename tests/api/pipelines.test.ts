/** Pipelines over HTTP, GraphQL and the command line, with a server and a worker that really run. */
import { randomBytes } from "node:crypto";
import { writeFile } from "node:fs/promises";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, inject, it } from "vitest";
import { createLogger } from "../../lib/log.ts";
import { createSecrets } from "../../lib/secrets.ts";
import { type RunningWorker, startWorker } from "../../worker/main.ts";
import { runCommand } from "../support/process.ts";
import { createOrg, startTestServer, type TestServer } from "./support/server.ts";

let api: TestServer;
let worker: RunningWorker;
let editor: string;
let viewer: string;
let stranger: string;

const definition = {
  input: { kind: "file" },
  steps: [
    { kind: "cast", fields: { amount: { type: "numeric", decimal: "," } } },
    { kind: "filter", where: "amount > 10" },
  ],
  output: { dataset: "large_orders", mode: "upsert", key_fields: ["id"] },
};

beforeAll(async () => {
  api = await startTestServer();
  const acme = await createOrg(api.db, "acme");
  const globex = await createOrg(api.db, "globex");
  await api.member(acme, "ed@example.org", "editor");
  await api.member(acme, "vic@example.org", "viewer");
  await api.member(globex, "eve@example.org", "owner");
  [editor, viewer, stranger] = (await Promise.all(
    ["ed", "vic", "eve"].map((name) => api.signIn(`${name}@example.org`)),
  )) as [string, string, string];
  worker = await startWorker({
    connections: api.db,
    store: api.store,
    documents: null,
    secrets: createSecrets(randomBytes(32)),
    log: createLogger("fatal"),
  });
  const { gateway, worker: password, claimKey } = inject("cluster");
  await writeFile(
    path.join(api.home, "secrets.json"),
    JSON.stringify({ superuser: "-", gateway, worker: password, claimKey }),
  );
  await writeFile(path.join(api.home, "definition.json"), JSON.stringify(definition));
  await writeFile(path.join(api.home, "orders.csv"), 'id;amount\n1;"1.000,50"\n2;"3,00"\n3;"20,00"\n');
});
afterAll(async () => {
  await worker.stop();
  await api.close();
});

async function cadastre(
  line: string,
): Promise<{ code: number | null; answer: Record<string, unknown>; stderr: string }> {
  const args = line.split(" ").map((a) => a.replace(/^@/, `${api.home}/`));
  const done = await runCommand(api.home, [...args, "--json"], "", { DATABASE_URL: api.db.adminUrl });
  return { code: done.code, answer: JSON.parse(done.stdout.split("\n")[0]!), stderr: done.stderr };
}

const dryRun = (token: string | null, body: unknown, slug = "acme") =>
  api.post(
    `/orgs/${slug}/pipelines/dry-run`,
    body,
    token === null ? {} : { authorization: `Bearer ${token}` },
  );

describe("the command line", () => {
  it("creates, tries, runs, shows, lists and drops a pipeline", async () => {
    expect(
      await cadastre("pipeline create large --org acme --file @definition.json --as ed@example.org"),
    ).toMatchObject({ code: 0, answer: { name: "large", version: 1 } });
    const tried = await cadastre("pipeline dry-run large --org acme --input @orders.csv --as ed@example.org");
    expect(tried).toMatchObject({
      code: 0,
      answer: {
        error: null,
        steps: [{ rowsOut: 3 }, { rowsOut: 3 }, { rowsOut: 2 }],
        outputs: [{ dataset: "large_orders", rows: 2 }],
      },
    });
    const ran = await cadastre("pipeline run large --org acme --input @orders.csv --as ed@example.org");
    expect(ran).toMatchObject({
      code: 0,
      answer: {
        status: "submitted",
        rowsIn: 3,
        rowsOut: 2,
        loads: [{ dataset: "large_orders", status: "succeeded", inserted: 2 }],
      },
    });
    expect((await cadastre("pipeline list --org acme")).answer).toMatchObject([
      { name: "large", dataset: "large_orders", last: "submitted" },
    ]);
    expect((await cadastre("pipeline show large --org acme")).answer).toMatchObject({
      name: "large",
      definition,
      runs: [{ status: "submitted" }],
    });
    expect(await cadastre("pipeline run nothing --org acme")).toMatchObject({
      code: 1,
      answer: { error: { code: "IN063" } },
    });
    expect(await cadastre("pipeline drop large --org acme --as ed@example.org")).toMatchObject({
      code: 1,
      answer: { error: { code: "42501" } },
    });
    expect(await cadastre("pipeline drop large --org acme")).toMatchObject({
      code: 0,
      answer: { dropped: "large" },
    });
  });

  it("says what is wrong with a definition before anything is asked", async () => {
    await writeFile(
      path.join(api.home, "wrong.json"),
      JSON.stringify({ ...definition, steps: [{ kind: "cast", fields: { a: "money" } }] }),
    );
    expect(await cadastre("pipeline create wrong --org acme --file @wrong.json")).toMatchObject({
      code: 1,
      answer: { error: { code: "IN060", field: expect.stringContaining("steps.0") } },
    });
  });

  it("installs from a template", async () => {
    const { answer } = await cadastre("pipeline templates --org acme");
    expect(answer).toContainEqual(expect.objectContaining({ template: "system:hide_contacts", installs: 0 }));
    expect(
      await cadastre("pipeline install contacts --org acme --template system:hide_contacts --dataset staff"),
    ).toMatchObject({ code: 0, answer: { name: "contacts" } });
  });
});

describe("POST /orgs/:slug/pipelines/dry-run", () => {
  const model = {
    kind: "model",
    sql: "select id, amount * 2 as twice from large_orders",
    dataset: "twice",
    materialized: "table",
    key_fields: ["id"],
  };

  it("answers with each step's rows, for a definition that is not saved", async () => {
    const response = await dryRun(editor, { definition: model });
    expect(response.status).toBe(200);
    expect(response.headers.get("cache-control")).toBe("no-store");
    expect(await response.json()).toMatchObject({
      error: null,
      steps: [
        {
          kind: "model",
          sampleOut: [
            ["1", "2001.00"],
            ["3", "40.00"],
          ],
        },
      ],
      outputs: [{ dataset: "twice", mode: "snapshot", rows: 2 }],
    });
  });

  it("tells a mistake as part of the answer, with step and place", async () => {
    const response = await dryRun(editor, {
      definition: { ...model, sql: "select id, price from large_orders" },
    });
    expect(response.status).toBe(200);
    expect(await response.json()).toMatchObject({ error: { code: "IN070", step: 1, position: 12 } });
  });

  it("is refused without the permission, without a token, to another organization and with a wrong body", async () => {
    expect((await dryRun(viewer, { definition: model })).status).toBe(403);
    expect((await dryRun(null, { definition: model })).status).toBe(401);
    expect((await dryRun(stranger, { definition: model })).status).toBe(404);
    expect((await dryRun(editor, { definition: model, pipeline: "x" })).status).toBe(400);
    expect((await dryRun(editor, {})).status).toBe(400);
    expect(await (await dryRun(editor, { pipeline: "nothing" })).json()).toMatchObject({
      error: { code: "IN063" },
    });
  });

  it("sees its own organization's datasets alone", async () => {
    const answer = await (await dryRun(stranger, { definition: model }, "globex")).json();
    expect(answer).toMatchObject({ error: { code: "IN070" } });
  });
});

describe("GraphQL", () => {
  it("lists pipelines with their versions and executions", async () => {
    const list = await api.graphql("/graphql", editor, "{ pipelines { nodes { name version origin } } }");
    expect(list.data?.pipelines.nodes).toEqual([{ name: "contacts", version: 1, origin: "system" }]);
    const none = await api.graphql("/graphql", viewer, "{ pipelines { nodes { name } } }");
    expect(none.data?.pipelines.nodes).toEqual([]);
  });
});
