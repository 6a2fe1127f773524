/**
 * One PostgreSQL for the whole test run, with a template database that has everything applied; each test file clones
 * it (tests/support/database.ts). With TEST_DATABASE_URL an existing server is used instead.
 */
import { randomBytes } from "node:crypto";
import { chmod, mkdtemp, readdir, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import pg from "pg";
import type { TestProject } from "vitest/node";
import { endLeftover, isAlive, startEmbedded } from "../../lib/db/embedded.ts";
import { prepareDatabase } from "../../lib/db/migrate.ts";
import { databaseUrl } from "../../lib/db/urls.ts";
import { createLogger } from "../../lib/log.ts";

export interface TestCluster {
  adminUrl: string;
  template: string;
  gateway: string;
  worker: string;
  claimKey: string;
}

declare module "vitest" {
  interface ProvidedContext {
    cluster: TestCluster;
  }
}

/** Ends and removes what test runs left that were killed before they could: a folder carries its run's pid. */
async function sweepLeftovers(): Promise<void> {
  for (const name of await readdir(tmpdir())) {
    const pid = Number(/^cadastre-test-(\d+)-/.exec(name)?.[1] ?? 0);
    if (pid === 0 || isAlive(pid)) continue;
    const folder = path.join(tmpdir(), name);
    // Another user's leftovers are that user's to remove.
    if (process.getuid?.() !== 0 && (await stat(folder)).uid !== process.getuid?.()) continue;
    await endLeftover(path.join(folder, "postgres"));
    await rm(folder, { recursive: true, force: true });
  }
}

export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  await sweepLeftovers();
  const home = await mkdtemp(path.join(tmpdir(), `cadastre-test-${process.pid}-`));
  // The embedded server may run as another user than the tests.
  await chmod(home, 0o755);
  const external = process.env.TEST_DATABASE_URL;
  const server = external
    ? null
    : await startEmbedded({
        directory: path.join(home, "postgres"),
        password: randomBytes(12).toString("hex"),
      });
  const adminUrl = external ?? server!.adminUrl;
  const template = `cadastre_template_${process.pid}`;
  const cluster: TestCluster = {
    adminUrl,
    template,
    gateway: randomBytes(12).toString("hex"),
    worker: randomBytes(12).toString("hex"),
    claimKey: randomBytes(32).toString("hex"),
  };
  const admin = new pg.Client({ connectionString: adminUrl });
  await admin.connect();
  await admin.query(`create database ${template}`);
  await prepareDatabase(
    databaseUrl(adminUrl, template),
    { gateway: cluster.gateway, worker: cluster.worker, claimKey: Buffer.from(cluster.claimKey, "hex") },
    createLogger("warn"),
  );
  project.provide("cluster", cluster);
  return async () => {
    await admin.query(`drop database if exists ${template} with (force)`).catch(() => undefined);
    await admin.end();
    await server?.stop();
    await rm(home, { recursive: true, force: true });
  };
}
