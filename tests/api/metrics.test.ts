/** Figures are served on a port of their own, with what was done and what waits, and nowhere else. */
import { afterAll, beforeAll, expect, it } from "vitest";
import { readConfig } from "../../lib/config.ts";
import { createLogger } from "../../lib/log.ts";
import { type OpenMetrics, openMetrics } from "../../lib/metrics.ts";
import { createSecrets } from "../../lib/secrets.ts";
import { createServer } from "../../server/app.ts";
import { type RunningWorker, startWorker } from "../../worker/main.ts";
import { asMember } from "../support/database.ts";
import { createOrg, startTestServer, type TestServer } from "./support/server.ts";

let api: TestServer;
let figures: OpenMetrics;
let worker: RunningWorker;
const log = createLogger("silent");

beforeAll(async () => {
  api = await startTestServer();
  figures = (await openMetrics(readConfig({ METRICS_PORT: "0" }), log))!;
  worker = await startWorker({
    connections: api.db,
    store: api.store,
    documents: null,
    secrets: createSecrets(Buffer.alloc(32, 5)),
    log,
    metrics: figures.metrics,
  });
});
afterAll(async () => {
  await worker.stop();
  await figures.close();
  await api.close();
});

const scrape = async (): Promise<string> => (await fetch(`http://127.0.0.1:${figures.port}/metrics`)).text();
/** A series' value, whatever the order in which its labels are written. */
const seriesOf = (text: string, wanted: string): number => {
  const sorted = (series: string): string =>
    series.replace(/\{(.*)\}/, (_, labels: string) => `{${labels.split(",").sort().join()}}`);
  const lines = text.split("\n").map((line) => line.split(" "));
  return Number(lines.find(([series]) => sorted(series!) === wanted)?.[1]);
};

it("tells of requests by road, of connections, of what waits, in Prometheus' format", async () => {
  const server = await createServer({
    config: readConfig({ CADASTRE_HOME: api.home }),
    connections: api.db,
    store: api.store,
    log,
    jwtKeys: api.keys,
    adminDir: null,
    metrics: figures.metrics,
  });
  const url = `http://127.0.0.1:${await server.listen(0, "127.0.0.1")}`;
  await fetch(`${url}/healthz`);
  await fetch(`${url}/orgs/nobody/graphql`, { method: "POST", body: "{}" });
  const text = await scrape();
  const count = (labels: string) => seriesOf(text, `cadastre_http_request_seconds_count{${labels}}`);
  expect(count('method="GET",road="health",status="2xx"')).toBe(1);
  expect(count('method="POST",road="organization_graphql",status="4xx"')).toBe(1);
  expect(seriesOf(text, 'cadastre_pg_connections{pool="worker",state="open"}')).toBeGreaterThan(0);
  expect(seriesOf(text, 'cadastre_pg_connections{pool="gateway",state="waiting"}')).toBe(0);
  expect(seriesOf(text, 'cadastre_runs{status="waiting"}')).toBe(0);
  expect(seriesOf(text, "cadastre_audit_organizations_late")).toBe(0);
  await server.close();
});

it("counts a trail that is not sealed, with its age", async () => {
  // This worker has no keys: what an organization's making wrote stays unsealed.
  await createOrg(api.db, "acme");
  await expect
    .poll(async () => seriesOf(await scrape(), "cadastre_audit_unsealed_rows"), { timeout: 20_000 })
    .toBeGreaterThan(0);
  expect(seriesOf(await scrape(), "cadastre_audit_sealing_lag_seconds")).toBeGreaterThan(0);
});

it("is not on the port of people's requests, and off unless it is asked for", async () => {
  expect((await fetch(`${api.url}/metrics`)).status).toBe(404);
  expect((await fetch(`http://127.0.0.1:${figures.port}/`)).status).toBe(404);
  expect(await openMetrics(readConfig({}), log)).toBeNull();
});

it("is not for members: only the worker may measure the platform", async () => {
  const org = await createOrg(api.db, "globex");
  const owner = await api.member(org, "owner@globex.example", "owner");
  await expect(
    asMember(api.db, { orgId: org.id, userId: owner }, (client) =>
      client.query("select * from ops.measure_platform()"),
    ),
  ).rejects.toThrow(/permission denied/);
});
