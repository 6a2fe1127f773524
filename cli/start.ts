/**
 * `npm start`: the whole of Cadastre in one process: embedded PostgreSQL where no DATABASE_URL is set, server, worker,
 * back office, and on an empty home a demo. Prints one ready line. Ctrl-C or SIGTERM stops it cleanly.
 */
import "../lib/graphile-env.ts";
import { access } from "node:fs/promises";
import path from "node:path";
import { loadAuditKeys } from "../lib/audit/keys.ts";
import { readConfig } from "../lib/config.ts";
import { projectRoot } from "../lib/db/urls.ts";
import { AppError, explain } from "../lib/errors.ts";
import { announceInstance, openInstance } from "../lib/instance.ts";
import { createLogger } from "../lib/log.ts";
import { openMetrics } from "../lib/metrics.ts";
import { loadSecrets } from "../lib/secrets.ts";
import { createDocumentStore } from "../lib/stores/document/index.ts";
import { createObjectStore } from "../lib/stores/object/index.ts";
import { createServer } from "../server/app.ts";
import { loadOrMakeKeys } from "../server/auth/keys.ts";
import { startWorker } from "../worker/main.ts";
import { makeDemo, readDemoAccounts } from "./demo/make.ts";
import { claimHome } from "./home-lock.ts";

const STOP_LIMIT_MS = 20_000;

async function findAdmin(): Promise<string | null> {
  const folder = path.join(projectRoot, "admin", "dist");
  return access(path.join(folder, "index.html")).then(
    () => folder,
    () => null,
  );
}

export interface Cadastre {
  url: string;
  home: string;
  adminUrl: string;
  stop(): Promise<void>;
}

/** Brings everything up. What was started is stopped again, in reverse order, when a later part fails. */
export async function startCadastre(env: NodeJS.ProcessEnv = process.env): Promise<Cadastre> {
  const config = readConfig(env);
  const log = createLogger(config.logLevel);
  const stops: (() => Promise<unknown>)[] = [];
  const stop = async (): Promise<void> => {
    for (const one of stops.splice(0).reverse()) {
      await one().catch((error: unknown) =>
        log.error({ err: explain(error) }, "a part did not stop cleanly"),
      );
    }
  };
  try {
    stops.push(await claimHome(config.home));
    const instance = await openInstance(config, log);
    stops.push(instance.close);
    const store = createObjectStore(config);
    await store.check();
    const documents = createDocumentStore(config);
    if (documents) {
      stops.push(documents.close);
      await documents.check();
    }
    const figures = await openMetrics(config, log);
    if (figures) stops.push(figures.close);
    const watched = figures ? { metrics: figures.metrics } : {};
    const worker = await startWorker({
      ...watched,
      connections: instance,
      store,
      documents,
      secrets: await loadSecrets(config),
      auditKeys: () => loadAuditKeys(config),
      log,
      alone: config.databaseUrl === null,
    });
    stops.push(worker.stop);
    const server = await createServer({
      config,
      connections: instance,
      store,
      log,
      jwtKeys: await loadOrMakeKeys(config.home),
      adminDir: await findAdmin(),
      ...watched,
    });
    stops.push(server.close);
    const url = config.publicUrl ?? `http://${config.host}:${await server.listen(config.port, config.host)}`;
    stops.push(
      await announceInstance(config.home, { url, pid: process.pid, databaseUrl: instance.adminUrl }),
    );
    if (config.demo) await makeDemo(config, instance, store, log);
    return { url, home: config.home, adminUrl: instance.adminUrl, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function main(): Promise<void> {
  process.title = "cadastre";
  let cadastre: Cadastre | null = null;
  let stopping = false;
  const stop = async (): Promise<void> => {
    if (stopping) return;
    stopping = true;
    // A part that hangs must not keep the process: the database recovers from its log as after a crash.
    setTimeout(() => process.exit(1), STOP_LIMIT_MS).unref();
    await cadastre?.stop();
    process.exit(0);
  };
  process.on("SIGINT", stop);
  process.on("SIGTERM", stop);
  cadastre = await startCadastre();
  const demo = await readDemoAccounts(cadastre.home);
  const accounts = demo.map((a) => `${a.email} / ${a.password} (${a.org}, ${a.role})`).join("; ");
  process.stdout.write(
    `Cadastre is ready at ${cadastre.url}${accounts ? ` · demo accounts: ${accounts}` : ""}\n`,
  );
}

if (process.argv[1] && path.resolve(process.argv[1]) === import.meta.filename) {
  main().catch((error: unknown) => {
    const hint = error instanceof AppError && error.hint ? `\n  ${error.hint}` : "";
    process.stderr.write(`${explain(error)}${hint}\n`);
    process.exit(1);
  });
}
