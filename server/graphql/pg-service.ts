/**
 * PostGraphile's way to PostgreSQL, with two differences from its own adaptor:
 *
 * - Introspection reads only the schemas that are wanted. PostGraphile's query reads every schema of the database:
 *   34 s and 1.25 GB of heap with 2,000 organizations, half a second narrowed.
 * - A statement travels together with the transaction's beginning, settings and end: one round trip instead of four.
 */
import type { Writable } from "node:stream";
import type pg from "pg";
import type { PgClient, PgClientQuery, PgClientResult, WithPgClient } from "postgraphile/@dataplan/pg";
import { makePgService } from "postgraphile/adaptors/pg";
import { AppError } from "../../lib/errors.ts";
import { beginWith, POOL_SIZE, takeClient } from "../database.ts";
import type { Listener } from "../listener.ts";
import { createTurns, type Turns } from "../shares.ts";

type PgSettings = Record<string, string | undefined> | null;

/** Pieces of PostGraphile's introspection query; each must be found, so that an upgrade that changes it fails loudly. */
const NAMESPACES = `where nspname <> 'information_schema'
  ),`;
const ROLES = `from pg_catalog.pg_roles
  ),`;
const MEMBERS = `from pg_catalog.pg_auth_members
    where roleid in (select roles._id from roles)
`;
const ATTRIBUTES = `where attrelid in (select classes._id from classes) AND attnum > 0
  ),`;

/** The introspection query reading `schemas` and pg_catalog alone, and no analysts' logins. */
export function narrowIntrospection(text: string, schemas: readonly string[]): string {
  const list = ["pg_catalog", ...schemas].map((name) => `'${name.replaceAll("'", "''")}'`).join(", ");
  for (const piece of [NAMESPACES, ROLES, MEMBERS, ATTRIBUTES]) {
    if (text.split(piece).length !== 2) {
      throw new AppError(
        "INTERNAL",
        "PostGraphile's introspection query is not the one this was written for",
        {
          hint: "Adapt server/graphql/pg-service.ts to the installed version.",
        },
      );
    }
  }
  return (
    text
      .replace(NAMESPACES, `where nspname in (${list})\n  ),`)
      .replace(ROLES, `from pg_catalog.pg_roles where rolname not like 'login\\_%'\n  ),`)
      // Nor the memberships of those logins.
      .replace(MEMBERS, MEMBERS.replace(/\n$/, " and member in (select roles._id from roles)\n"))
      // Transaction ids have no GraphQL type.
      .replace(ATTRIBUTES, ATTRIBUTES.replace("\n", " and atttypid <> 'xid8'::regtype\n"))
  );
}

const isIntrospection = (text: string): boolean => text.includes("'introspection_version'");
const writesOneRow = (text: string): boolean => /^\s*(update|delete)\b/i.test(text);

function toQuery(query: PgClientQuery): pg.QueryConfig & { rowMode?: "array" } {
  return {
    text: query.text,
    ...(query.values ? { values: query.values } : {}),
    ...(query.name ? { name: query.name } : {}),
    ...(query.arrayMode ? { rowMode: "array" as const } : {}),
  };
}

function toResult<T>(query: PgClientQuery, result: pg.QueryResult): PgClientResult<T> {
  // A row that is not there and one that row-level security hides look the same, and both are an error.
  if (result.rowCount === 0 && writesOneRow(query.text)) {
    throw new AppError("NOT_FOUND", "there is no such row, or you may not change it", {
      hint: "Check its key; it may have been deleted, or belong to what your role does not see.",
    });
  }
  return { rows: result.rows, rowCount: result.rowCount, notices: [] };
}

/** Sends settings, statement and commit without waiting in between; a failure of one undoes them all. */
async function inOneTrip<T>(
  client: pg.PoolClient,
  begin: string,
  query: PgClientQuery,
): Promise<PgClientResult<T>> {
  const stream = (client as unknown as { connection?: { stream?: Writable } }).connection?.stream;
  // One write to the socket for all three.
  stream?.cork();
  const sent = [client.query(begin), client.query(toQuery(query)), client.query("commit")] as const;
  stream?.uncork();
  const [begun, done, ended] = await Promise.allSettled(sent);
  // In this order: what failed first is the reason for what failed after it.
  if (begun.status === "rejected") throw begun.reason;
  if (done.status === "rejected") throw done.reason;
  if (ended.status === "rejected") throw ended.reason;
  return toResult(query, done.value);
}

function insideTransaction(client: pg.PoolClient): PgClient {
  const inside: PgClient = {
    query: async <T>(query: PgClientQuery) => toResult<T>(query, await client.query(toQuery(query))),
    async withTransaction(callback) {
      await client.query("savepoint inner_work");
      try {
        const result = await callback(inside);
        await client.query("release savepoint inner_work");
        return result;
      } catch (error) {
        await client.query("rollback to savepoint inner_work").catch(() => undefined);
        throw error;
      }
    },
  };
  return inside;
}

function outsideTransaction(client: pg.PoolClient, settings: PgSettings): PgClient {
  return {
    query: (query) => inOneTrip(client, beginWith(settings ?? {}), query),
    async withTransaction(callback) {
      await client.query(beginWith(settings ?? {}));
      try {
        const result = await callback(insideTransaction(client) as never);
        await client.query("commit");
        return result;
      } catch (error) {
        // A rollback that fails means a lost connection, which the pool throws away.
        await client.query("rollback").catch(() => undefined);
        throw error;
      }
    },
  };
}

/** Connections that one organization may have under way in GraphQL: slow questions of one leave some to the others. */
const MAX_EACH = POOL_SIZE - 4;
/** A request of fifty fields wants as many at once. */
const MAX_WAITING_EACH = 1000;
const MAX_WAIT_MS = 10_000;
/** One for each pool: all APIs share its connections. */
const turnsOf = new WeakMap<pg.Pool, Turns>();

/** Whose the statement is: the organization of its claim, which our own server has just signed (lib/claims.ts). */
const whose = (settings: PgSettings): string => settings?.["cadastre.claim"]?.split(".")[2] ?? "";

const busy = (): AppError =>
  new AppError("BUSY", "your organization asks too much at this moment", { hint: "Try again in a moment." });

/** Waits for the organization's turn, if it has to; the result ends it. Errors: AppError BUSY. */
async function takeTurn(turns: Turns, who: string): Promise<() => void> {
  const entered = turns.enter(who);
  if (entered === null) throw busy();
  // The usual case, at every statement: there is room.
  if (typeof entered === "function") return entered;
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<null>((resolve) => {
    timer = setTimeout(resolve, MAX_WAIT_MS, null);
  });
  const leave = await Promise.race([entered, late]);
  clearTimeout(timer);
  if (leave !== null) return leave;
  void entered.then((done) => done());
  throw busy();
}

function createWithPgClient(pool: pg.Pool, schemas: readonly string[]): WithPgClient {
  const turns =
    turnsOf.get(pool) ?? createTurns({ total: Infinity, each: MAX_EACH, waiting: MAX_WAITING_EACH });
  turnsOf.set(pool, turns);
  return async (settings, callback) => {
    const leave = await takeTurn(turns, whose(settings));
    let client: pg.PoolClient | null = null;
    try {
      client = await takeClient(pool);
      const outside = outsideTransaction(client, settings);
      return await callback({
        ...outside,
        query: (query) =>
          outside.query(
            isIntrospection(query.text)
              ? { ...query, text: narrowIntrospection(query.text, schemas) }
              : query,
          ),
      });
    } finally {
      client?.release();
      leave();
    }
  };
}

export interface PgServiceOptions {
  pool: pg.Pool;
  /** What the API shows. */
  schemas: string[];
  /** Schemas of types that it needs besides, such as public for citext. */
  typeSchemas?: string[];
  subscriber: Listener | null;
}

export function createPgService(options: PgServiceOptions): GraphileConfig.PgServiceConfiguration {
  const { pool, schemas, subscriber } = options;
  const service = makePgService({
    pool,
    schemas,
    pubsub: false,
    // What this role may do shapes the API: no grant, no field.
    pgSettingsForIntrospection: { role: "cadastre_user" },
  });
  const withPgClient = createWithPgClient(pool, [...schemas, ...(options.typeSchemas ?? [])]);
  return {
    ...service,
    pgSubscriber: subscriber,
    adaptor: { ...service.adaptor, createWithPgClient: () => withPgClient as never },
  };
}
