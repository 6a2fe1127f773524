/** The worker's figures: its connections, and what waits in the whole installation. */

import type pg from "pg";
import { Gauge } from "prom-client";
import { type Metrics, watchDocuments, watchPool } from "../lib/metrics.ts";
import { withClaim } from "../lib/pg.ts";
import type { DocumentStore } from "../lib/stores/document/index.ts";

/** Several scrapers within this time are told the same. */
const FRESH_MS = 5000;

const FIGURES = {
  runs: { name: "cadastre_runs", help: "Runs that are not finished, by status.", label: "status" },
  run_age: {
    name: "cadastre_run_oldest_seconds",
    help: "Age of the oldest unfinished run.",
    label: null,
  },
  jobs: { name: "cadastre_jobs", help: "Jobs of the queue by state.", label: "state" },
  stream_events: {
    name: "cadastre_stream_events_waiting",
    help: "Events of streams that no batch has taken yet.",
    label: null,
  },
  raw_runs: {
    name: "cadastre_raw_documents_runs",
    help: "Ended runs whose raw records the document store does not have yet: waiting, or given up.",
    label: "state",
  },
  raw_age: {
    name: "cadastre_raw_documents_lag_seconds",
    help: "Since when the oldest of them that are waiting do.",
    label: null,
  },
  webhook_deliveries: {
    name: "cadastre_webhook_deliveries_pending",
    help: "Deliveries of webhooks that are not done.",
    label: null,
  },
  audit_rows: {
    name: "cadastre_audit_unsealed_rows",
    help: "Rows of the audit trail that no checkpoint covers yet; at most 1,000 an organization are counted.",
    label: null,
  },
  audit_age: {
    name: "cadastre_audit_sealing_lag_seconds",
    help: "Age of the oldest row of the audit trail that no checkpoint covers.",
    label: null,
  },
  audit_organizations: {
    name: "cadastre_audit_organizations_late",
    help: "Organizations whose sealing is late enough for an alarm.",
    label: null,
  },
} as const;

type Figure = { name: keyof typeof FIGURES; label: string; value: number };

interface Watched {
  pool: pg.Pool;
  claimKey: Buffer;
  documents: DocumentStore | null;
}

/** Adds the worker's figures. They are read when somebody asks for them, not by the clock. */
export function watchWorker(metrics: Metrics, { pool, claimKey, documents }: Watched): void {
  watchPool(metrics, "worker", pool);
  if (documents) watchDocuments(metrics, documents);
  const read = async (): Promise<Figure[]> => {
    const platform = { kind: "service", orgId: null, userId: null } as const;
    return withClaim(
      pool,
      claimKey,
      platform,
      async (client) =>
        (await client.query<Figure>("select name, label, value from ops.measure_platform()")).rows,
    );
  };
  let last: { at: number; figures: Promise<Figure[]> } | null = null;
  const figures = (): Promise<Figure[]> => {
    if (last === null || Date.now() - last.at > FRESH_MS) {
      const next = { at: Date.now(), figures: read() };
      // What failed is asked for again by the next one.
      next.figures.catch(() => {
        if (last === next) last = null;
      });
      last = next;
    }
    return last.figures;
  };
  for (const [key, { name, help, label }] of Object.entries(FIGURES)) {
    new Gauge({
      name,
      help,
      labelNames: label === null ? [] : [label],
      registers: [metrics],
      async collect() {
        for (const figure of await figures()) {
          if (figure.name !== key) continue;
          if (label === null) this.set(figure.value);
          else this.set({ [label]: figure.label }, figure.value);
        }
      },
    });
  }
}
