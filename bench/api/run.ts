/**
 * Question: what does a generated, typed, limited GraphQL API cost against a server written by hand for one list? 50
 * rows with one relation each, under row-level security, each side one process, side by side on the same PostgreSQL.
 * Ratio: requests a second of the organization API over those of raw http + pg; goal >= 0.45.
 */
import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { setTimeout as pause } from "node:timers/promises";
import { readConfig } from "../../lib/config.ts";
import { createLogger } from "../../lib/log.ts";
import { createFileStore } from "../../lib/stores/object/files.ts";
import {
  asManager,
  type BenchContext,
  type BenchOrg,
  type BenchResult,
  makeOrg,
  median,
  runAlone,
  timeLoad,
} from "../support.ts";
import { load, type Target } from "./client.ts";
import { createRawServer, type RawOptions } from "./raw.ts";

const ORDERS = 100_000;
const CUSTOMERS = 1000;
const CONNECTIONS = 16;
const ROUNDS = Number(process.env.BENCH_ROUNDS ?? 5);
const ROUND_MS = 3000;
const WARM_MS = 3000;
const GOAL = 0.45;
const QUERY = `query List { orders(first: 50, orderBy: [ORDER_ID_DESC]) { nodes {
  orderId amount placedOn customer { customerId name } } } }`;

interface Started {
  port: number;
  token?: string;
}
type Job = { kind: "raw" | "cadastre"; home: string } & Omit<RawOptions, "claimKey"> & { claimKey: string };

async function fill(context: BenchContext, org: BenchOrg): Promise<void> {
  await asManager(context, org, async (client) => {
    const make = (name: string, fields: object[], key: string) =>
      client.query("select data.create_dataset($1, $2, array[$3])", [name, JSON.stringify(fields), key]);
    await make(
      "customers",
      [
        { name: "customer_id", type: "integer" },
        { name: "name", type: "text" },
      ],
      "customer_id",
    );
    const references = { dataset: "customers", field: "customer_id" };
    await make(
      "orders",
      [
        { name: "order_id", type: "integer" },
        { name: "customer_id", type: "integer", references },
        { name: "amount", type: "numeric(10,2)" },
        { name: "placed_on", type: "date" },
      ],
      "order_id",
    );
  });
  const customers = Array.from({ length: CUSTOMERS }, (_, i) => `${i + 1},customer ${i + 1}\n`);
  await timeLoad(context, org, "customers", Buffer.from(`customer_id,name\n${customers.join("")}`));
  const first = Date.UTC(2026, 0, 1);
  const orders = Array.from({ length: ORDERS }, (_, i) => {
    const n = i + 1;
    const day = new Date(first + (n % 300) * 86_400_000).toISOString().slice(0, 10);
    return `${n},${1 + (n % CUSTOMERS)},${(n % 1000) / 10},${day}\n`;
  });
  await timeLoad(
    context,
    org,
    "orders",
    Buffer.from(`order_id,customer_id,amount,placed_on\n${orders.join("")}`),
  );
  const store = `store_${org.schemaKey}`;
  await context.admin.query(`vacuum (analyze) ${store}.customers, ${store}.orders`);
}

/** The child process: one server, told by message, answering with its port. */
async function serve(job: Job): Promise<Started> {
  const claimKey = Buffer.from(job.claimKey, "hex");
  if (job.kind === "raw") {
    const { server } = createRawServer({ ...job, claimKey });
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    const address = server.address();
    return { port: typeof address === "object" && address ? address.port : 0 };
  }
  await import("../../lib/graphile-env.ts");
  const { createServer } = await import("../../server/app.ts");
  const { loadOrMakeKeys } = await import("../../server/auth/keys.ts");
  const { createTokens } = await import("../../server/auth/tokens.ts");
  const jwtKeys = await loadOrMakeKeys(job.home);
  const store = createFileStore(job.home);
  await store.check();
  const server = await createServer({
    config: readConfig({ CADASTRE_HOME: job.home }),
    connections: { gatewayUrl: job.gatewayUrl, claimKey },
    store,
    log: createLogger("warn"),
    jwtKeys,
    adminDir: null,
  });
  const { orgId, userId } = job;
  const token = await createTokens(jwtKeys, "cadastre").sign({
    kind: "user",
    orgId,
    userId,
    sessionId: job.sessionId,
  });
  return { port: await server.listen(0, "127.0.0.1"), token };
}

async function start(job: Job): Promise<{ child: ChildProcess; started: Started }> {
  const child = fork(import.meta.filename, ["serve"], { stdio: ["ignore", "inherit", "inherit", "ipc"] });
  child.send(job);
  const [started] = (await once(child, "message")) as [Started];
  return { child, started };
}

async function answerOf(target: Target): Promise<unknown> {
  const response = await fetch(`http://127.0.0.1:${target.port}${target.path}`, {
    method: "POST",
    headers: { "content-type": "application/json", ...target.headers },
    body: target.body,
  });
  return response.json();
}

export async function bench(context: BenchContext): Promise<BenchResult[]> {
  const org = await makeOrg(context, "bench-api");
  await fill(context, org);
  // Both sides speak for the same live session, which is asked about at every statement.
  const session = await context.admin.query<{ id: string }>(
    `insert into private.sessions (org_id, user_id, method, expires_at)
     values ($1, $2, 'password', now() + interval '1 hour') returning id`,
    [org.id, org.userId],
  );
  const job = (kind: Job["kind"], pipelined: boolean): Job => ({
    kind,
    home: context.folder,
    gatewayUrl: context.gatewayUrl,
    claimKey: context.claimKey.toString("hex"),
    orgId: org.id,
    userId: org.userId,
    sessionId: session.rows[0]!.id,
    schema: `org_${org.schemaKey}`,
    pipelined,
  });
  const children = await Promise.all([
    start(job("cadastre", true)),
    start(job("raw", false)),
    start(job("raw", true)),
  ]);
  try {
    const body = JSON.stringify({ query: QUERY });
    const targets = children.map(
      ({ started }): Target => ({
        port: started.port,
        path: "/orgs/bench-api/graphql",
        headers: { authorization: `Bearer ${started.token ?? "x"}` },
        body,
      }),
    );
    const answers = await Promise.all(targets.map(answerOf));
    if (new Set(answers.map((answer) => JSON.stringify(answer))).size !== 1) {
      throw new Error(
        `the answers differ: ${answers.map((a) => JSON.stringify(a).slice(0, 300)).join("\n")}`,
      );
    }
    const sides = targets.map((target, index) => ({ target, child: children[index]!.child }));
    return judge(await measure(context, sides));
  } finally {
    for (const { child } of children) child.disconnect();
  }
}

interface Side {
  target: Target;
  child: ChildProcess;
}
interface Measured {
  /** Requests a second. */
  rate: number;
  /** Milliseconds of the server process's own CPU a request: what is left of noise on a busy machine. */
  cpu: number;
}

async function cpuOf(child: ChildProcess): Promise<number> {
  child.send("cpu");
  const [used] = (await once(child, "message")) as [number];
  return used;
}

async function measure(context: BenchContext, sides: Side[]): Promise<Measured[]> {
  for (const { target } of sides) await load(target, CONNECTIONS, WARM_MS);
  const rounds: Measured[][] = sides.map(() => []);
  for (let round = 0; round < ROUNDS; round++) {
    // By turns, so that whatever else the machine does meets all of them.
    for (const [index, { target, child }] of sides.entries()) {
      const before = await cpuOf(child);
      const begun = performance.now();
      const rate = await load(target, CONNECTIONS, ROUND_MS);
      const answers = (rate * (performance.now() - begun)) / 1000;
      rounds[index]!.push({ rate, cpu: ((await cpuOf(child)) - before) / answers });
      await pause(50);
    }
    const line = rounds.map(
      (all) => `${Math.round(all.at(-1)!.rate)} req/s ${all.at(-1)!.cpu.toFixed(3)} ms`,
    );
    context.say(`api: round ${round + 1}: ${line.join(" / ")}`);
  }
  return rounds.map((all) => ({
    rate: median(all.map((one) => one.rate)),
    cpu: median(all.map((one) => one.cpu)),
  }));
}

function judge([ours, raw, pipelined]: Measured[]): BenchResult[] {
  const against = (metric: string, bare: Measured, goal: number): BenchResult => {
    const ratio = Math.round((ours!.rate / bare.rate) * 100) / 100;
    const rates = `${Math.round(ours!.rate)} against ${Math.round(bare.rate)} requests a second`;
    const cpu = `${ours!.cpu.toFixed(2)} against ${bare.cpu.toFixed(2)} ms of server CPU each`;
    return { bench: "api", metric, ratio, goal, ok: ratio >= goal, detail: `${rates}, ${cpu}` };
  };
  return [
    against("list of 50 with a relation, of raw http + pg", raw!, GOAL),
    // The harder comparison: the raw server with the product's own one round trip.
    against("the same, of raw in one round trip", pipelined!, 0.4),
  ];
}

if (process.argv[1] === import.meta.filename) {
  if (process.argv[2] === "serve") {
    process.once("disconnect", () => process.exit(0));
    process.on("message", (message) => {
      const { user, system } = process.cpuUsage();
      if (message === "cpu") process.send?.((user + system) / 1000);
    });
    process.once("message", (job) => {
      serve(job as Job).then(
        (started) => process.send?.(started),
        (error: unknown) => {
          process.stderr.write(`${String(error)}\n`);
          process.exit(1);
        },
      );
    });
  } else {
    await runAlone(bench);
  }
}
