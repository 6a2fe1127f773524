/** What commands share: their shape, the way into the installation, output for people and for programs. */
import type pg from "pg";
import { readConfig } from "../lib/config.ts";
import { AppError } from "../lib/errors.ts";
import { findRunning } from "../lib/instance.ts";
import { createLogger } from "../lib/log.ts";
import { createPool, withClaim } from "../lib/pg.ts";
import { createObjectStore, type ObjectStore } from "../lib/stores/object/index.ts";

export interface Output {
  json: boolean;
  /** The result: `data` as one JSON line with --json, else `text`. */
  print(data: unknown, text: string): void;
}

export interface Command {
  /** What it is for, in one line of the overview. */
  about: string;
  usage: string[];
  /** Returns the exit code: 0 only on success. */
  run(args: string[], output: Output): Promise<number>;
}

export interface OrgRow {
  id: string;
  slug: string;
  schema_key: string;
}

export interface Session {
  adminUrl: string;
  store: ObjectStore;
  home: string;
  /** As the platform itself. */
  asPlatform<T>(work: (client: pg.PoolClient) => Promise<T>): Promise<T>;
  /** As the organization's own service; with `userId`, as that member, held to what they may do. */
  asOrg<T>(orgId: string, work: (client: pg.PoolClient) => Promise<T>, userId?: string | null): Promise<T>;
}

export function fail(code: string, message: string, hint?: string): never {
  throw new AppError(code, message, hint ? { hint } : {});
}

/** Opens the way to the running installation of CADASTRE_HOME or DATABASE_URL and closes it after `work`. */
export async function withSession<T>(work: (session: Session) => Promise<T>): Promise<T> {
  const config = readConfig();
  const log = createLogger("error");
  const running = await findRunning(config);
  const pool = createPool(running.workerUrl, { name: "cadastre-cli", max: 3, log });
  const key = running.claimKey;
  try {
    return await work({
      adminUrl: running.adminUrl,
      store: createObjectStore(config),
      home: config.home,
      asPlatform: (inner) => withClaim(pool, key, { kind: "service", orgId: null, userId: null }, inner),
      asOrg: (orgId, inner, userId = null) =>
        withClaim(pool, key, { kind: userId ? "user" : "service", orgId, userId }, inner),
    });
  } finally {
    await pool.end();
  }
}

/** Errors: AppError NOT_FOUND. */
export async function findOrg(session: Session, slug: string | undefined): Promise<OrgRow> {
  if (!slug) fail("USAGE", "--org is missing", "Name the organization by its slug, for example --org acme.");
  const { rows } = await session.asPlatform((client) =>
    client.query<OrgRow>("select id, slug, schema_key from tenancy.organizations where slug = $1", [slug]),
  );
  return (
    rows[0] ?? fail("NOT_FOUND", `there is no organization ${slug}`, "Create it with cadastre org create.")
  );
}

/** A member by e-mail address. Errors: AppError NOT_FOUND. */
export async function findMember(session: Session, org: OrgRow, email: string): Promise<string> {
  const { rows } = await session.asOrg(org.id, (client) =>
    client.query<{ id: string }>(
      `select u.id from access.users u join access.memberships m on m.user_id = u.id
        where u.email = $1::text::public.citext and m.org_id = $2`,
      [email, org.id],
    ),
  );
  return (
    rows[0]?.id ??
    fail("NOT_FOUND", `${email} is not a member of ${org.slug}`, "Add them with cadastre user add.")
  );
}

export function noDataset(org: OrgRow, name: string): never {
  return fail(
    "NOT_FOUND",
    `there is no dataset ${name} in ${org.slug}`,
    `See cadastre dataset list --org ${org.slug}.`,
  );
}

/** A dataset's id by name. Errors: AppError NOT_FOUND. */
export async function findDataset(session: Session, org: OrgRow, name: string): Promise<string> {
  const { rows } = await session.asOrg(org.id, (client) =>
    client.query<{ id: string }>("select id from data.datasets where name = $1", [name]),
  );
  return rows[0]?.id ?? noDataset(org, name);
}

/** The whole of standard input, at most `limit` bytes. */
export async function readStdin(limit: number): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of process.stdin) {
    size += (chunk as Buffer).length;
    if (size > limit) fail("USAGE", `standard input is longer than ${limit} bytes`);
    chunks.push(chunk as Buffer);
  }
  return Buffer.concat(chunks).toString("utf8");
}
