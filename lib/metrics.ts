/**
 * Figures for Prometheus, on a port of their own: they tell of the whole installation, so they are never served where
 * people's requests come in. Off unless METRICS_PORT is set. docs/reference/metrics.md lists them.
 */
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import type pg from "pg";
import { collectDefaultMetrics, Gauge, Registry } from "prom-client";
import type { Config } from "./config.ts";
import { explain } from "./errors.ts";
import type { Logger } from "./log.ts";
import type { DocumentStore } from "./stores/document/index.ts";

export type Metrics = Registry;

export interface OpenMetrics {
  metrics: Metrics;
  port: number;
  close(): Promise<void>;
}

/** Figures with the process's own (memory, event loop, garbage collection), served. Null: they are not asked for. */
export async function openMetrics(config: Config, log: Logger): Promise<OpenMetrics | null> {
  if (!config.metrics) return null;
  const metrics = new Registry();
  collectDefaultMetrics({ register: metrics });
  return { metrics, ...(await serve(metrics, config.metrics, log)) };
}

/** Connections of a pool to PostgreSQL: open, in use, and callers that wait for one. */
export function watchPool(metrics: Metrics, name: string, pool: pg.Pool): void {
  const known = metrics.getSingleMetric("cadastre_pg_connections") as PoolGauge | undefined;
  const gauge = known ?? new PoolGauge(metrics);
  gauge.pools.set(name, pool);
}

class PoolGauge extends Gauge<"pool" | "state"> {
  readonly pools = new Map<string, pg.Pool>();

  constructor(metrics: Metrics) {
    super({
      name: "cadastre_pg_connections",
      help: "Connections to PostgreSQL by pool and state; waiting are callers without one.",
      labelNames: ["pool", "state"],
      registers: [metrics],
      collect() {
        for (const [pool, { totalCount, idleCount, waitingCount }] of (this as PoolGauge).pools) {
          this.set({ pool, state: "open" }, totalCount);
          this.set({ pool, state: "in_use" }, totalCount - idleCount);
          this.set({ pool, state: "waiting" }, waitingCount);
        }
      },
    });
  }
}

/** The document store's connections, and the organizations whose database is known to be prepared. */
export function watchDocuments(metrics: Metrics, documents: DocumentStore): void {
  new Gauge({
    name: "cadastre_document_store_connections",
    help: "Connections to the document store by state; waiting are callers without one.",
    labelNames: ["state"],
    registers: [metrics],
    collect() {
      const { open, inUse, waiting } = documents.poolUse();
      this.set({ state: "open" }, open);
      this.set({ state: "in_use" }, inUse);
      this.set({ state: "waiting" }, waiting);
    },
  });
  new Gauge({
    name: "cadastre_document_store_handles",
    help: "Organizations whose document database is open.",
    registers: [metrics],
    collect() {
      this.set(documents.poolUse().handles);
    },
  });
}

/** Answers GET /metrics at the address; nothing else is there. */
async function serve(
  metrics: Metrics,
  address: NonNullable<Config["metrics"]>,
  log: Logger,
): Promise<Omit<OpenMetrics, "metrics">> {
  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    if (request.method !== "GET" || request.url !== "/metrics") {
      response.writeHead(404).end("The figures are at GET /metrics.\n");
      return;
    }
    const text = await metrics.metrics();
    response.writeHead(200, { "content-type": metrics.contentType }).end(text);
  };
  const server = createServer((request, response) => {
    answer(request, response).catch((error: unknown) => {
      log.warn({ err: explain(error) }, "the figures could not be read");
      response.writeHead(503).end("The figures could not be read; the log says why.\n");
    });
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(address.port, address.host, resolve);
  });
  return {
    port: (server.address() as AddressInfo).port,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
