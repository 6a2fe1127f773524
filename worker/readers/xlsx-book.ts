/** A workbook's parts other than its sheets' cells: which sheets there are, shared texts, styles. */
import { newMeter, UNPACK_LIMITS } from "./limits.ts";
import { type MarkupHandler, markupReader } from "./markup.ts";
import { readRange } from "./source.ts";
import { type TextStore, textStore } from "./text-store.ts";
import { type ByteSource, ReaderError } from "./types.ts";
import { type DateKind, kindOfFormat } from "./xlsx-styles.ts";
import { readDirectory, unpackEntry, type ZipEntry } from "./zip.ts";

const MAX_SHEETS = 10_000;
const MAX_STYLES = 100_000;

export interface Sheet {
  name: string;
  visible: boolean;
  entry: ZipEntry;
}

export interface Workbook {
  source: ByteSource;
  sheets: Sheet[];
  since1904: boolean;
  /** By a cell's style number. */
  dates: (DateKind | null)[];
  /** Part of the shared texts, where there are any. */
  texts: ZipEntry | null;
}

/** An element's name without its namespace's prefix: some writers prefix everything. */
export function local(name: string): string {
  const colon = name.indexOf(":");
  return colon < 0 ? name : name.slice(colon + 1);
}

/** Reads a part of the workbook as events; `pause` is awaited after each piece. */
export async function readPart(
  source: ByteSource,
  entry: ZipEntry,
  handler: MarkupHandler,
  pause?: () => Promise<void> | undefined,
): Promise<void> {
  const reader = markupReader(`the workbook's part ${JSON.stringify(entry.name.slice(0, 100))}`, handler);
  const decoder = new TextDecoder("utf-8");
  const meter = newMeter(source.size, UNPACK_LIMITS, "the workbook");
  await unpackEntry(source, entry, meter, (chunk) => {
    reader.write(decoder.decode(chunk, { stream: true }));
    return pause?.();
  });
  reader.write(decoder.decode());
  reader.end();
}

const ignore = (): void => undefined;

/** Targets of relations, by their number. */
async function relations(source: ByteSource, entry: ZipEntry | undefined): Promise<Map<string, string>> {
  const found = new Map<string, string>();
  if (entry === undefined) return found;
  const open = (name: string, attributes: Record<string, string>): void => {
    if (local(name) !== "Relationship" || attributes.TargetMode === "External") return;
    const target = attributes.Target ?? "";
    // Targets are names of entries, never paths: what is not in the archive is not there.
    found.set(attributes.Id ?? "", target.startsWith("/") ? target.slice(1) : `xl/${target}`);
  };
  await readPart(source, entry, { open, close: ignore, text: ignore });
  return found;
}

async function readStyles(source: ByteSource, entry: ZipEntry | undefined): Promise<(DateKind | null)[]> {
  const codes = new Map<number, string>();
  const dates: (DateKind | null)[] = [];
  if (entry === undefined) return dates;
  let inCells = false;
  await readPart(source, entry, {
    open: (name, attributes) => {
      const kind = local(name);
      if (kind === "cellXfs") inCells = true;
      else if (kind === "numFmt" && codes.size < MAX_STYLES)
        codes.set(Number(attributes.numFmtId), attributes.formatCode ?? "");
      else if (kind === "xf" && inCells && dates.length < MAX_STYLES)
        dates.push(kindOfFormat(Number(attributes.numFmtId ?? 0), codes));
    },
    close: (name) => {
      if (local(name) === "cellXfs") inCells = false;
    },
    text: ignore,
  });
  return dates;
}

/** Errors: ReaderError damaged, refused, unsupported_format. */
export async function openWorkbook(source: ByteSource): Promise<Workbook> {
  const entries = await readDirectory(source);
  const byName = new Map(entries.map((entry) => [entry.name.toLowerCase(), entry]));
  const part = (name: string | undefined): ZipEntry | undefined => byName.get((name ?? "").toLowerCase());
  const book = part("xl/workbook.xml");
  if (book === undefined) {
    throw new ReaderError(
      "unsupported_format",
      "the file is no Excel workbook (xlsx)",
      "Save it as xlsx or CSV.",
    );
  }
  const targets = await relations(source, part("xl/_rels/workbook.xml.rels"));
  const sheets: Sheet[] = [];
  let since1904 = false;
  await readPart(source, book, {
    open: (name, attributes) => {
      if (local(name) === "workbookPr") since1904 = /^(?:1|true)$/.test(attributes.date1904 ?? "");
      if (local(name) !== "sheet" || sheets.length >= MAX_SHEETS) return;
      const id = Object.entries(attributes).find(([key]) => local(key) === "id" && key !== "id")?.[1];
      // Chart sheets and macros have no cells.
      const entry = part(targets.get(id ?? ""));
      if (entry?.name.toLowerCase().includes("worksheets/"))
        sheets.push({
          name: attributes.name ?? "",
          visible: (attributes.state ?? "visible") === "visible",
          entry,
        });
    },
    close: ignore,
    text: ignore,
  });
  if (sheets.length === 0) {
    throw new ReaderError(
      "damaged",
      "the workbook has no worksheet",
      "Add a sheet with a table, or save the table as CSV.",
    );
  }
  const dates = await readStyles(source, part("xl/styles.xml"));
  return { source, sheets, since1904, dates, texts: part("xl/sharedstrings.xml") ?? null };
}

/** The texts that cells refer to by number. To be closed. */
export async function readTexts(book: Workbook): Promise<TextStore> {
  const store = await textStore();
  if (book.texts === null) return store;
  let text = "";
  let within = false;
  let phonetic = 0;
  const ready: string[] = [];
  const keep = async (): Promise<void> => {
    for (const one of ready.splice(0)) await store.add(one);
  };
  try {
    await readPart(
      book.source,
      book.texts,
      {
        open: (name) => {
          const kind = local(name);
          if (kind === "si") text = "";
          else if (kind === "rPh") phonetic++;
          else if (kind === "t") within = phonetic === 0;
        },
        close: (name) => {
          const kind = local(name);
          if (kind === "t") within = false;
          else if (kind === "rPh") phonetic--;
          else if (kind === "si") ready.push(text);
        },
        text: (piece) => {
          if (within) text += piece;
        },
      },
      keep,
    );
    await keep();
    await store.seal();
    return store;
  } catch (error) {
    await store.close();
    throw error;
  }
}

/** An old or encrypted office document, told apart by the names in its directory. */
export async function refuseOffice(source: ByteSource): Promise<never> {
  const head = await readRange(source, 0, 512);
  const sector = head.length >= 52 ? 2 ** Math.min(head.readUInt16LE(30), 16) : 512;
  const at = head.length >= 52 ? (head.readUInt32LE(48) + 1) * sector : 0;
  const directory = await readRange(source, at, 16 * 1024);
  if (directory.includes(Buffer.from("EncryptedPackage", "utf16le"))) {
    throw new ReaderError(
      "refused",
      "the workbook is encrypted with a password",
      "Save it without a password, and upload that.",
    );
  }
  throw new ReaderError(
    "unsupported_format",
    "the file is an old office document (xls)",
    "Save it as xlsx or CSV.",
  );
}
