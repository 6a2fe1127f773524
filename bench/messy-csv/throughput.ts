/** Speed of the readers on generated content, in MB of file per second: node bench/messy-csv/throughput.ts [MB] */
import { copyStream } from "../../worker/readers/copy.ts";
import { inspect } from "../../worker/readers/inspect.ts";
import { scanPlain } from "../../worker/readers/plain.ts";
import { readRecords } from "../../worker/readers/records.ts";
import { bufferSource } from "../../worker/readers/source.ts";
import type { ByteSource } from "../../worker/readers/types.ts";

const ROUNDS = 3;

function orders(bytes: number, quoted: boolean): Buffer {
  const lines = ["order_id,customer_id,status,ordered_at,amount,currency,note"];
  let size = 0;
  // A fixed linear congruence: the same content in every run.
  let seed = 42;
  for (let id = 1; size < bytes; id++) {
    seed = (seed * 1103515245 + 12345) % 2147483648;
    const status = ["new", "paid", "shipped", "returned"][seed % 4];
    const day = `2026-${String((seed % 12) + 1).padStart(2, "0")}-${String((seed % 28) + 1).padStart(2, "0")}`;
    const note = quoted ? '"said ""later"", then, paid"' : `note ${seed % 1000}`;
    const line = `${id},${seed % 100000},${status},${day}T10:00:00Z,${(seed % 100000) / 100},EUR,${note}`;
    lines.push(line);
    size += line.length + 1;
  }
  return Buffer.from(`${lines.join("\n")}\n`);
}

async function time(work: () => Promise<unknown>): Promise<number> {
  const seconds: number[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    const start = performance.now();
    await work();
    seconds.push((performance.now() - start) / 1000);
  }
  return seconds.sort((a, b) => a - b)[Math.floor(ROUNDS / 2)]!;
}

async function measure(name: string, bytes: Buffer, encoding: BufferEncoding = "utf8"): Promise<void> {
  const content = encoding === "utf8" ? bytes : Buffer.from(bytes.toString("utf8"), encoding);
  const source: ByteSource = bufferSource(content);
  const { dialect, columns } = await inspect(source);
  const works: Record<string, () => Promise<unknown>> = {
    scanPlain: () => scanPlain(source, dialect, columns, { parts: 2 }),
    copyStream: async () => {
      let out = 0;
      for await (const block of copyStream(source, dialect, columns, { onProblem: () => {} }))
        out += block.length;
      return out;
    },
    readRecords: async () => {
      let rows = 0;
      for await (const batch of readRecords(source, dialect, columns)) rows += batch.length;
      return rows;
    },
  };
  for (const [work, run] of Object.entries(works)) {
    const seconds = await time(run);
    const rate = content.length / 1e6 / seconds;
    process.stdout.write(`${work.padEnd(12)} ${name.padEnd(22)} ${rate.toFixed(0).padStart(6)} MB/s\n`);
  }
}

const megabytes = Number(process.argv[2] ?? 80);
await measure("plain", orders(megabytes * 1e6, false));
await measure("quoted and escaped", orders(megabytes * 1e6, true));
await measure("utf-16le", orders((megabytes * 1e6) / 2, false), "utf16le");
