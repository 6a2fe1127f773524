/** Runs the server alone: `npm run server`. */
import "../lib/graphile-env.ts";
import { access } from "node:fs/promises";
import path from "node:path";
import { readConfig } from "../lib/config.ts";
import { projectRoot } from "../lib/db/urls.ts";
import { explain } from "../lib/errors.ts";
import { announceInstance, openInstance } from "../lib/instance.ts";
import { createLogger } from "../lib/log.ts";
import { openMetrics } from "../lib/metrics.ts";
import { createObjectStore } from "../lib/stores/object/index.ts";
import { createServer } from "./app.ts";
import { loadOrMakeKeys } from "./auth/keys.ts";

async function findAdmin(): Promise<string | null> {
  const folder = path.join(projectRoot, "admin", "dist");
  return access(path.join(folder, "index.html")).then(
    () => folder,
    () => null,
  );
}

async function main(): Promise<void> {
  const config = readConfig();
  const log = createLogger(config.logLevel);
  const instance = await openInstance(config, log);
  const store = createObjectStore(config);
  await store.check();
  const figures = await openMetrics(config, log);
  const server = await createServer({
    ...(figures ? { metrics: figures.metrics } : {}),
    config,
    connections: instance,
    store,
    log,
    jwtKeys: await loadOrMakeKeys(config.home),
    adminDir: await findAdmin(),
  });
  const port = await server.listen(config.port, config.host);
  const url = config.publicUrl ?? `http://${config.host}:${port}`;
  const withdraw = await announceInstance(config.home, {
    url,
    pid: process.pid,
    databaseUrl: instance.adminUrl,
  });
  process.stdout.write(`Cadastre's server is ready at ${url}\n`);

  let stopping = false;
  const stop = async (): Promise<void> => {
    if (stopping) return;
    stopping = true;
    await figures?.close();
    await server.close();
    await withdraw();
    await instance.close();
  };
  for (const signal of ["SIGINT", "SIGTERM"] as const) {
    process.on(signal, () => void stop().then(() => process.exit(0)));
  }
}

main().catch((error: unknown) => {
  process.stderr.write(`${explain(error)}\n`);
  process.exit(1);
});
