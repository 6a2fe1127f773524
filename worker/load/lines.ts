/** Lines of a plain file by their numbers, found without reading records in between. */
import type { ByteSource } from "../readers/index.ts";

const LF = 0x0a;
/** Lines handed on together, in bytes. */
const BATCH_BYTES = 4 * 1024 * 1024;

/** Line ends between two offsets. */
export async function countLines(
  source: ByteSource,
  start: number,
  end: number,
  signal: AbortSignal,
): Promise<number> {
  let lines = 0;
  if (end <= start) return lines;
  const stream = await source.open(start, end);
  for await (const chunk of stream as AsyncIterable<Buffer>) {
    signal.throwIfAborted();
    for (let i = chunk.indexOf(LF); i >= 0; i = chunk.indexOf(LF, i + 1)) lines++;
  }
  return lines;
}

/**
 * The bytes of the lines with the given numbers (ascending), in batches of whole lines. `start` is the offset of line
 * `firstLine`.
 */
export async function* fetchLines(
  source: ByteSource,
  start: number,
  firstLine: number,
  lines: readonly number[],
): AsyncGenerator<Buffer> {
  let batch: Buffer[] = [];
  let bytes = 0;
  let line = firstLine;
  let next = 0;
  const take = (part: Buffer): void => {
    // A copy: the chunk that it is part of must not be kept.
    batch.push(Buffer.from(part));
    bytes += part.length;
  };
  const stream = await source.open(start, source.size ?? undefined);
  try {
    for await (const chunk of stream as AsyncIterable<Buffer>) {
      // Ends at the chunk's end or with the last line wanted: each turn passes one line end.
      for (let at = 0; next < lines.length; line++) {
        const end = chunk.indexOf(LF, at);
        const wanted = line === lines[next];
        if (wanted) take(chunk.subarray(at, end < 0 ? chunk.length : end + 1));
        if (end < 0) break;
        if (wanted) next++;
        at = end + 1;
      }
      if (bytes >= BATCH_BYTES && batch.at(-1)?.at(-1) === LF) {
        yield Buffer.concat(batch);
        batch = [];
        bytes = 0;
      }
      if (next >= lines.length) break;
    }
  } finally {
    stream.destroy();
  }
  if (batch.length > 0) yield Buffer.concat(batch);
}
