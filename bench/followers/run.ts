/**
 * Question: 500 followers of change feeds and 200 GraphQL subscriptions of 50 organizations at once: how long until all
 * of an organization's are told of an edit, is every one of them told, and does the server answer others meanwhile? Each
 * organization has an edit every two seconds for 20 seconds; server, clients and PostgreSQL on this machine. No goal.
 */
import { once } from "node:events";
import { get } from "node:http";
import path from "node:path";
import { createClient } from "graphql-ws";
import { WebSocket } from "ws";
import { readConfig } from "../../lib/config.ts";
import { createLogger } from "../../lib/log.ts";
import { createServer } from "../../server/app.ts";
import { loadOrMakeKeys } from "../../server/auth/keys.ts";
import { createTokens } from "../../server/auth/tokens.ts";
import {
  asManager,
  type BenchContext,
  type BenchOrg,
  type BenchResult,
  makeOrg,
  runAlone,
} from "../support.ts";

const ORGANIZATIONS = Number(process.env.BENCH_ORGANIZATIONS ?? 50);
const FOLLOWERS = 10;
const SUBSCRIPTIONS = 4;
const EDITS = 10;
const EVERY_MS = 2000;
const SETTLE_MS = 20_000;
const PROBE_MS = 50;
const FIELDS = [
  { name: "id", type: "bigint" },
  { name: "customer", type: "text" },
];

const quantile = (values: number[], share: number): number => {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
};

interface Club {
  org: BenchOrg;
  slug: string;
  token: string;
  /** When each edit was committed. */
  at: number[];
}

async function makeClub(context: BenchContext, n: number): Promise<Club> {
  const slug = `club-${n}`;
  const org = await makeOrg(context, slug);
  await asManager(context, org, (client) =>
    client.query("select data.create_dataset('orders', $1, '{id}')", [JSON.stringify(FIELDS)]),
  );
  const session = await context.admin.query<{ id: string }>(
    `insert into private.sessions (org_id, user_id, method, expires_at)
     values ($1, $2, 'password', now() + interval '1 hour') returning id`,
    [org.id, org.userId],
  );
  const token = await createTokens(await loadOrMakeKeys(context.folder), "cadastre").sign({
    kind: "user",
    orgId: org.id,
    userId: org.userId,
    sessionId: session.rows[0]!.id,
  });
  return { org, slug, token, at: [] };
}

/** Notes how long after its commit each of the organization's edits was heard. */
async function follow(url: string, club: Club, heard: number[], stop: AbortSignal): Promise<void> {
  const request = get(`${url}/orgs/${club.slug}/changes?rows=true`, {
    headers: { authorization: `Bearer ${club.token}`, accept: "text/event-stream" },
    agent: false,
    signal: stop,
  });
  request.on("error", () => undefined);
  const [response] = await once(request, "response");
  if (response.statusCode !== 200) throw new Error(`a follower was answered ${response.statusCode}`);
  let text = "";
  response.setEncoding("utf8");
  response.on("error", () => undefined);
  response.on("data", (chunk: string) => {
    text += chunk;
    for (let end = text.indexOf("\n\n"); end >= 0; end = text.indexOf("\n\n")) {
      const id = /"id":(\d+)/.exec(text.slice(0, end))?.[1];
      if (id) heard.push(performance.now() - club.at[Number(id)]!);
      text = text.slice(end + 2);
    }
  });
}

function subscribe(url: string, club: Club, heard: number[]): () => void {
  const client = createClient({
    url: `${url.replace("http", "ws")}/graphql`,
    webSocketImpl: WebSocket,
    connectionParams: { authorization: `Bearer ${club.token}` },
    lazy: false,
    retryAttempts: 0,
  });
  client.subscribe(
    { query: "subscription { datasetsChanged { datasetId dataset { name } } }" },
    {
      next: () => heard.push(performance.now() - club.at.at(-1)!),
      error: () => undefined,
      complete: () => undefined,
    },
  );
  return () => void client.dispose();
}

export async function bench(context: BenchContext): Promise<BenchResult[]> {
  const clubs: Club[] = [];
  for (let n = 0; n < ORGANIZATIONS; n++) clubs.push(await makeClub(context, n));
  const server = await createServer({
    config: readConfig({ CADASTRE_HOME: context.folder, LOG_LEVEL: "warn" }),
    connections: context,
    store: context.store,
    log: createLogger("warn"),
    jwtKeys: await loadOrMakeKeys(context.folder),
    adminDir: null,
  });
  const url = `http://127.0.0.1:${await server.listen(0, "127.0.0.1")}`;
  const stop = new AbortController();
  const followed: number[] = [];
  const subscribed: number[] = [];
  const ends: (() => void)[] = [];
  const opened = performance.now();
  try {
    await Promise.all(
      clubs.flatMap((club) =>
        Array.from({ length: FOLLOWERS }, () => follow(url, club, followed, stop.signal)),
      ),
    );
    for (const club of clubs) {
      for (let n = 0; n < SUBSCRIPTIONS; n++) ends.push(subscribe(url, club, subscribed));
    }
    await new Promise((resolve) => setTimeout(resolve, 3000));
    const openSeconds = (performance.now() - opened) / 1000;
    const answers: number[] = [];
    let probing = true;
    const probe = (async () => {
      while (probing) {
        const at = performance.now();
        const answer = await fetch(`${url}/orgs/${clubs[0]!.slug}/changes?limit=1`, {
          headers: { authorization: `Bearer ${clubs[0]!.token}` },
        });
        await answer.arrayBuffer();
        answers.push(performance.now() - at);
        await new Promise((resolve) => setTimeout(resolve, PROBE_MS));
      }
    })();
    const cpu = process.cpuUsage();
    for (let edit = 0; edit < EDITS; edit++) {
      const due = performance.now() + EVERY_MS;
      await Promise.all(
        clubs.map(async (club) => {
          await asManager(context, club.org, (client) =>
            client.query(`insert into org_${club.org.schemaKey}.orders (id, customer) values ($1, 'x')`, [
              edit,
            ]),
          );
          club.at[edit] = performance.now();
        }),
      );
      await new Promise((resolve) => setTimeout(resolve, Math.max(0, due - performance.now())));
    }
    const expected = ORGANIZATIONS * FOLLOWERS * EDITS;
    const until = performance.now() + SETTLE_MS;
    while (followed.length < expected && performance.now() < until) {
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    const used = process.cpuUsage(cpu);
    probing = false;
    await probe;
    const asked = ORGANIZATIONS * SUBSCRIPTIONS * EDITS;
    const p99 = quantile(followed, 0.99);
    return [
      {
        bench: "followers",
        metric: `${ORGANIZATIONS * FOLLOWERS} followers and ${ORGANIZATIONS * SUBSCRIPTIONS} subscriptions told of an edit, p99`,
        ratio: Number((p99 / 1000).toFixed(3)),
        goal: 1,
        ok: p99 <= 1000 && followed.length === expected && subscribed.length >= asked,
        detail: `${followed.length} of ${expected} and ${subscribed.length} of ${asked} told; followers p50 ${quantile(followed, 0.5).toFixed(0)}, p99 ${p99.toFixed(0)} ms; subscriptions p50 ${quantile(subscribed, 0.5).toFixed(0)}, p99 ${quantile(subscribed, 0.99).toFixed(0)} ms; other requests meanwhile p50 ${quantile(answers, 0.5).toFixed(0)}, p99 ${quantile(answers, 0.99).toFixed(0)} ms; ${((used.user + used.system) / 1000 / (EDITS * ORGANIZATIONS)).toFixed(1)} ms of this process an edit; opened in ${openSeconds.toFixed(1)} s, ${(process.memoryUsage.rss() / 1e6).toFixed(0)} MB`,
      },
    ];
  } finally {
    for (const end of ends) end();
    stop.abort();
    await server.close();
  }
}

if (process.argv[1] && path.resolve(process.argv[1]) === import.meta.filename) await runAlone(bench);
