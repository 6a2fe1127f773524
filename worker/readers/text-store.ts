/** Numbered texts that may be too many for memory: the first ones stay there, the rest lie in a temporary file. */
import { type TemporaryFile, temporaryFile } from "./temporary.ts";
import { ReaderError } from "./types.ts";

const PAGE_BYTES = 64 * 1024;
const CACHED_PAGES = 256;
const WRITE_BYTES = 256 * 1024;
export const MAX_TEXTS = 16 * 1024 * 1024;

export interface TextStore {
  add(text: string): Promise<void> | void;
  /** To be called once, after the last text. */
  seal(): Promise<void>;
  count(): number;
  get(index: number): Promise<string> | string | null;
  close(): Promise<void>;
}

export async function textStore(): Promise<TextStore> {
  const file: TemporaryFile = await temporaryFile();
  let ends = new Float64Array(1024);
  let count = 0;
  let bytes = 0;
  let waiting: Buffer[] = [];
  let waitingBytes = 0;
  const pages = new Map<number, Buffer>();
  const flush = async (): Promise<void> => {
    const block = Buffer.concat(waiting);
    waiting = [];
    waitingBytes = 0;
    await file.write(block);
  };
  const page = async (number: number): Promise<Buffer> => {
    const known = pages.get(number);
    if (known !== undefined) return known;
    const from = number * PAGE_BYTES;
    const read = await file.read(from, Math.min(from + PAGE_BYTES, bytes));
    // The oldest goes: texts are numbered in the order in which sheets first use them.
    if (pages.size >= CACHED_PAGES) pages.delete(pages.keys().next().value!);
    pages.set(number, read);
    return read;
  };
  const fetchText = async (start: number, end: number, number: number): Promise<string> => {
    if (end - start > PAGE_BYTES || Math.floor((end - 1) / PAGE_BYTES) !== number)
      return (await file.read(start, end)).toString("utf8");
    const from = number * PAGE_BYTES;
    return (await page(number)).toString("utf8", start - from, end - from);
  };
  return {
    add(text) {
      if (count >= MAX_TEXTS) {
        throw new ReaderError(
          "too_large",
          `the workbook has more than ${MAX_TEXTS} distinct texts`,
          "Save the sheet as CSV.",
        );
      }
      if (count === ends.length) {
        const wider = new Float64Array(ends.length * 2);
        wider.set(ends);
        ends = wider;
      }
      const buffer = Buffer.from(text, "utf8");
      bytes += buffer.length;
      ends[count++] = bytes;
      waiting.push(buffer);
      waitingBytes += buffer.length;
      return waitingBytes >= WRITE_BYTES || waiting.length >= 10_000 ? flush() : undefined;
    },
    seal: flush,
    count: () => count,
    get(index) {
      if (!(index >= 0 && index < count)) return null;
      const start = index === 0 ? 0 : ends[index - 1]!;
      const end = ends[index]!;
      if (end === start) return "";
      const number = Math.floor(start / PAGE_BYTES);
      const known = pages.get(number);
      const from = number * PAGE_BYTES;
      if (known !== undefined && end <= from + PAGE_BYTES)
        return known.toString("utf8", start - from, end - from);
      return fetchText(start, end, number);
    },
    close: () => file.close(),
  };
}
