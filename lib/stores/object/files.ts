/** Files under the data directory. A file appears under its key only when it is whole and on the disk. */
import { randomBytes } from "node:crypto";
import { constants, createReadStream, createWriteStream } from "node:fs";
import { access, mkdir, open, rename, rm, stat } from "node:fs/promises";
import path from "node:path";
import type { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { AppError } from "../../errors.ts";
import { measure } from "./measure.ts";
import type { ObjectStore } from "./types.ts";

// Keys are made by the server, never by people; this is the second lock on the door.
const KEY = /^[a-z0-9][a-z0-9_-]*(\/[a-z0-9][a-z0-9._-]*)+$/;
const READ_CHUNK_BYTES = 1024 * 1024;

function notFound(key: string): AppError {
  return new AppError("NOT_FOUND", `no object ${key}`, {
    hint: "It was removed, or the store is another one.",
  });
}

/** Forces a finished file, and then its name, to the disk. */
async function sync(file: string): Promise<void> {
  const handle = await open(file, "r");
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

export function createFileStore(root: string): ObjectStore {
  const locate = (key: string): string => {
    if (!KEY.test(key))
      throw new AppError("INVALID_KEY", "not an object key", { hint: "Keys are made by the server." });
    return path.join(root, key);
  };
  return {
    kind: "files",
    async put(key, body, { maxBytes }) {
      const target = locate(key);
      await mkdir(path.dirname(target), { recursive: true });
      const part = `${target}.${randomBytes(6).toString("hex")}.part`;
      const meter = measure(maxBytes);
      try {
        await pipeline(body, meter.stream, createWriteStream(part, { mode: 0o600 }));
        await sync(part);
        await rename(part, target);
        await sync(path.dirname(target));
        return meter.result();
      } catch (error) {
        await rm(part, { force: true });
        throw error;
      }
    },
    async open(key, start = 0, end): Promise<Readable> {
      const file = locate(key);
      const found = await stat(file).catch(() => null);
      if (!found) throw notFound(key);
      const last = Math.min(end ?? found.size, found.size) - 1;
      if (last < start) return createReadStream("/dev/null");
      return createReadStream(file, { start, end: last, highWaterMark: READ_CHUNK_BYTES });
    },
    async size(key) {
      const found = await stat(locate(key)).catch(() => null);
      return found?.size ?? null;
    },
    async remove(key) {
      await rm(locate(key), { force: true });
    },
    async check() {
      try {
        await mkdir(root, { recursive: true });
        await access(root, constants.W_OK);
      } catch (error) {
        throw new AppError("STORE_DOWN", `the file store ${root} cannot be written`, {
          hint: "Check the disk and the rights on CADASTRE_HOME.",
          cause: error,
        });
      }
    },
  };
}
