/**
 * A column chunk's page headers, checked before anything is decoded: what they claim decides how much memory the
 * decoder takes, and a few bytes can claim gigabytes.
 */
import { crc32 } from "node:zlib";
import type { ColumnMetaData, Compressors } from "hyparquet";
import { parquetHeader } from "hyparquet/src/column.js";
import { ReaderError } from "./types.ts";

const MAX_PAGE_BYTES = 256 * 1024 * 1024;
const MAX_PAGE_VALUES = 32 * 1024 * 1024;

export function damagedParquet(why: string, cause?: unknown): ReaderError {
  return new ReaderError(
    "damaged",
    `the Parquet file is damaged: ${why}`,
    "Upload it again, whole, or write it anew.",
    { cause },
  );
}

interface Levels {
  definition: number;
  repetition: number;
}

const bitsOf = (level: number): number => 32 - Math.clz32(level);

/**
 * Walks the runs of a run-length encoding without unpacking them: the decoder believes a run's length, and writes as
 * many values. `at` is behind the length that may stand in front.
 */
function checkRuns(page: Uint8Array, from: number, width: number, count: number, where: string): void {
  let at = from;
  let seen = 0;
  // Each turn passes a run's header, of at least a byte.
  while (seen < count && at < page.length) {
    let header = 0;
    for (let shift = 0; ; shift += 7) {
      const byte = page[at++];
      if (byte === undefined) return;
      header += (byte & 0x7f) * 2 ** shift;
      if ((byte & 0x80) === 0) break;
      if (shift > 28) throw damagedParquet(`${where}: a run's length has no end`);
    }
    const packed = header % 2 === 1;
    const length = Math.floor(header / 2) * (packed ? 8 : 1);
    // Packed runs come in eights, and some writers fill up whole blocks of them.
    if (length > count + (packed ? 4096 : 0))
      throw damagedParquet(`${where}: a run of ${length} values in a page of ${count}`);
    seen += length;
    at += packed ? (length / 8) * width : Math.ceil(width / 8);
  }
}

function checkValues(page: Uint8Array, from: number, encoding: string, count: number, where: string): void {
  if (encoding === "RLE") checkRuns(page, from + 4, 1, count, where);
  else if (encoding.endsWith("_DICTIONARY") && from < page.length)
    checkRuns(page, from + 1, page[from]!, count, where);
}

interface Page {
  header: ReturnType<typeof parquetHeader>;
  bytes: Uint8Array;
  levels: Levels;
  unpack: (bytes: Uint8Array, size: number) => Uint8Array;
  where: string;
}

function checkData({ header, bytes, levels, unpack, where }: Page): void {
  const first = header.data_page_header;
  const second = header.data_page_header_v2;
  const size = header.uncompressed_page_size;
  if (first !== undefined) {
    const page = unpack(bytes, size);
    const view = new DataView(page.buffer, page.byteOffset, page.byteLength);
    let at = 0;
    for (const level of [levels.repetition, levels.definition]) {
      if (level === 0) continue;
      checkRuns(page, at + 4, bitsOf(level), first.num_values, where);
      at += 4 + view.getUint32(at, true);
    }
    checkValues(page, at, first.encoding, first.num_values, where);
  } else if (second !== undefined) {
    const repetition = second.repetition_levels_byte_length;
    const behind = repetition + second.definition_levels_byte_length;
    if (!(repetition >= 0) || !(behind >= repetition) || behind > bytes.length || behind > size)
      throw damagedParquet(`${where}: a page's levels are longer than it is`);
    if (levels.repetition > 0) checkRuns(bytes, 0, bitsOf(levels.repetition), second.num_values, where);
    if (levels.definition > 0)
      checkRuns(bytes, repetition, bitsOf(levels.definition), second.num_values, where);
    const rest = bytes.subarray(behind);
    const page = second.is_compressed ? unpack(rest, size - behind) : rest;
    checkValues(page, 0, second.encoding, second.num_values, where);
  }
}

/** Checks the pages of a column chunk at `bytes`. Errors: ReaderError damaged, too_large; those of unpacking. */
export function checkPages(
  bytes: ArrayBuffer,
  meta: ColumnMetaData,
  levels: Levels,
  compressors: Compressors,
  where: string,
): void {
  const unpack = (page: Uint8Array, size: number): Uint8Array => {
    if (meta.codec === "UNCOMPRESSED") return page;
    const compressor = compressors[meta.codec];
    if (compressor === undefined) throw damagedParquet(`${where}: the codec ${meta.codec} is not known`);
    return size === 0 ? new Uint8Array(0) : compressor(page, size);
  };
  const reader = { view: new DataView(bytes), offset: 0 };
  const expected = Number(meta.num_values);
  let values = 0;
  // Each turn passes a page header, of at least a byte.
  while (values < expected && reader.offset < bytes.byteLength - 1) {
    const header = parquetHeader(reader);
    const size = header.compressed_page_size;
    const dictionary = header.dictionary_page_header?.num_values;
    const count =
      header.data_page_header?.num_values ?? header.data_page_header_v2?.num_values ?? dictionary ?? 0;
    if (!(size >= 0) || reader.offset + size > bytes.byteLength)
      throw damagedParquet(`${where}: a page breaks off`);
    if (!(header.uncompressed_page_size >= 0) || !(count >= 0))
      throw damagedParquet(`${where}: a page header is wrong`);
    if (header.uncompressed_page_size > MAX_PAGE_BYTES || count > MAX_PAGE_VALUES) {
      throw new ReaderError(
        "too_large",
        `the Parquet file has a page of ${header.uncompressed_page_size} bytes and ${count} values (${where})`,
        `Write it with pages of at most ${MAX_PAGE_BYTES} bytes and ${MAX_PAGE_VALUES} values.`,
      );
    }
    if (dictionary === undefined) values += count;
    // A dictionary has at least a bit for each value.
    else if (count > header.uncompressed_page_size * 8)
      throw damagedParquet(`${where}: a dictionary is too short`);
    if (header.crc !== undefined && crc32(new Uint8Array(bytes, reader.offset, size)) !== header.crc >>> 0) {
      throw damagedParquet(`${where}: a page has a wrong checksum`);
    }
    checkData({ header, bytes: new Uint8Array(bytes, reader.offset, size), levels, unpack, where });
    reader.offset += size;
  }
  if (values !== expected) throw damagedParquet(`${where}: ${values} values, ${expected} expected`);
}
