/** ZIP archives: their directory read by ranges, entries unpacked and checked against it. Names are labels only. */
import { crc32 } from "node:zlib";
import { type Compression, damaged, inflate } from "./compressed.ts";
import { type Meter, UNPACK_LIMITS } from "./limits.ts";
import { readRange } from "./source.ts";
import { type ByteSource, ReaderError } from "./types.ts";

const END = 0x06054b50;
const END64 = 0x06064b50;
const LOCATOR64 = 0x07064b50;
const CENTRAL = 0x02014b50;
const LOCAL = 0x04034b50;
const MAX_COMMENT = 65_535;
const MAX_DIRECTORY_BYTES = 16 * 1024 * 1024;
const METHODS: Record<number, Compression | "stored"> = { 0: "stored", 8: "deflate", 93: "zstd" };

export interface ZipEntry {
  /** As the archive spells it. Never used as a path. */
  name: string;
  method: number;
  encrypted: boolean;
  crc: number;
  compressedSize: number;
  size: number;
  offset: number;
}

function broken(why: string, cause?: unknown): ReaderError {
  return new ReaderError(
    "damaged",
    `the ZIP archive is damaged: ${why}`,
    "Upload it again, whole, or make it anew.",
    { cause },
  );
}

/** A name that is safe to show. */
export function label(name: string): string {
  const shown = name.replace(/\p{C}/gu, "?");
  return JSON.stringify(shown.length > 120 ? `${shown.slice(0, 117)}...` : shown);
}

interface Directory {
  offset: number;
  size: number;
  count: number;
}

async function findDirectory(source: ByteSource, size: number): Promise<Directory> {
  const tailAt = Math.max(0, size - MAX_COMMENT - 22);
  const tail = await readRange(source, tailAt, size - tailAt);
  let at = tail.length - 22;
  for (; at >= 0; at--) {
    if (tail.readUInt32LE(at) === END && at + 22 + tail.readUInt16LE(at + 20) === tail.length) break;
  }
  if (at < 0) throw broken("its directory, which stands at the end, is missing");
  const found = {
    count: tail.readUInt16LE(at + 10),
    size: tail.readUInt32LE(at + 12),
    offset: tail.readUInt32LE(at + 16),
  };
  const wide = found.count === 0xffff || found.size === 0xffffffff || found.offset === 0xffffffff;
  if (!wide || at < 20 || tail.readUInt32LE(at - 20) !== LOCATOR64) return found;
  const end64 = await readRange(source, Number(tail.readBigUInt64LE(at - 20 + 8)), 56);
  if (end64.length < 56 || end64.readUInt32LE(0) !== END64) throw broken("its ZIP64 directory is missing");
  return {
    count: Number(end64.readBigUInt64LE(32)),
    size: Number(end64.readBigUInt64LE(40)),
    offset: Number(end64.readBigUInt64LE(48)),
  };
}

/** The sizes and the offset that do not fit 32 bits stand in an extra field, in this order. */
function widen(entry: ZipEntry, extra: Buffer): void {
  for (let at = 0; at + 4 <= extra.length; ) {
    const length = extra.readUInt16LE(at + 2);
    const body = extra.subarray(at + 4, at + 4 + length);
    if (extra.readUInt16LE(at) === 1) {
      let from = 0;
      const take = (): number => {
        if (from + 8 > body.length) throw broken("an entry's ZIP64 sizes are missing");
        from += 8;
        return Number(body.readBigUInt64LE(from - 8));
      };
      if (entry.size === 0xffffffff) entry.size = take();
      if (entry.compressedSize === 0xffffffff) entry.compressedSize = take();
      if (entry.offset === 0xffffffff) entry.offset = take();
    }
    at += 4 + length;
  }
}

/** The archive's files, folders apart. Errors: ReaderError damaged, too_large. */
export async function readDirectory(
  source: ByteSource,
  maxEntries = UNPACK_LIMITS.entries,
): Promise<ZipEntry[]> {
  const size = source.size;
  if (size === null)
    throw new ReaderError("unreadable", "a ZIP archive needs a known size", "Store it first.");
  const directory = await findDirectory(source, size);
  if (directory.count > maxEntries || directory.size > MAX_DIRECTORY_BYTES) {
    throw new ReaderError(
      "too_large",
      `the ZIP archive has ${directory.count} entries, more than ${maxEntries}`,
      "Upload several smaller archives.",
    );
  }
  if (directory.offset + directory.size > size) throw broken("its directory points behind its end");
  const bytes = await readRange(source, directory.offset, directory.size);
  const entries: ZipEntry[] = [];
  let at = 0;
  for (let n = 0; n < directory.count; n++) {
    if (at + 46 > bytes.length || bytes.readUInt32LE(at) !== CENTRAL)
      throw broken("its directory breaks off");
    const nameLength = bytes.readUInt16LE(at + 28);
    const extraLength = bytes.readUInt16LE(at + 30);
    const flags = bytes.readUInt16LE(at + 8);
    const entry: ZipEntry = {
      // Some writers part folders as Windows does.
      name: bytes
        .toString((flags & 0x800) !== 0 ? "utf8" : "latin1", at + 46, at + 46 + nameLength)
        .replaceAll("\\", "/"),
      method: bytes.readUInt16LE(at + 10),
      encrypted: (flags & 1) !== 0,
      crc: bytes.readUInt32LE(at + 16),
      compressedSize: bytes.readUInt32LE(at + 20),
      size: bytes.readUInt32LE(at + 24),
      offset: bytes.readUInt32LE(at + 42),
    };
    widen(entry, bytes.subarray(at + 46 + nameLength, at + 46 + nameLength + extraLength));
    at += 46 + nameLength + extraLength + bytes.readUInt16LE(at + 32);
    if (!entry.name.endsWith("/")) entries.push(entry);
  }
  refuseOverlaps(entries, directory.offset);
  return entries;
}

/** Entries that share bytes unpack the same data many times over: no tool writes them but to harm. */
function refuseOverlaps(entries: readonly ZipEntry[], end: number): void {
  const sorted = [...entries].sort((a, b) => a.offset - b.offset);
  for (const [i, entry] of sorted.entries()) {
    const next = sorted[i + 1]?.offset ?? end;
    if (entry.offset + 30 + entry.compressedSize > next) {
      throw broken(`entry ${label(entry.name)} overlaps what follows it`);
    }
  }
}

/** Unpacks one entry into `sink`. Errors: ReaderError damaged, refused; what `meter` and `sink` throw. */
export async function unpackEntry(
  source: ByteSource,
  entry: ZipEntry,
  meter: Meter,
  sink: (chunk: Buffer) => Promise<void> | void,
): Promise<void> {
  const what = `entry ${label(entry.name)} of the ZIP archive`;
  if (entry.encrypted) {
    throw new ReaderError("refused", `${what} is encrypted`, "Make the archive without a password.");
  }
  const method = METHODS[entry.method];
  if (method === undefined) {
    throw new ReaderError(
      "unsupported_format",
      `${what} is compressed by method ${entry.method}`,
      "Make the archive with the deflate method.",
    );
  }
  const head = await readRange(source, entry.offset, 30);
  if (head.length < 30 || head.readUInt32LE(0) !== LOCAL) throw broken(`${what} is not where it should be`);
  const start = entry.offset + 30 + head.readUInt16LE(26) + head.readUInt16LE(28);
  let crc = 0;
  let out = 0;
  const take = async (chunk: Buffer): Promise<void> => {
    meter(chunk);
    out += chunk.length;
    if (out > entry.size) throw broken(`${what} is longer than the archive says`);
    crc = crc32(chunk, crc);
    await sink(chunk);
  };
  const stream = await source.open(start, start + entry.compressedSize);
  try {
    if (method === "stored") for await (const chunk of stream) await take(chunk as Buffer);
    else await inflate(stream as AsyncIterable<Buffer>, method, take);
  } catch (error) {
    throw damaged(error, what);
  } finally {
    stream.destroy();
  }
  if (out !== entry.size) throw broken(`${what} breaks off`);
  if (crc !== entry.crc) throw broken(`${what} has a wrong checksum`);
}
