/** The bare thing that loads are compared with. */
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { from as copyFrom } from "pg-copy-streams";
import type { BenchContext } from "../support.ts";
import { COLUMNS } from "./orders.ts";

const CHUNK = 1024 * 1024;

function* chunks(bytes: Buffer): Generator<Buffer> {
  for (let at = 0; at < bytes.length; at += CHUNK) yield bytes.subarray(at, at + CHUNK);
}

/** Seconds that COPY takes into a fresh table with the same types and key. */
export async function timeCopy(context: BenchContext, bytes: Buffer): Promise<number> {
  await context.admin.query("drop table if exists public.bench_copy");
  await context.admin.query(`create table public.bench_copy (${COLUMNS}, primary key (order_id))`);
  const client = await context.admin.connect();
  const begun = performance.now();
  try {
    await pipeline(
      Readable.from(chunks(bytes), { objectMode: false }),
      client.query(copyFrom("copy public.bench_copy from stdin (format csv, header)")),
    );
  } finally {
    client.release();
  }
  const seconds = (performance.now() - begun) / 1000;
  await context.admin.query("drop table public.bench_copy");
  return seconds;
}
