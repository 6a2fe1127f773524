/** Connections to PostgreSQL and transactions that carry an identity. */
import pg from "pg";
import { type Claim, signClaim } from "./claims.ts";
import type { Logger } from "./log.ts";

export interface PoolOptions {
  max?: number;
  /**
   * A connection is replaced after so many uses. Each keeps the plans of every organization's objects that it has met,
   * and PostgreSQL goes through all of them whenever a table anywhere is made or dropped.
   */
  maxUses?: number;
  /**
   * A transaction whose client says nothing for so long is ended by the server: a process that is frozen, or cut off from
   * it, must not hold rows that others wait for. Absent: as the role has it.
   */
  idleInTransactionSeconds?: number;
  /** Shown in pg_stat_activity. */
  name: string;
  log: Logger;
}

/** A pool whose idle connections' errors are logged instead of ending the process. */
export function createPool(connectionString: string, options: PoolOptions): pg.Pool {
  const pool = new pg.Pool({
    connectionString,
    max: options.max ?? 10,
    ...(options.maxUses === undefined ? {} : { maxUses: options.maxUses }),
    ...(options.idleInTransactionSeconds === undefined
      ? {}
      : { idle_in_transaction_session_timeout: options.idleInTransactionSeconds * 1000 }),
    application_name: options.name,
    connectionTimeoutMillis: 10_000,
    idleTimeoutMillis: 30_000,
  });
  pool.on("error", (error) => {
    // A pool that was ended does not wait for its connections: the database may end them first, which is no loss.
    options.log[pool.ending ? "debug" : "warn"](
      { err: error.message },
      "an idle database connection was lost",
    );
  });
  // A connection that is lost while it is lent out tells its borrower by the failing query; this is for the event.
  pool.on("connect", (client) =>
    client.on("error", (error) => options.log.debug({ err: error.message }, "connection lost")),
  );
  return pool;
}

/** Runs `work` in one transaction; rolls back on any error. */
export async function inTransaction<T>(
  pool: pg.Pool,
  work: (client: pg.PoolClient) => Promise<T>,
  begin = "begin",
): Promise<T> {
  const client = await pool.connect();
  let broken: Error | undefined;
  try {
    await client.query(begin);
    const result = await work(client);
    await client.query("commit");
    return result;
  } catch (error) {
    await client.query("rollback").catch((rollbackError: Error) => {
      broken = rollbackError;
    });
    throw error;
  } finally {
    client.release(broken);
  }
}

/**
 * Runs `work` in one transaction that sees one moment, as the claim's identity. It writes nothing; with "temporary" it may
 * make temporary tables of its own.
 */
export async function withSnapshot<T>(
  pool: pg.Pool,
  key: Buffer,
  claim: Claim,
  work: (client: pg.PoolClient) => Promise<T>,
  writes: "nothing" | "temporary" = "nothing",
): Promise<T> {
  return inTransaction(
    pool,
    async (client) => {
      await client.query("select set_config('cadastre.claim', $1, true)", [signClaim(claim, key)]);
      return work(client);
    },
    `begin isolation level repeatable read ${writes === "nothing" ? "read only" : "read write"}`,
  );
}

/**
 * Runs `work` in one transaction as the claim's identity; `role` is what the gateway becomes (cadastre_user,
 * cadastre_anonymous); the worker stays itself. Both end with the transaction.
 */
export async function withClaim<T>(
  pool: pg.Pool,
  key: Buffer,
  claim: Claim,
  work: (client: pg.PoolClient) => Promise<T>,
  role?: "cadastre_user" | "cadastre_anonymous",
): Promise<T> {
  return inTransaction(pool, async (client) => {
    await client.query("select set_config('cadastre.claim', $1, true), set_config('role', $2, true)", [
      signClaim(claim, key),
      role ?? "none",
    ]);
    return work(client);
  });
}
