/**
 * Brings a database to the present state: roles and extensions, migrations (graphile-migrate), the job queue's own
 * schema, the sql/ tree. Safe to run at every start and by several processes at once.
 */
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import path from "node:path";
import { runMigrations } from "graphile-worker";
import pg from "pg";
import { AppError, explain } from "../errors.ts";
import type { Logger } from "../log.ts";
import { applySql } from "./apply-sql.ts";
import { projectRoot, roleUrl } from "./urls.ts";

// graphile-migrate is CommonJS without a default export that type stripping could see.
const require = createRequire(import.meta.url);
const gm = require("graphile-migrate") as typeof import("graphile-migrate");

const { clearAllPools } = require("graphile-migrate/dist/pgReal") as { clearAllPools(): void };

const quiet = new gm.Logger(() => () => undefined);

const MIGRATE_ATTEMPTS = 20;
const MIGRATE_PAUSE_MS = 500;

export interface RolePasswords {
  gateway: string;
  worker: string;
  claimKey: Buffer;
}

async function bootstrap(client: pg.Client, passwords: RolePasswords): Promise<void> {
  const root = path.join(projectRoot, "sql", "bootstrap");
  for (const file of ["roles.sql", "database.sql"]) {
    await client.query(await readFile(path.join(root, file), "utf8"));
  }
  for (const [role, password] of [
    ["cadastre_gateway", passwords.gateway],
    ["cadastre_worker", passwords.worker],
  ] as const) {
    await client.query(
      `set password_encryption = 'scram-sha-256'; alter role ${role} password ${client.escapeLiteral(password)}`,
    );
  }
}

async function migrate(ownerUrl: string): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    try {
      await gm.migrate({
        connectionString: ownerUrl,
        migrationsFolder: path.join(projectRoot, "migrations"),
        logger: quiet,
      });
      // It would keep a connection, and end this process when the server closes it.
      clearAllPools();
      return;
    } catch (error) {
      // Another process is migrating: wait for it.
      const busy = error instanceof Error && error.message.includes("exclusive lock");
      if (!busy || attempt === MIGRATE_ATTEMPTS) {
        throw new AppError("MIGRATE", `the database could not be migrated: ${explain(error)}`, {
          hint: "See migrations/committed; nothing of the failing migration was kept.",
          cause: error,
        });
      }
      await new Promise((resolve) => setTimeout(resolve, MIGRATE_PAUSE_MS));
    }
  }
}

async function installQueue(client: pg.Client, adminUrl: string): Promise<void> {
  const database = client.escapeIdentifier(client.database!);
  // The queue's own installer says "create schema if not exists", which asks for the right even when it exists.
  await client.query(`grant create on database ${database} to cadastre_jobs`);
  const pool = new pg.Pool({ connectionString: roleUrl(adminUrl, "cadastre_jobs"), max: 2 });
  pool.on("error", () => undefined);
  pool.on("connect", (c) => c.on("error", () => undefined));
  try {
    await runMigrations({ pgPool: pool });
  } finally {
    await pool.end();
    await client.query(`revoke create on database ${database} from cadastre_jobs`);
  }
}

async function storeClaimKey(client: pg.Client, key: Buffer): Promise<void> {
  await client.query(
    `insert into private.claim_keys (secret)
     select $1::bytea where not exists (select from private.claim_keys where secret = $1::bytea and retired_at is null)`,
    [key],
  );
}

/**
 * The queue gives each kind of job a row when it comes for the first time, in the transaction that queues it, and whoever
 * queues one of the same kind meanwhile waits for that: two that start the first work of several organizations at once
 * would wait for each other. So the rows are there before. Functions name the jobs that they queue literally.
 */
async function registerJobs(client: pg.Client): Promise<void> {
  await client.query(`
    insert into graphile_worker._private_tasks (identifier)
    select distinct m[1]
      from pg_catalog.pg_proc p cross join lateral regexp_matches(p.prosrc, '''([a-z]+__[a-z_]+)''', 'g') m
     where p.prosrc ~ '(enqueue|begin_trial)\\('
    on conflict do nothing`);
}

/** Returns what was done, for the log. `adminUrl` must be a superuser's (or a role that may create roles and extensions). */
export async function prepareDatabase(
  adminUrl: string,
  passwords: RolePasswords,
  log: Logger,
): Promise<void> {
  const client = new pg.Client({ connectionString: adminUrl, application_name: "cadastre-migrate" });
  await client.connect();
  try {
    // Two processes that start at once take turns.
    await client.query("select pg_advisory_lock(7203941)");
    await bootstrap(client, passwords);
    await migrate(roleUrl(adminUrl, "cadastre_owner"));
    await installQueue(client, adminUrl);
    await storeClaimKey(client, passwords.claimKey);
    const applied = await applySql(client, path.join(projectRoot, "sql"));
    await registerJobs(client);
    log.debug({ applied }, "database is up to date");
  } finally {
    await client.end();
  }
}
