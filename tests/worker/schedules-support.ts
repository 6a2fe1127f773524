/** What the tests of schedules share: a real HTTP server to read from, and the scheduler's parts called one by one. */
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { runPull } from "../../worker/connectors/pull.ts";
import { type Ticked, tick } from "../../worker/schedule/tick.ts";
import { type ConnectorBench, createConnectorBench } from "./connectors/support.ts";

export interface RunRow {
  id: string;
  state: string;
  trigger: string;
  reason: string | null;
  pull_id: string | null;
  pipeline_run_id: string | null;
  load_ids: string[];
  trigger_run: string | null;
  rerun_of: string | null;
  rerun_from: string | null;
  error: { code: string; message: string } | null;
}

let server: Server;
export let base: string;
export let b: ConnectorBench;
let made = 0;
/** A number of its own for whatever is made. */
export const another = (): number => ++made;
/** What the server answers by path; a number is a status. */
export const files = new Map<string, string | number>();

export async function open(): Promise<void> {
  server = createServer((request, response) => {
    const url = new URL(request.url ?? "/", "http://x");
    const from = url.searchParams.get("from");
    if (from !== null) {
      const rows = [{ id: Number(from), v: `from ${from} to ${url.searchParams.get("to")}` }];
      if (files.get(`fail ${from}`)) response.writeHead(404).end();
      else response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify(rows));
      return;
    }
    const answer = files.get(url.pathname) ?? 404;
    if (typeof answer === "number") response.writeHead(answer).end();
    else response.writeHead(200, { etag: `"${Buffer.from(answer).toString("hex")}"` }).end(answer);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  b = await createConnectorBench();
  await b.connector("files", "http", { baseUrl: `${base}/`, auth: "none" });
  await b.connector("api", "rest", { baseUrl: `${base}/`, auth: "none" });
}
export async function close(): Promise<void> {
  await b?.close();
  server?.closeAllConnections();
  server?.close();
}
// What earlier tests left is out of the way of the next.
export async function clear(): Promise<void> {
  await b.bench.db.admin.query(
    "delete from ingest.schedules; delete from private.schedule_signals; delete from ingest.schedule_limits",
  );
}

export const admin = <R extends object>(text: string, values: unknown[] = []): Promise<R[]> =>
  b.bench.db.admin.query(text, values).then((answer) => answer.rows as R[]);
export const context = () => ({ pool: b.bench.db.worker, claimKey: b.bench.db.claimKey });
export const ticked = (): Promise<Ticked> => tick(context());

/** A source of one file on the server, loaded into a dataset of the same name. */
export async function source(text: string): Promise<string> {
  const name = `s${++made}`;
  files.set(`/${name}.csv`, text);
  await b.source(
    "files",
    name,
    { paths: [`${name}.csv`] },
    { how: "new_objects", key: ["id"], mode: "upsert" },
  );
  return name;
}
/** The arguments of create_schedule by name. */
export async function schedule(
  spec: Record<string, unknown>,
): Promise<{ id: string; next_due_at: Date | null }> {
  const names = Object.keys(spec);
  const values = Object.values(spec).map((v) =>
    typeof v === "object" && v !== null ? JSON.stringify(v) : v,
  );
  const [row] = await b.query<{ id: string; next_due_at: Date | null }>(
    `select id, next_due_at from ingest.create_schedule(${names.map((n, i) => `${n} => $${i + 1}`).join(", ")})`,
    values,
  );
  return row!;
}
export const due = (id: string, ago = "1 second") =>
  admin("update ingest.schedules set next_due_at = clock_timestamp() - $2::interval where id = $1", [
    id,
    ago,
  ]);
export const runs = (id: string): Promise<RunRow[]> =>
  b.query<RunRow>("select * from ingest.schedule_runs where schedule_id = $1 order by created_at, id", [id]);
export const read = (pull: string | null) =>
  runPull(b.context, { orgId: b.bench.org.id, pullId: pull! }, "test-worker");
export async function readAndLoad(pull: string | null): Promise<void> {
  await read(pull);
  const [row] = await b.query<{ run_ids: string[] }>(
    "select run_ids from ingest.source_pulls where id = $1",
    [pull],
  );
  for (const run of row!.run_ids) await b.bench.run(run);
}
/** Ticks as often as a settled end takes until what it causes is started. */
export async function settle(): Promise<void> {
  for (let i = 0; i < 3; i++) await ticked();
}
