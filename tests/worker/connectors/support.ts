/** Connectors, sources and pulls the way the product does it: made as members, read by the worker's own code. */
import { randomBytes } from "node:crypto";
import { createLogger } from "../../../lib/log.ts";
import { parseNetworks } from "../../../lib/outbound.ts";
import { connectorPurpose, createSecrets } from "../../../lib/secrets.ts";
import { runCheck } from "../../../worker/connectors/check.ts";
import { type ConnectorContext, connectorNetwork } from "../../../worker/connectors/context.ts";
import { type PullOutcome, runPull } from "../../../worker/connectors/pull.ts";
import { addMember, asMember, asService } from "../../support/database.ts";
import { type Bench, createLoader, type RunRow } from "../support.ts";

export interface PullRow {
  id: string;
  status: string;
  files: number;
  run_ids: string[];
  error: { code: string; message: string; hint: string; transient: boolean; retry_at?: string } | null;
  attempts: number;
  cursor_before: unknown;
  cursor_after: unknown;
  lease_generation: number;
}
export interface CheckRow {
  status: string;
  result: {
    message?: string;
    fingerprint?: string;
    found?: {
      name: string;
      selection: object;
      columns?: { name: string; type: string }[];
      key?: string[];
      rows?: number;
    }[];
  } | null;
  error: PullRow["error"];
}
export interface SourceSpec {
  dataset?: string;
  how?: string;
  mode?: string;
  key?: string[];
  options?: unknown;
}
export interface Pulled {
  outcome: PullOutcome;
  pull: PullRow;
  runs: RunRow[];
}

export interface ConnectorBench {
  bench: Bench;
  admin: string;
  context: ConnectorContext;
  /** As the administrator of the organization, who may set secrets. */
  query<R extends object = Record<string, unknown>>(text: string, values?: unknown[]): Promise<R[]>;
  connector(name: string, kind: string, settings: object, secret?: object | null): Promise<string>;
  check(name: string, discover?: boolean, context?: Partial<ConnectorContext>): Promise<CheckRow>;
  source(connector: string, name: string, selection: object, spec?: SourceSpec): Promise<string>;
  /** Queues and reads; `load`: loads what was submitted too. */
  pull(
    name: string,
    options?: { range?: object; context?: Partial<ConnectorContext>; load?: boolean },
  ): Promise<Pulled>;
  /** Goes on with a pull that waits. */
  again(pullId: string, context?: Partial<ConnectorContext>): Promise<Pulled>;
  rows(dataset: string, order?: string): Promise<Record<string, unknown>[]>;
  close(): Promise<void>;
}

/** The machine itself may be reached, as an installation may allow. */
export const LOCAL = connectorNetwork({ allow: parseNetworks("127.0.0.1/32") });
/** Nothing inside may. */
export const PUBLIC = connectorNetwork({});

export async function createConnectorBench(slug = "acme"): Promise<ConnectorBench> {
  const bench = await createLoader(slug);
  const { db, org } = bench;
  const admin = await addMember(db, org.id, `admin@${slug}.example`, "admin");
  const secrets = createSecrets(randomBytes(32));
  const context: ConnectorContext = {
    pool: db.worker,
    claimKey: db.claimKey,
    store: bench.store,
    secrets,
    log: createLogger("silent"),
    network: LOCAL,
    maxBytes: 1e9,
  };
  const query = <R extends object>(text: string, values: unknown[] = []): Promise<R[]> =>
    asMember(
      db,
      { orgId: org.id, userId: admin },
      async (client) => (await client.query(text, values)).rows as R[],
    );
  const pulled = async (id: string, outcome: PullOutcome, load: boolean): Promise<Pulled> => {
    const [pull] = await query<PullRow>("select * from ingest.source_pulls where id = $1", [id]);
    const runs: RunRow[] = [];
    for (const run of pull!.run_ids) {
      if (load) await bench.run(run);
      runs.push(await bench.runRow(run));
    }
    return { outcome, pull: pull!, runs };
  };
  return {
    bench,
    admin,
    context,
    query,
    async connector(name, kind, settings, secret = null) {
      const [row] = await query<{ id: string }>("select id from ingest.create_connector($1, $2, $3)", [
        name,
        kind,
        JSON.stringify(settings),
      ]);
      if (secret !== null) {
        const sealed = secrets.seal(connectorPurpose(row!.id), JSON.stringify(secret));
        await asService(db, org.id, (client) =>
          client.query("select private.put_connector_secret($1, $2)", [row!.id, sealed]),
        );
      }
      return row!.id;
    },
    async check(name, discover = false, extra = {}) {
      const [row] = await query<{ id: string }>("select id from ingest.check_connector($1, $2)", [
        name,
        discover,
      ]);
      await runCheck({ ...context, ...extra }, { orgId: org.id, checkId: row!.id });
      const [checked] = await query<CheckRow>("select * from ingest.connector_checks where id = $1", [
        row!.id,
      ]);
      return checked!;
    },
    async source(connector, name, selection, spec = {}) {
      const [row] = await query<{ id: string }>(
        "select id from ingest.create_source($1, $2, $3, $4, $5, $6, $7, $8)",
        [
          connector,
          name,
          spec.dataset ?? name.replaceAll("-", "_"),
          JSON.stringify(selection),
          spec.how ?? "full",
          spec.mode ?? null,
          spec.key ?? null,
          JSON.stringify(spec.options ?? {}),
        ],
      );
      return row!.id;
    },
    async pull(name, options = {}) {
      const [row] = await query<{ id: string }>("select id from ingest.pull_source($1, $2)", [
        name,
        options.range ? JSON.stringify(options.range) : null,
      ]);
      const outcome = await runPull(
        { ...context, ...options.context },
        { orgId: org.id, pullId: row!.id },
        "test-worker",
      );
      return pulled(row!.id, outcome, options.load ?? true);
    },
    async again(id, extra = {}) {
      return pulled(
        id,
        await runPull({ ...context, ...extra }, { orgId: org.id, pullId: id }, "test-worker"),
        true,
      );
    },
    rows: (dataset, order = "1") => query(`select * from org_${org.schemaKey}.${dataset} order by ${order}`),
    close: () => bench.close(),
  };
}

/** Everything that is kept or logged about connectors, as text: no secret may be in it. */
export async function everythingKept(bench: ConnectorBench): Promise<string> {
  const tables = [
    "ingest.connectors",
    "ingest.connector_checks",
    "ingest.sources",
    "ingest.source_pulls",
    "ingest.source_objects",
    "ingest.runs",
    "ingest.files",
    "ingest.inspections",
    "audit.events",
    "graphile_worker._private_jobs",
    "private.connector_secrets",
  ];
  const parts: string[] = [];
  for (const table of tables) {
    const { rows } = await bench.bench.db.admin.query<{ text: string }>(
      `select coalesce(string_agg(t::text, chr(10)), '') as text from ${table} t`,
    );
    parts.push(rows[0]!.text);
  }
  return parts.join("\n");
}
