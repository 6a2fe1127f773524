/** Files that only this process sees: unpacked bytes lie there while they are read. */
import { randomUUID } from "node:crypto";
import { type FileHandle, open, unlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { Readable } from "node:stream";
import { AppError } from "../../lib/errors.ts";
import type { ByteSource } from "./types.ts";

const CHUNK_BYTES = 256 * 1024;

export interface TemporaryFile {
  /** Bytes written so far. */
  size(): number;
  write(chunk: Uint8Array): Promise<void>;
  /** What is written by now, as a source. It cannot be opened any more after close(). */
  source(): ByteSource;
  /** Bytes [start, end). */
  read(start: number, end: number): Promise<Buffer>;
  close(): Promise<void>;
}

function noRoom(cause: unknown): AppError {
  return new AppError("STORE_DOWN", "the worker's temporary folder cannot be written to", {
    hint: "Check the free space of TMPDIR; loads wait and go on by themselves.",
    cause,
  });
}

/** A new file without a name: it goes away with the process, however that ends. Errors: AppError STORE_DOWN. */
export async function temporaryFile(): Promise<TemporaryFile> {
  const name = path.join(tmpdir(), `cadastre-${randomUUID()}`);
  let handle: FileHandle;
  try {
    handle = await open(name, "wx+", 0o600);
    await unlink(name);
  } catch (cause) {
    throw noRoom(cause);
  }
  let size = 0;
  async function* chunks(from: number, to: number): AsyncGenerator<Buffer> {
    for (let at = from; at < to; ) {
      const buffer = Buffer.allocUnsafeSlow(Math.min(CHUNK_BYTES, to - at));
      const { bytesRead } = await handle.read(buffer, 0, buffer.length, at);
      if (bytesRead === 0) return;
      yield buffer.subarray(0, bytesRead);
      at += bytesRead;
    }
  }
  return {
    size: () => size,
    async write(chunk) {
      try {
        // Each turn writes at least a byte, or fails.
        for (let at = 0; at < chunk.length; ) {
          const { bytesWritten } = await handle.write(chunk, at, chunk.length - at, size);
          at += bytesWritten;
          size += bytesWritten;
        }
      } catch (cause) {
        throw noRoom(cause);
      }
    },
    source: () => ({
      size,
      open: (start = 0, end = size) =>
        Readable.from(chunks(start, Math.min(end, size)), { objectMode: false, highWaterMark: CHUNK_BYTES }),
    }),
    async read(start, end) {
      const buffer = Buffer.allocUnsafe(Math.max(0, end - start));
      const { bytesRead } = await handle.read(buffer, 0, buffer.length, start);
      return buffer.subarray(0, bytesRead);
    },
    close: () => handle.close(),
  };
}
