/**
 * OpenLineage out and in: every event that is sent validates against the standard's own schemas, with all facets; events
 * of others become nodes and columns; both by permission and within the organization alone.
 */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import path from "node:path";
import { Ajv2020 } from "ajv/dist/2020.js";
import formats from "ajv-formats";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { projectRoot } from "../../lib/db/urls.ts";
import { createLogger } from "../../lib/log.ts";
import { loadSecrets } from "../../lib/secrets.ts";
import { loadRun } from "../../worker/load/load.ts";
import { createEmitTask } from "../../worker/tasks/lineage__emit.ts";
import { asMember, asService, type TestOrg } from "../support/database.ts";
import { createOrg, startTestServer, type TestServer } from "./support/server.ts";

const folder = path.join(projectRoot, "..", "shared", "data", "standards", "openlineage");
const isHere = existsSync(folder);

interface Facet {
  _schemaURL: string;
}
interface Ends {
  namespace: string;
  name: string;
  facets?: Record<string, Facet>;
  inputFacets?: Record<string, Facet>;
  outputFacets?: Record<string, Facet>;
}
interface Event {
  eventType: string;
  run: { runId: string; facets: Record<string, Facet> };
  job: { name: string; facets: Record<string, Facet> };
  inputs: Ends[];
  outputs: Ends[];
}

/** What is wrong with an event by the standard: itself, and each facet by the schema that it names. */
function createJudge(): (event: Event) => string[] {
  const ajv = new Ajv2020({ strict: false, allErrors: true });
  formats.default(ajv);
  ajv.addSchema(JSON.parse(readFileSync(path.join(folder, "OpenLineage.json"), "utf8")));
  for (const file of readdirSync(path.join(folder, "facets")))
    ajv.addSchema(JSON.parse(readFileSync(path.join(folder, "facets", file), "utf8")));
  const check = (ref: string, value: unknown): string[] => {
    const validate = ajv.getSchema(ref);
    if (!validate) return [`no schema ${ref}`];
    return validate(value) ? [] : (validate.errors ?? []).map((e) => `${ref} ${e.instancePath} ${e.message}`);
  };
  return (event) => {
    const groups = [event.run.facets, event.job.facets];
    for (const end of [...event.inputs, ...event.outputs])
      groups.push(end.facets ?? {}, end.inputFacets ?? {}, end.outputFacets ?? {});
    return [
      ...check("https://openlineage.io/spec/2-0-2/OpenLineage.json#/$defs/RunEvent", event),
      ...groups.flatMap((facets) => Object.values(facets).flatMap((facet) => check(facet._schemaURL, facet))),
    ];
  };
}

interface Receiver {
  url: string;
  got: { authorization: string | undefined; event: Event }[];
  status: number;
  close(): Promise<void>;
}

async function startReceiver(): Promise<Receiver> {
  const receiver: Receiver = { url: "", got: [], status: 201, close: async () => undefined };
  const server: Server = createServer((request, response) => {
    let text = "";
    request.on("data", (chunk: Buffer) => {
      text += chunk.toString();
    });
    request.on("end", () => {
      if (receiver.status < 300) {
        receiver.got.push({ authorization: request.headers.authorization, event: JSON.parse(text) as Event });
      }
      response.writeHead(receiver.status).end();
    });
  });
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  receiver.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/api/v1/lineage`;
  receiver.close = () => new Promise((done) => server.close(() => done()));
  return receiver;
}

let api: TestServer;
let acme: TestOrg;
let owner: { orgId: string; userId: string };
let token: string;
let analyst: string;
let stranger: string;
let receiver: Receiver;
let emit: () => Promise<void>;

beforeAll(async () => {
  process.env.OPENLINEAGE_ALLOW_HTTP = "1";
  api = await startTestServer();
  receiver = await startReceiver();
  acme = await createOrg(api.db, "acme");
  const globex = await createOrg(api.db, "globex");
  owner = { orgId: acme.id, userId: await api.member(acme, "owner@acme.example", "owner") };
  await api.member(acme, "analyst@acme.example", "analyst");
  await api.member(globex, "eve@globex.example", "owner");
  token = await api.signIn("owner@acme.example");
  analyst = await api.signIn("analyst@acme.example");
  stranger = await api.signIn("eve@globex.example");
  await asMember(api.db, owner, (c) =>
    c.query("select data.create_dataset('orders', $1, '{id}', description => 'What was ordered.')", [
      JSON.stringify([
        { name: "id", type: "integer", sourceName: "No" },
        { name: "amount", type: "numeric", minimum: "0", required: true },
        { name: "status", type: "text", description: "Where it stands." },
      ]),
    ]),
  );
  const task = createEmitTask({
    pool: api.db.worker,
    claimKey: api.db.claimKey,
    secrets: await loadSecrets({ home: api.home, secretKey: null }),
    log: createLogger("fatal"),
  });
  emit = () => task({ orgId: acme.id });
});
afterAll(async () => {
  delete process.env.OPENLINEAGE_ALLOW_HTTP;
  await receiver?.close();
  await api?.close();
});

const send = (method: string, to: string, body: unknown, bearer: string | null = token) =>
  fetch(api.url + to, {
    method,
    headers: {
      "content-type": "application/json",
      ...(bearer ? { authorization: `Bearer ${bearer}` } : {}),
    },
    body: JSON.stringify(body),
  });
const setEndpoint = (body: object, bearer = token) =>
  send("PUT", "/orgs/acme/lineage/openlineage/endpoint", body, bearer);

async function load(content: string, expected: string, format = "csv"): Promise<string> {
  const uploaded = await fetch(
    `${api.url}/orgs/acme/datasets/orders/files?filename=orders.csv&format=${format}`,
    {
      method: "POST",
      headers: { authorization: `Bearer ${token}`, "content-type": "text/csv" },
      body: content,
    },
  );
  const { runId } = (await uploaded.json()) as { runId: string };
  const context = {
    pool: api.db.worker,
    claimKey: api.db.claimKey,
    store: api.store,
    log: createLogger("fatal"),
  };
  expect(await loadRun(context, { orgId: acme.id, runId }, "test-worker")).toBe(expected);
  return runId;
}
const outbox = () =>
  asMember(
    api.db,
    owner,
    async (c) =>
      (
        await c.query<{
          event_type: string;
          tries: number;
          sent: boolean;
          failed: boolean;
          error: string | null;
        }>(
          `select event_type, tries, sent_at is not null as sent, failed_at is not null as failed, error
           from lineage.openlineage_outbox order by id`,
        )
      ).rows,
  );

describe("events go out", () => {
  it("not before somebody said where to", async () => {
    await load("No,amount,status\n1,5,open\n", "succeeded");
    expect(await outbox()).toEqual([]);
  });

  it("is for who may change the organization, and for addresses alone", async () => {
    expect((await setEndpoint({ url: receiver.url }, analyst)).status).toBe(403);
    expect((await setEndpoint({ url: receiver.url }, stranger)).status).toBe(404);
    expect((await setEndpoint({ url: "ftp://x.example" })).status).toBe(400);
    expect((await setEndpoint({ url: receiver.url, token: "sesame" })).status).toBe(200);
    // The token is nowhere in clear text, and no API role reaches it sealed.
    const { rows } = await api.db.admin.query("select sealed from private.openlineage_secrets");
    expect(JSON.stringify(rows)).not.toContain("sesame");
    await expect(
      asMember(api.db, owner, (c) => c.query("select * from private.openlineage_secrets")),
    ).rejects.toMatchObject({ code: "42501" });
  });

  it.skipIf(!isHere)("START, COMPLETE and FAIL validate with all their facets", async () => {
    const judge = createJudge();
    await asMember(api.db, owner, (c) =>
      c.query("select lineage.record_columns('orders', $1, 'pipeline:orders')", [
        JSON.stringify({
          columns: [
            {
              name: "amount",
              sources: [
                {
                  table: "prices",
                  column: "price",
                  transformations: [{ type: "DIRECT", subtype: "AGGREGATION" }],
                },
              ],
            },
          ],
          influences: [
            { table: "prices", column: "day", transformations: [{ type: "INDIRECT", subtype: "FILTER" }] },
          ],
          sql: "select sum(price) from prices where day > current_date",
        }),
      ]),
    );
    const good = await load("No,amount,status\n1,7,open\n2,-3,open\n3,4,paid\n", "succeeded");
    const bad = await load("this is no Parquet file", "failed", "parquet");
    await emit();
    const events = receiver.got.map((g) => g.event);
    expect(receiver.got.every((g) => g.authorization === "Bearer sesame")).toBe(true);
    for (const event of events) expect(judge(event)).toEqual([]);
    expect(events.filter((e) => e.run.runId === good).map((e) => e.eventType)).toEqual(["START", "COMPLETE"]);
    expect(events.filter((e) => e.run.runId === bad).map((e) => e.eventType)).toEqual(["START", "FAIL"]);
    const complete = events.find((e) => e.run.runId === good && e.eventType === "COMPLETE")!;
    expect(complete.outputs[0]).toMatchObject({
      namespace: "cadastre://acme",
      name: "orders",
      facets: {
        schema: { fields: [{ name: "id" }, { name: "amount" }, { name: "status" }] },
        columnLineage: {
          fields: {
            id: { inputFields: [{ name: "orders/orders.csv", field: "No" }] },
            amount: {
              inputFields: expect.arrayContaining([
                expect.objectContaining({ name: "prices", field: "price" }),
              ]),
            },
          },
          dataset: [{ name: "prices", field: "day" }],
        },
      },
      outputFacets: { outputStatistics: { rowCount: 2 } },
    });
    expect(Object.keys(complete.job.facets).sort()).toEqual(["jobType", "sourceCode", "sql"]);
    expect(complete.inputs.map((i) => i.name)).toEqual(["orders/orders.csv", "prices"]);
    const { assertions } = complete.inputs[0]!.inputFacets!.dataQualityAssertions as unknown as {
      assertions: { assertion: string; column: string; success: boolean; actual: string }[];
    };
    expect(assertions.find((a) => a.column === "amount" && a.assertion === "range")).toMatchObject({
      success: false,
      actual: "1 rows fail",
    });
    expect(assertions.find((a) => a.column === "amount" && a.assertion === "not_null")?.success).toBe(true);
    expect((await outbox()).every((o) => o.sent && o.tries === 1)).toBe(true);
  });

  it("waits for a receiver that is down, and gives up what is refused for good", async () => {
    await load("No,amount,status\n1,8,open\n", "succeeded");
    receiver.status = 503;
    await expect(emit()).rejects.toMatchObject({ code: "UNREACHABLE" });
    expect((await outbox()).slice(-2)).toMatchObject([
      { sent: false, failed: false, tries: 1, error: "the receiver answered 503" },
      { sent: false, failed: false, tries: 1, error: "an earlier event was not taken" },
    ]);
    const later = () => api.db.admin.query("update lineage.openlineage_outbox set next_try_at = now()");
    // Not due yet: nothing is tried.
    await emit();
    receiver.status = 201;
    await later();
    await emit();
    expect((await outbox()).slice(-2)).toMatchObject([
      { sent: true, tries: 2, error: null },
      { sent: true, tries: 2 },
    ]);
    await load("No,amount,status\n1,9,open\n", "succeeded");
    receiver.status = 422;
    await expect(emit()).rejects.toMatchObject({ code: "UNREACHABLE" });
    expect((await outbox()).slice(-1)).toMatchObject([{ sent: false, failed: true }]);
    receiver.status = 201;
  });

  it("does not go into the network that the worker stands in", async () => {
    delete process.env.OPENLINEAGE_ALLOW_HTTP;
    try {
      await load("No,amount,status\n1,10,open\n", "succeeded");
      await expect(emit()).rejects.toMatchObject({ code: "UNREACHABLE" });
      expect((await outbox()).at(-2)!.error).toBe("the receiver's address is not https");
      await setEndpoint({ url: "https://127.0.0.1/x" });
      // Another address does not get the token of the one before.
      expect((await api.db.admin.query("select from private.openlineage_secrets")).rowCount).toBe(0);
      await api.db.admin.query("update lineage.openlineage_outbox set next_try_at = now()");
      await expect(emit()).rejects.toMatchObject({ code: "UNREACHABLE" });
      expect((await outbox()).at(-2)!.error).toBe("the receiver's host is not on the public network");
    } finally {
      process.env.OPENLINEAGE_ALLOW_HTTP = "1";
    }
  });

  it("ends where the endpoint does, and takes its job from the queue", async () => {
    expect((await setEndpoint({ url: null })).status).toBe(200);
    const before = (await outbox()).length;
    await load("No,amount,status\n1,11,open\n", "succeeded");
    expect(await outbox()).toHaveLength(before);
    const { rows } = await api.db.admin.query(
      "select t.identifier, j.payload from graphile_worker._private_jobs j join graphile_worker._private_tasks t on t.id = j.task_id where j.key like 'lineage:%'",
    );
    expect(rows).toEqual([{ identifier: "lineage__emit", payload: { orgId: acme.id } }]);
  });

  it("is made and taken by the worker alone", async () => {
    await expect(
      asMember(api.db, owner, (c) => c.query("select lineage.take_openlineage_events()")),
    ).rejects.toMatchObject({ code: "42501" });
    const run = await load("No,amount,status\n1,12,open\n", "succeeded");
    const event = await asService(
      api.db,
      acme.id,
      async (c) =>
        (await c.query<{ e: Event }>("select lineage.openlineage_event($1) as e", [run])).rows[0]!.e,
    );
    expect(event.run.runId).toBe(run);
  });
});

const PRODUCER = "https://github.com/OpenLineage/OpenLineage/tree/1.0.0/client";
const facet = (name: string) => ({
  _producer: PRODUCER,
  _schemaURL: `https://openlineage.io/spec/facets/1-2-0/${name}.json`,
});
const event = {
  eventType: "COMPLETE",
  eventTime: "2026-03-01T10:00:00.000+01:00",
  producer: PRODUCER,
  schemaURL: "https://openlineage.io/spec/2-0-2/OpenLineage.json#/$defs/RunEvent",
  run: { runId: "0195a1b2-0000-7000-8000-000000000001" },
  job: { namespace: "airflow", name: "nightly.totals" },
  inputs: [{ namespace: "cadastre://acme", name: "orders" }],
  outputs: [
    {
      namespace: "postgres://warehouse:5432",
      name: "dwh.totals",
      facets: {
        columnLineage: {
          ...facet("ColumnLineageDatasetFacet"),
          fields: {
            total: {
              inputFields: [
                {
                  namespace: "cadastre://acme",
                  name: "orders",
                  field: "amount",
                  transformations: [{ type: "DIRECT", subtype: "AGGREGATION" }],
                },
              ],
            },
          },
        },
      },
    },
  ],
};

describe("events of others come in", () => {
  it("and are part of the graph", async () => {
    const taken = await send("POST", "/orgs/acme/lineage/openlineage", event);
    expect([taken.status, await taken.json()]).toEqual([201, { events: 1, mappings: 1 }]);
    const down = () =>
      asMember(
        api.db,
        owner,
        async (c) =>
          (
            await c.query<{ to_name: string; to_column: string; subtype: string; source: string }>(
              "select to_name, to_column, subtype, source from lineage.graph('orders', 'amount', 'down') where to_kind = 'external'",
            )
          ).rows,
      );
    const told = [
      {
        to_name: "postgres://warehouse:5432/dwh.totals",
        to_column: "total",
        subtype: "AGGREGATION",
        source: "openlineage:airflow/nightly.totals",
      },
    ];
    expect(await down()).toEqual(told);
    // Told again it is the same; without columns, whole datasets.
    expect(
      (await send("POST", "/lineage/openlineage", [event, { ...event, eventType: "FAIL", outputs: [] }]))
        .status,
    ).toBe(201);
    expect(await down()).toEqual(told);
    const whole = { ...event, outputs: [{ namespace: "s3://bucket", name: "totals.parquet" }] };
    expect(await (await send("POST", "/lineage/openlineage", whole)).json()).toEqual({
      events: 1,
      mappings: 1,
    });
    // A whole dataset is made of: every column of it counts.
    expect((await down()).length).toBe(2);
    const { run: _run, eventType: _type, ...jobEvent } = event;
    expect((await send("POST", "/lineage/openlineage", jobEvent)).status).toBe(201);
    const { job: _job, inputs: _in, outputs: _out, ...rest } = jobEvent;
    expect((await send("POST", "/lineage/openlineage", { ...rest, dataset: event.outputs[0] })).status).toBe(
      201,
    );
  });

  it.each([
    ["no run id", { ...event, run: { runId: "x" } }, "run.runId"],
    ["no time", { ...event, eventTime: "yesterday" }, "eventTime"],
    ["no job", { ...event, job: { namespace: "a" } }, "job.name"],
    [
      "an unmarked facet",
      { ...event, outputs: [{ namespace: "n", name: "x", facets: { columnLineage: { fields: {} } } }] },
      "outputs.0.facets.columnLineage._producer",
    ],
    ["nothing", null, undefined],
  ])("refused with %s, naming the field", async (_what, body, field) => {
    const response = await send("POST", "/lineage/openlineage", body);
    expect(response.status).toBe(400);
    const told = (await response.json()) as { error?: { field: string | null }; field?: string | null };
    if (field) expect(JSON.stringify(told)).toContain(field);
  });

  it("from who may edit lineage, in their own organization", async () => {
    expect((await send("POST", "/lineage/openlineage", event, null)).status).toBe(401);
    expect((await send("POST", "/lineage/openlineage", event, analyst)).status).toBe(403);
    expect((await send("POST", "/orgs/acme/lineage/openlineage", event, stranger)).status).toBe(404);
    expect((await send("POST", "/lineage/openlineage", event, stranger)).status).toBe(201);
    // Another organization's dataset of that name is not theirs: to them it is something outside.
    const { rows } = await api.db.admin.query(
      "select n.kind from lineage.nodes n join tenancy.organizations o on o.id = n.org_id where o.slug = 'globex' and n.name = 'orders'",
    );
    expect(rows).toEqual([{ kind: "external" }]);
  });
});
