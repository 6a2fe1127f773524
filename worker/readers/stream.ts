/** A source's bytes as UTF-8 chunks, byte order mark and footnote lines off, whatever its encoding. */
import { readRange } from "./source.ts";
import { type ByteSource, type Dialect, ReaderError } from "./types.ts";

/** How much of the file's end is searched for footnote lines. */
export const FOOTNOTE_SEARCH_BYTES = 1024 * 1024;
/** Most footnote lines that can be declared. */
export const MAX_FOOTNOTE_LINES = 1000;

export interface Utf8Stream {
  chunks: AsyncIterable<Buffer>;
  /** True where the bytes came through as they are: then they must still be checked for valid UTF-8. */
  direct: boolean;
}

/** Encodings whose bytes the byte loops can take unchanged. */
export function isUtf8Label(encoding: string): boolean {
  return encoding === "utf-8" || encoding === "ascii" || encoding === "us-ascii";
}

/** The label TextDecoder knows for `encoding`. Throws ReaderError `unsupported_encoding`. */
export function canonicalEncoding(encoding: string): string {
  const label = encoding.trim().toLowerCase().replaceAll("_", "-");
  // Names that other tools use and the encoding standard does not know.
  const known: Record<string, string> = {
    cp949: "euc-kr",
    cp932: "shift_jis",
    cp936: "gbk",
    "utf-8-sig": "utf-8",
    utf8: "utf-8",
  };
  const name =
    known[label] ?? label.replace(/^cp(125\d|866)$/, "windows-$1").replace("windows-866", "ibm866");
  if (isUtf8Label(name)) return "utf-8";
  // The web's "iso-8859-1" is windows-1252; what only latin-1 has (C1 controls) no table of data has.
  try {
    return new TextDecoder(name).encoding;
  } catch (cause) {
    throw new ReaderError(
      "unsupported_encoding",
      `encoding ${JSON.stringify(encoding)} is not known`,
      "Name it as the WHATWG encoding standard does, for example utf-8, utf-16le, windows-1252 or shift_jis.",
      { cause },
    );
  }
}

/** Opens the whole source as UTF-8. Chunks are never empty. */
export async function openUtf8(
  source: ByteSource,
  dialect: Dialect,
  signal?: AbortSignal,
): Promise<Utf8Stream> {
  const encoding = canonicalEncoding(dialect.encoding);
  const end = await dataEnd(source, dialect);
  const stream = await source.open(0, end ?? undefined);
  const direct = isUtf8Label(encoding);
  const bytes = guarded(stream as AsyncIterable<Buffer>, () => stream.destroy(), signal);
  return { direct, chunks: direct ? withoutBom(bytes) : transcoded(bytes, encoding) };
}

async function* guarded(
  stream: AsyncIterable<Buffer>,
  close: () => void,
  signal?: AbortSignal,
): AsyncGenerator<Buffer> {
  try {
    for await (const chunk of stream) {
      signal?.throwIfAborted();
      yield chunk;
    }
  } catch (cause) {
    if (cause instanceof ReaderError || signal?.aborted) throw cause;
    throw new ReaderError("unreadable", "the file could not be read to its end", "Upload it again.", {
      cause,
    });
  } finally {
    close();
  }
}

const BOM = Buffer.from([0xef, 0xbb, 0xbf]);

async function* withoutBom(chunks: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  let head: Buffer | null = Buffer.alloc(0);
  for await (const chunk of chunks) {
    if (head === null) {
      if (chunk.length > 0) yield chunk;
      continue;
    }
    head = head.length === 0 ? chunk : Buffer.concat([head, chunk]);
    if (head.length < BOM.length) continue;
    const rest: Buffer = head.subarray(0, BOM.length).equals(BOM) ? head.subarray(BOM.length) : head;
    head = null;
    if (rest.length > 0) yield rest;
  }
  if (head !== null && head.length > 0) yield head;
}

async function* transcoded(chunks: AsyncIterable<Buffer>, encoding: string): AsyncGenerator<Buffer> {
  const decoder = new TextDecoder(encoding);
  for await (const chunk of chunks) {
    const text = decoder.decode(chunk, { stream: true });
    if (text !== "") yield Buffer.from(text, "utf8");
  }
  const rest = decoder.decode();
  if (rest !== "") yield Buffer.from(rest, "utf8");
}

/** Byte offset behind the last record where footnote lines are declared; null for the source's end. */
export async function dataEnd(source: ByteSource, dialect: Dialect): Promise<number | null> {
  const lines = Math.min(dialect.footnoteLines, MAX_FOOTNOTE_LINES);
  if (lines <= 0 || source.size === null) return null;
  const start = Math.max(0, source.size - FOOTNOTE_SEARCH_BYTES);
  const tail = await readRange(source, start, source.size - start);
  const wide = dialect.encoding.startsWith("utf-16");
  const little = dialect.encoding !== "utf-16be";
  const ender = dialect.recordTerminator === "\r" ? 13 : 10;
  const step = wide ? 2 : 1;
  // Offsets of line ends count from the file's start, where code units are aligned.
  let at = tail.length - ((tail.length + start) % step);
  let left = lines;
  let blank = true;
  for (at -= step; at >= 0; at -= step) {
    const unit = wide ? (little ? tail.readUInt16LE(at) : tail.readUInt16BE(at)) : tail[at]!;
    if (unit === ender) {
      // Line ends at the file's very end close the last footnote (blank lines there are none).
      if (blank) continue;
      left--;
      blank = true;
      if (left === 0) return start + at + step;
    } else if (unit !== 13 && unit !== 10 && unit !== 32) blank = false;
  }
  return null;
}
