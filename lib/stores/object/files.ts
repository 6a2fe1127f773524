/** Files under the data directory. A file appears under its key only when it is whole and on the disk. */
import { randomUUID } from "node:crypto";
import { constants, createReadStream } from "node:fs";
import { access, type FileHandle, mkdir, open, readdir, rename, rm, stat, writeFile } from "node:fs/promises";
import path from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { AppError } from "../../errors.ts";
import { codeOf } from "./codes.ts";
import { notFound, requireKey } from "./keys.ts";
import { exactly, measure } from "./measure.ts";
import type { ObjectStore } from "./types.ts";

const READ_CHUNK_BYTES = 1024 * 1024;
/** Unfinished files lie here, where no key can reach; within the root, so that renaming is one step. */
const PARTS = ".parts";
/** Says that the folder is the store: an empty one in its place (a disk that is not mounted) is not taken for it. */
const MARK = ".cadastre-store";

/** A full or broken disk, missing rights: somebody has to see to it, and loads wait until then. */
function down(error: unknown): AppError {
  if (error instanceof AppError) return error;
  return new AppError("STORE_DOWN", `the file store does not work (${codeOf(error) || "unknown error"})`, {
    hint: "Check the disk's free space and the rights on CADASTRE_HOME; loads wait and go on by themselves.",
    cause: error,
  });
}

async function guarded<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw down(error);
  }
}

/** Forces a folder's names to the disk. */
async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, "r");
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** Makes a folder that survives a crash: each new name is forced to the disk in the folder above it. */
async function makeFolder(folder: string): Promise<void> {
  const first = await mkdir(folder, { recursive: true });
  if (first === undefined) return;
  // From the folder down to above the first new one; as many turns as a key has parts.
  for (let at = folder; at.length >= first.length; at = path.dirname(at)) await syncFolder(path.dirname(at));
}

async function writeAll(handle: FileHandle, body: AsyncIterable<Buffer>): Promise<void> {
  for await (const chunk of body) await guarded(() => handle.writeFile(chunk));
  await guarded(() => handle.sync());
}

async function sizeOf(file: string): Promise<number | null> {
  try {
    const found = await stat(file);
    return found.isFile() ? found.size : null;
  } catch (error) {
    if (codeOf(error) === "ENOENT" || codeOf(error) === "ENOTDIR") return null;
    throw down(error);
  }
}

export function createFileStore(root: string): ObjectStore {
  const locate = (key: string): string => {
    requireKey(key);
    return path.join(root, key);
  };
  const parts = path.join(root, PARTS);
  const mark = path.join(root, MARK);
  let known = false;
  /** The store as it is: it is made by check alone, and once it was seen never again in another folder's place. */
  const requireStore = async (make = false): Promise<void> => {
    try {
      await stat(mark);
    } catch (error) {
      if (known || !make) throw error;
      await makeFolder(root);
      await writeFile(mark, "", { flag: "a", mode: 0o600 });
    }
    known = true;
  };
  const find = async (key: string): Promise<number | null> => {
    const size = await sizeOf(locate(key));
    if (size === null) await guarded(() => requireStore());
    return size;
  };
  return {
    kind: "files",
    async put(key, body, { maxBytes }) {
      const target = locate(key);
      const part = path.join(parts, randomUUID());
      const meter = measure(maxBytes);
      let handle: FileHandle | null = null;
      try {
        handle = await guarded(async () => {
          await requireStore();
          await makeFolder(parts);
          await makeFolder(path.dirname(target));
          return open(part, "wx", 0o600);
        });
        const file = handle;
        await pipeline(body, meter.stream, (source: AsyncIterable<Buffer>) => writeAll(file, source));
        await guarded(async () => {
          await file.close();
          handle = null;
          await rename(part, target);
          await syncFolder(path.dirname(target));
        });
        return meter.result();
      } catch (error) {
        body.destroy();
        await handle?.close().catch(() => undefined);
        await rm(part, { force: true }).catch(() => undefined);
        throw error;
      }
    },
    async open(key, start = 0, end): Promise<Readable> {
      const file = locate(key);
      const size = await find(key);
      if (size === null) throw notFound(key);
      const stop = Math.min(end ?? size, size);
      if (stop <= start) return Readable.from([], { objectMode: false });
      const stream = createReadStream(file, { start, end: stop - 1, highWaterMark: READ_CHUNK_BYTES });
      return Readable.from(exactly(stream, stop - start, down), { objectMode: false, highWaterMark: 1 });
    },
    async size(key) {
      return find(key);
    },
    async remove(key) {
      const file = locate(key);
      await guarded(() => rm(file, { force: true }));
    },
    async sweep(olderThanMs) {
      return guarded(() => sweepParts(parts, Date.now() - olderThanMs));
    },
    async check() {
      await guarded(async () => {
        await requireStore(true);
        await access(root, constants.W_OK);
      });
    },
  };
}

async function sweepParts(parts: string, before: number): Promise<number> {
  const names = await readdir(parts).catch(() => []);
  let removed = 0;
  for (const name of names) {
    const file = path.join(parts, name);
    const found = await stat(file).catch(() => null);
    if (found === null || found.mtimeMs > before) continue;
    await rm(file, { force: true });
    removed++;
  }
  return removed;
}
