/** From a stored file to the bytes that a reader takes: gzip, zstd and ZIP are opened, what is in them is checked. */
import { unpackWhole } from "./compressed.ts";
import { newMeter, UNPACK_LIMITS, type UnpackLimits } from "./limits.ts";
import { readRange } from "./source.ts";
import { type TemporaryFile, temporaryFile } from "./temporary.ts";
import { type ByteSource, ReaderError } from "./types.ts";
import { label, readDirectory, unpackEntry, type ZipEntry } from "./zip.ts";

export interface OpenOptions {
  /** Of a ZIP archive: the entry's name, or a pattern with * for several of one kind. */
  entry?: string;
  limits?: Partial<UnpackLimits>;
  signal?: AbortSignal;
}

export interface Contents {
  source: ByteSource;
  /** How the file was wrapped, one sentence each. */
  evidence: string[];
  /** Gives the temporary file back, where there is one. To be called once all reading is over. */
  close(): Promise<void>;
}

const HEAD = 512;
const MAX_NAMED = 10;
/** Longest first line that entries are compared by. */
const MAX_HEADER = 1024 * 1024;

export type Magic =
  | "gzip"
  | "zstd"
  | "zip"
  | "parquet"
  | "office"
  | "bzip2"
  | "xz"
  | "7z"
  | "rar"
  | "tar"
  | "pdf"
  | "sqlite"
  | "image";

const MAGIC: [string, Magic][] = [
  ["1f8b", "gzip"],
  ["28b52ffd", "zstd"],
  ["504b0304", "zip"],
  ["504b0506", "zip"],
  ["50415231", "parquet"],
  ["d0cf11e0a1b11ae1", "office"],
  ["425a68", "bzip2"],
  ["fd377a585a00", "xz"],
  ["377abcaf271c", "7z"],
  ["526172211a07", "rar"],
  ["25504446", "pdf"],
  ["53514c69746520666f726d6174", "sqlite"],
  ["89504e47", "image"],
];
const ARCHIVES: ReadonlySet<Magic> = new Set(["gzip", "zstd", "zip", "bzip2", "xz", "7z", "rar", "tar"]);

/** What a file's first bytes say it is; null: text, or nothing known. */
export function magicOf(head: Buffer): Magic | null {
  const start = head.subarray(0, 16).toString("hex");
  const found = MAGIC.find(([bytes]) => start.startsWith(bytes));
  if (found !== undefined) return found[1];
  return head.length >= 262 && head.toString("latin1", 257, 262) === "ustar" ? "tar" : null;
}

/** Whether a ZIP archive is an Excel workbook. Throws for other office documents. */
function isWorkbook(entries: readonly ZipEntry[]): boolean {
  const names = new Set(entries.map((entry) => entry.name));
  if (names.has("[Content_Types].xml")) {
    if (names.has("xl/workbook.xml")) return true;
    const binary = names.has("xl/workbook.bin");
    if (binary || names.has("word/document.xml") || names.has("ppt/presentation.xml")) {
      throw new ReaderError(
        "unsupported_format",
        `the file is ${binary ? "a binary Excel workbook (xlsb)" : "an office document without tables of data"}`,
        "Save the table as xlsx or CSV.",
      );
    }
  }
  if (names.has("mimetype") && names.has("content.xml")) {
    throw new ReaderError(
      "unsupported_format",
      "the file is an OpenDocument file",
      "Save the table as xlsx or CSV.",
    );
  }
  return false;
}

function nested(outer: string, inner: string): ReaderError {
  return new ReaderError(
    "refused",
    `the ${outer} holds another archive (${inner})`,
    "Upload the inner file itself; archives within archives are not opened.",
  );
}

/**
 * Opens one layer of packing and checks it to its end; a file that is not packed is given as it is. Errors:
 * ReaderError damaged, too_large, refused, needs_choice, unsupported_format; AppError STORE_DOWN.
 */
export async function openContents(source: ByteSource, options: OpenOptions = {}): Promise<Contents> {
  const limits = { ...UNPACK_LIMITS, ...options.limits };
  const magic = magicOf(await readRange(source, 0, HEAD));
  if (magic === "gzip" || magic === "zstd") {
    const file = await unpackWhole(source, magic, limits, options.signal);
    return checked(file, async () => {
      const inside = magicOf(await readRange(file.source(), 0, HEAD));
      const workbook = inside === "zip" && isWorkbook(await readDirectory(file.source(), limits.entries));
      if (inside !== null && ARCHIVES.has(inside) && !workbook) throw nested(`${magic} file`, inside);
      return [
        `compressed with ${magic}: its first bytes say so; ${file.size()} bytes unpacked, checksum right`,
      ];
    });
  }
  if (magic === "zip") {
    const entries = await readDirectory(source, limits.entries);
    if (!isWorkbook(entries)) return openArchive(source, entries, options, limits);
  }
  return { source, evidence: [], close: async () => undefined };
}

async function checked(file: TemporaryFile, check: () => Promise<string[]>): Promise<Contents> {
  try {
    const evidence = await check();
    return { source: file.source(), evidence, close: () => file.close() };
  } catch (error) {
    await file.close();
    throw error;
  }
}

/** What operating systems add to archives, beside hidden files. */
function isClutter(entry: ZipEntry): boolean {
  return /(?:^|[\\/])(?:__MACOSX[\\/]|\.[^\\/]*$|Thumbs\.db$|desktop\.ini$)/i.test(entry.name);
}

function matches(name: string, pattern: string): boolean {
  if (!pattern.includes("*")) return name === pattern;
  const parts = pattern.split("*");
  if (!name.startsWith(parts[0]!)) return false;
  let at = parts[0]!.length;
  for (const part of parts.slice(1, -1)) {
    const found = name.indexOf(part, at);
    if (found < 0) return false;
    at = found + part.length;
  }
  const end = parts.at(-1)!;
  return name.length - at >= end.length && name.endsWith(end);
}

function list(entries: readonly ZipEntry[]): string {
  const shown = entries.slice(0, MAX_NAMED).map((entry) => label(entry.name));
  return shown.join(", ") + (entries.length > MAX_NAMED ? ` and ${entries.length - MAX_NAMED} more` : "");
}

function choose(entries: readonly ZipEntry[], wanted: string | undefined): ZipEntry[] {
  const useful = entries.filter((entry) => !isClutter(entry) && entry.size > 0);
  const chosen = wanted === undefined ? useful : entries.filter((entry) => matches(entry.name, wanted));
  if (chosen.length > 0) return [...chosen].sort((a, b) => (a.name < b.name ? -1 : 1));
  if (useful.length === 0) {
    throw new ReaderError("empty_file", "the ZIP archive holds no file with content", "Upload another one.");
  }
  throw new ReaderError(
    "needs_choice",
    `the ZIP archive has no entry ${label(wanted ?? "")}`,
    `Its entries are ${list(useful)}.`,
  );
}

async function openArchive(
  source: ByteSource,
  entries: readonly ZipEntry[],
  options: OpenOptions,
  limits: UnpackLimits,
): Promise<Contents> {
  const chosen = choose(entries, options.entry);
  const file = await temporaryFile();
  return checked(file, async () => {
    const meter = newMeter(source.size, limits, "the ZIP archive");
    if (chosen.length === 1) {
      const entry = chosen[0]!;
      await unpackEntry(source, entry, meter, async (chunk) => {
        options.signal?.throwIfAborted();
        await file.write(chunk);
      });
      await refuseNested(file, limits);
      return [`ZIP archive: entry ${label(entry.name)}, ${entry.size} bytes, checksum right`];
    }
    return join(source, chosen, file, meter, options.signal);
  });
}

async function refuseNested(file: TemporaryFile, limits: UnpackLimits): Promise<void> {
  const inside = magicOf(await readRange(file.source(), 0, HEAD));
  if (inside === null || !ARCHIVES.has(inside)) return;
  if (inside === "zip" && isWorkbook(await readDirectory(file.source(), limits.entries))) return;
  throw nested("ZIP archive", inside);
}

type Kind = "delimited or fixed-width text" | "lines of JSON" | "a JSON document" | "XML" | "binary";

function kindOf(head: Buffer): Kind {
  if (magicOf(head) !== null || head.includes(0)) return "binary";
  const text = head
    .toString("utf8")
    .replace(/^\ufeff/, "")
    .trimStart();
  if (text.startsWith("<")) return "XML";
  const line = text.split("\n", 1)[0]!.trim();
  if (text.startsWith("{"))
    return line.length < 2 || !line.endsWith("}") ? "a JSON document" : "lines of JSON";
  return /^\[\s*(?:[{[]|$)/.test(text) ? "a JSON document" : "delimited or fixed-width text";
}

/** Entries of one kind become one text: lines of JSON as they are, tables under the header of the first. */
async function join(
  source: ByteSource,
  chosen: readonly ZipEntry[],
  file: TemporaryFile,
  meter: (chunk: Uint8Array) => void,
  signal?: AbortSignal,
): Promise<string[]> {
  const evidence: string[] = [];
  let kind: Kind | null = null;
  let header: string | null = null;
  let endsLine = true;
  for (const entry of chosen) {
    const first = kind === null;
    let head: Buffer | null = Buffer.alloc(0);
    const start = file.size();
    const write = async (chunk: Buffer): Promise<void> => {
      if (chunk.length === 0) return;
      await file.write(chunk);
      endsLine = chunk[chunk.length - 1] === 10 || chunk[chunk.length - 1] === 13;
    };
    const open = async (): Promise<void> => {
      const bytes = head!;
      head = null;
      kind ??= requireJoinable(kindOf(bytes.subarray(0, 4096)), chosen);
      if (kindOf(bytes.subarray(0, 4096)) !== kind) throw mixed(chosen, entry);
      if (!endsLine) await write(Buffer.from("\n"));
      const bom = bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf ? 3 : 0;
      const body = first ? bytes : bytes.subarray(bom);
      if (kind === "lines of JSON") return write(body);
      const line = firstLine(bytes.subarray(bom));
      header ??= line.text;
      if (line.text !== header) throw otherHeader(entry, chosen[0]!);
      await write(first ? body : body.subarray(line.length));
    };
    await unpackEntry(source, entry, meter, async (chunk) => {
      signal?.throwIfAborted();
      if (head === null) return write(chunk);
      head = Buffer.concat([head, chunk]);
      if (head.length >= 4096 && (head.includes(10) || head.length > MAX_HEADER)) await open();
    });
    if (head !== null) await open();
    if (evidence.length < MAX_NAMED)
      evidence.push(`entry ${label(entry.name)} begins at byte ${start} of the joined text`);
  }
  const how = kind === "lines of JSON" ? "" : " under the header line that they share";
  return [`ZIP archive: ${chosen.length} entries of ${kind ?? "one kind"} joined${how}`, ...evidence];
}

function firstLine(bytes: Buffer): { text: string; length: number } {
  const end = bytes.indexOf(10);
  const length = end < 0 ? bytes.length : end + 1;
  return { text: bytes.toString("utf8", 0, length).trimEnd(), length };
}

function requireJoinable(kind: Kind, chosen: readonly ZipEntry[]): Kind {
  if (kind === "delimited or fixed-width text" || kind === "lines of JSON") return kind;
  throw new ReaderError(
    "needs_choice",
    `the ZIP archive holds ${chosen.length} files, and files of this kind (${kind}) are not joined`,
    `Choose one with the option entry: ${list(chosen)}.`,
  );
}

function mixed(chosen: readonly ZipEntry[], entry: ZipEntry): ReaderError {
  return new ReaderError(
    "needs_choice",
    `the files of the ZIP archive are not of one kind: ${label(entry.name)} differs from ${label(chosen[0]!.name)}`,
    `Choose with the option entry, by name or by a pattern such as *.csv: ${list(chosen)}.`,
  );
}

function otherHeader(entry: ZipEntry, first: ZipEntry): ReaderError {
  return new ReaderError(
    "needs_choice",
    `the first line of ${label(entry.name)} is not that of ${label(first.name)}, so they are not one table`,
    "Choose one with the option entry, or upload the files apart.",
  );
}

/** So many different control characters in a text are none. One is often a delimiter. */
const MANY_CONTROLS = 8;
const CONTROL_SHARE = 0.01;
const TEXT_CONTROLS = new Set([0x09, 0x0a, 0x0b, 0x0c, 0x0d, 0x1a, 0x1b]);

/** Bytes that are no text in any encoding: a program, a picture, a database, a file of a format unknown here. */
export function isBinary(head: Buffer): boolean {
  const seen = new Set<number>();
  let count = 0;
  for (const byte of head) {
    if (byte >= 0x20 || TEXT_CONTROLS.has(byte)) continue;
    seen.add(byte);
    count++;
  }
  return seen.size >= MANY_CONTROLS && count > head.length * CONTROL_SHARE;
}
