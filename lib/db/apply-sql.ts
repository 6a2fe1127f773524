/**
 * Applies the sql/ tree: everything in the database that may be made again at any time (functions, policies,
 * triggers, grants, comments, views). One transaction: all of it or none. An unchanged tree is not applied again.
 *
 * Order: every domain's functions, then tables, then views, domains in their own order, so that a policy finds the
 * functions it calls. A file runs as cadastre_owner unless its first line is `--! owner: <role>`.
 */
import { createHash } from "node:crypto";
import { readdir, readFile } from "node:fs/promises";
import path from "node:path";
import type pg from "pg";
import { AppError, isPgError } from "../errors.ts";

export const DOMAINS = [
  "private",
  "core",
  "audit",
  "tenancy",
  "access",
  "data",
  "quality",
  "ingest",
  "lineage",
  "catalog",
  "compliance",
  "analytics",
  "ops",
] as const;
const KINDS = ["functions", "tables", "views"] as const;
const OBJECT_OWNERS = ["cadastre_system", "cadastre_views", "cadastre_jobs", "cadastre_logins"] as const;
const LOCK_TIMEOUT = "10s";

export interface SqlFile {
  path: string;
  text: string;
  owner: string;
}

const byName = (a: string, b: string): number => (path.basename(a) < path.basename(b) ? -1 : 1);

/** Files of the tree in the order they are applied. */
export async function readSqlTree(root: string): Promise<SqlFile[]> {
  const files: SqlFile[] = [];
  for (const kind of KINDS) {
    for (const domain of DOMAINS) {
      const folder = path.join(root, domain, kind);
      // A crowded folder has one more level, by topic; the order is that of the files' own names all the same.
      const names = await readdir(folder, { recursive: true }).catch(() => []);
      for (const name of names.filter((n) => n.endsWith(".sql")).sort(byName)) {
        const file = path.join(folder, name);
        const text = await readFile(file, "utf8");
        const owner = /^--! owner: (\w+)$/m.exec(text.split("\n", 1)[0]!)?.[1] ?? "cadastre_owner";
        files.push({ path: file, text, owner });
      }
    }
  }
  return files;
}

/** Digest of what would be applied. */
export function digestOf(files: SqlFile[]): string {
  const hash = createHash("sha256");
  for (const file of files) {
    hash.update(path.basename(file.path)).update("\0").update(file.text).update("\0");
  }
  return hash.digest("hex");
}

function lineOf(text: string, position: string | undefined): number {
  return text.slice(0, Number(position ?? "1")).split("\n").length;
}

async function applyFile(client: pg.ClientBase, file: SqlFile): Promise<void> {
  try {
    await client.query(`set local role ${file.owner}`);
    await client.query(file.text);
  } catch (error) {
    if (!isPgError(error)) throw error;
    const where = path.relative(process.cwd(), file.path);
    throw new AppError("SQL", `${where}:${lineOf(file.text, error.position)}: ${error.message}`, {
      hint: error.hint ?? "Correct the file; nothing of the tree was applied.",
      cause: error,
    });
  }
}

/**
 * Applies the tree through an administrator's connection. Returns false when nothing had changed.
 * Errors: AppError SQL with file and line; 55P03 when another transaction holds a lock for ten seconds.
 */
export async function applySql(client: pg.ClientBase, root: string): Promise<boolean> {
  const files = await readSqlTree(root);
  const digest = digestOf(files);
  const { rows } = await client.query<{ digest: string }>("select digest from private.applied_sql");
  if (rows[0]?.digest === digest) return false;

  await client.query("begin");
  try {
    await client.query(`set local lock_timeout = '${LOCK_TIMEOUT}'`);
    await client.query("set local check_function_bodies = off");
    await client.query("set local client_min_messages = warning");
    const schemas = DOMAINS.map((d) => `'${d}'`).join(", ");
    const { rows: present } = await client.query<{ nspname: string }>(
      `select nspname from pg_namespace where nspname in (${schemas})`,
    );
    const list = present.map((r) => r.nspname).join(", ");
    // Owners of single functions may make objects here only while the tree is applied.
    await client.query(`grant usage, create on schema ${list} to ${OBJECT_OWNERS.join(", ")}`);
    for (const file of files) await applyFile(client, file);
    await client.query("reset role");
    await client.query(`revoke create on schema ${list} from ${OBJECT_OWNERS.join(", ")}`);
    await client.query(
      `insert into private.applied_sql (digest) values ($1)
       on conflict (singleton) do update set digest = excluded.digest, applied_at = clock_timestamp()`,
      [digest],
    );
    await client.query("commit");
    return true;
  } catch (error) {
    await client.query("rollback").catch(() => undefined);
    throw error;
  }
}
