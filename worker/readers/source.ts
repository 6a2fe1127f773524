/** Byte sources: a file on disk, and bytes in memory. */
import { createReadStream } from "node:fs";
import { stat } from "node:fs/promises";
import { Readable } from "node:stream";
import { type ByteSource, ReaderError } from "./types.ts";

/** Large enough to read fast, small enough for the processor's cache. */
const CHUNK_BYTES = 256 * 1024;

/** A source over a regular file. Throws ReaderError `unreadable` where there is none. */
export async function fileSource(path: string): Promise<ByteSource> {
  const info = await stat(path).catch((cause: unknown) => {
    throw new ReaderError(
      "unreadable",
      `cannot read ${path}`,
      "Check that the file exists and may be read.",
      {
        cause,
      },
    );
  });
  if (!info.isFile()) {
    throw new ReaderError("unreadable", `${path} is not a regular file`, "Give the path of one file.");
  }
  return {
    size: info.size,
    open: (start = 0, end = info.size) =>
      end <= start
        ? Readable.from([])
        : createReadStream(path, { start, end: end - 1, highWaterMark: CHUNK_BYTES }),
  };
}

/** A source over bytes in memory, cut into chunks of `chunkBytes`. */
export function bufferSource(bytes: Uint8Array, chunkBytes = CHUNK_BYTES): ByteSource {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return {
    size: buffer.length,
    open: (start = 0, end = buffer.length) =>
      Readable.from(chunksOf(buffer.subarray(start, end), chunkBytes)),
  };
}

function* chunksOf(buffer: Buffer, size: number): Generator<Buffer> {
  for (let at = 0; at < buffer.length; at += size) yield buffer.subarray(at, at + size);
}

/** At most `bytes` from `start` on. The stream is closed before returning. */
export async function readRange(source: ByteSource, start: number, bytes: number): Promise<Buffer> {
  const end = source.size === null ? start + bytes : Math.min(source.size, start + bytes);
  if (end <= start) return Buffer.alloc(0);
  const stream = await source.open(start, end);
  const parts: Buffer[] = [];
  let length = 0;
  try {
    for await (const chunk of stream) {
      const part = chunk as Buffer;
      parts.push(part);
      length += part.length;
      if (length >= bytes) break;
    }
  } catch (cause) {
    throw new ReaderError("unreadable", "the file could not be read", "Upload it again.", { cause });
  } finally {
    stream.destroy();
  }
  return Buffer.concat(parts).subarray(0, bytes);
}
