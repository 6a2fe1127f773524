/** COPY into a landing table: the sending, and the notices that tell which rows it set aside. */
import type { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import type pg from "pg";
import { from as copyFrom } from "pg-copy-streams";

/** More rows set aside than this, and the slower road that expects them is the faster one. */
export const MAX_SKIPPED = 20_000;

/** Too many rows of wrong types for a road that takes each of them back by hand. */
export class TooManySkipped extends Error {}

const SKIPPED = /type incompatibility at line (\d+) for column/;

export interface CopyOutcome {
  /** Rows that are in the table. */
  copied: number;
  /** Numbers, from 1, of the lines of what was sent that were set aside. */
  skipped: number[];
}

/** Sends `stream` through COPY on `client`. A failed COPY leaves the client unusable: release it with the error. */
export async function runCopy(client: pg.PoolClient, sql: string, stream: Readable): Promise<CopyOutcome> {
  const skipped: number[] = [];
  let flooded = false;
  const listen = (notice: { message?: string }): void => {
    const found = SKIPPED.exec(notice.message ?? "");
    if (found === null) return;
    if (skipped.length < MAX_SKIPPED) skipped.push(Number(found[1]));
    else if (!flooded) {
      flooded = true;
      stream.destroy(new TooManySkipped("too many rows of wrong types"));
    }
  };
  client.on("notice", listen);
  try {
    // How dates are read is the worker's role's (sql/bootstrap/roles.sql), the same on every connection.
    await client.query("set client_min_messages = notice");
    const copy = client.query(copyFrom(sql));
    await pipeline(stream, copy);
    if (flooded) throw new TooManySkipped("too many rows of wrong types");
    return { copied: copy.rowCount ?? 0, skipped };
  } finally {
    client.off("notice", listen);
  }
}

/** Runs `work` with a connection of its own, which is thrown away when the work fails. */
export async function withClient<T>(pool: pg.Pool, work: (client: pg.PoolClient) => Promise<T>): Promise<T> {
  const client = await pool.connect();
  let broken: Error | undefined;
  try {
    return await work(client);
  } catch (error) {
    broken = error instanceof Error ? error : new Error(String(error));
    throw error;
  } finally {
    client.release(broken);
  }
}
