/** What encoding a file is written in, found from its bytes. */
import { isAscii, isUtf8 } from "node:buffer";
import chardet from "chardet";
import { readRange } from "./source.ts";
import { canonicalEncoding } from "./stream.ts";
import type { ByteSource } from "./types.ts";

/** Files up to this size are checked to the end, longer ones in windows: a late umlaut must not fool us. */
export const ENCODING_SCAN_BYTES = 64 * 1024 * 1024;
const WINDOW_BYTES = 1024 * 1024;
const WINDOWS = 16;
/** chardet sees at most this many bytes around non-ASCII places. */
const GUESS_BYTES = 256 * 1024;

export interface EncodingGuess {
  encoding: string;
  bom: boolean;
  evidence: string;
}

/** Guesses from `head`, the file's first bytes, and from windows of the rest. */
export async function detectEncoding(source: ByteSource, head: Buffer): Promise<EncodingGuess> {
  const marked = byMark(head) ?? byZeroBytes(head);
  if (marked !== null) return marked;
  // Only the bytes beyond ASCII tell encodings apart.
  const telling: Buffer[] = [];
  let tellingBytes = 0;
  let utf8 = true;
  const look = (part: Buffer, first: boolean): void => {
    if (isAscii(part)) return;
    const lines = trimToCharacters(part, first);
    utf8 &&= isUtf8(lines);
    for (const line of nonAsciiLines(lines, GUESS_BYTES - tellingBytes)) {
      telling.push(line);
      tellingBytes += line.length;
    }
  };
  look(head, true);
  for (const [start, bytes] of windowsOf(source, head.length)) {
    look(await readRange(source, start, bytes), false);
  }
  if (tellingBytes === 0)
    return { encoding: "utf-8", bom: false, evidence: "encoding utf-8: every byte looked at is ASCII" };
  if (utf8)
    return { encoding: "utf-8", bom: false, evidence: "encoding utf-8: every byte looked at is valid in it" };
  return byStatistics(Buffer.concat(telling));
}

function* windowsOf(source: ByteSource, from: number): Generator<[number, number]> {
  const size = source.size;
  if (size === null || size <= from) return;
  if (size <= ENCODING_SCAN_BYTES) {
    for (let at = from; at < size; at += 4 * WINDOW_BYTES) yield [at, Math.min(4 * WINDOW_BYTES, size - at)];
    return;
  }
  for (let k = 1; k <= WINDOWS; k++) {
    const at = from + Math.floor(((size - WINDOW_BYTES - from) * k) / WINDOWS);
    yield [at, Math.min(WINDOW_BYTES, size - at)];
  }
}

/** Without the halves of characters that the window may have cut at its ends. */
function trimToCharacters(part: Buffer, first: boolean): Buffer {
  let start = 0;
  while (!first && start < 3 && start < part.length && part[start]! >= 0x80 && part[start]! < 0xc0) start++;
  if (isUtf8(part.subarray(start))) return part.subarray(start);
  // At most three bytes of a character can stand at the end without its last one.
  for (let cut = 1; cut <= 3 && cut < part.length - start; cut++) {
    const lead = part[part.length - cut]!;
    if (lead >= 0xc0) return part.subarray(start, part.length - cut);
    if (lead < 0x80) break;
  }
  return part.subarray(start);
}

function nonAsciiLines(part: Buffer, room: number): Buffer[] {
  const found: Buffer[] = [];
  let left = room;
  for (let at = 0; at < part.length && left > 0; ) {
    const newline = part.indexOf(10, at);
    const stop = newline < 0 ? part.length : newline + 1;
    const line = part.subarray(at, Math.min(stop, at + left));
    if (!isAscii(line)) {
      found.push(line);
      left -= line.length;
    }
    at = stop;
  }
  return found;
}

function byMark(head: Buffer): EncodingGuess | null {
  const mark = (encoding: string): EncodingGuess => ({
    encoding,
    bom: true,
    evidence: `encoding ${encoding}: the file begins with its byte order mark`,
  });
  if (head[0] === 0xef && head[1] === 0xbb && head[2] === 0xbf) return mark("utf-8");
  if (head[0] === 0xff && head[1] === 0xfe) return mark("utf-16le");
  if (head[0] === 0xfe && head[1] === 0xff) return mark("utf-16be");
  return null;
}

/** UTF-16 without a mark: tables are mostly ASCII signs, so every other byte is zero. */
function byZeroBytes(head: Buffer): EncodingGuess | null {
  const length = Math.min(head.length, 65536) & ~1;
  if (length < 4) return null;
  let even = 0;
  let odd = 0;
  for (let at = 0; at < length; at += 2) {
    if (head[at] === 0) even++;
    if (head[at + 1] === 0) odd++;
  }
  const pairs = length / 2;
  const guess = (encoding: string): EncodingGuess => ({
    encoding,
    bom: false,
    evidence: `encoding ${encoding}: every other byte is zero`,
  });
  if (odd > pairs * 0.3 && even < pairs * 0.05) return guess("utf-16le");
  if (even > pairs * 0.3 && odd < pairs * 0.05) return guess("utf-16be");
  return null;
}

/** Encodings of Latin script that chardet tells apart by letter statistics; the first is by far the most used. */
const LATIN = ["windows-1252", "iso-8859-1", "windows-1250", "iso-8859-2", "windows-1254", "iso-8859-9"];
const FALLBACK = "windows-1252";
/** Another Latin encoding must be this much likelier, in chardet's points, than the most used one. */
const LATIN_LEAD = 15;

/**
 * Bytes beyond ASCII that stand alone are accented letters within Latin words; in other scripts they come in runs.
 * That is surer than any statistics where there is little text.
 */
function isLatin(bytes: Buffer): boolean {
  let alone = 0;
  let all = 0;
  for (let at = 0; at < bytes.length; at++) {
    if (bytes[at]! < 0x80) continue;
    all++;
    if ((bytes[at - 1] ?? 0) < 0x80 && (bytes[at + 1] ?? 0) < 0x80) alone++;
  }
  return alone >= all * 0.6;
}

function byStatistics(bytes: Buffer): EncodingGuess {
  const latin = isLatin(bytes);
  const guesses = chardet
    .analyse(bytes)
    .map((guess) => ({ name: guess.name.toLowerCase(), confidence: guess.confidence }))
    .filter(({ name }) => !name.startsWith("utf") && (!latin || LATIN.includes(name)));
  const western = guesses.find(({ name }) => name === LATIN[0] || name === LATIN[1])?.confidence ?? 0;
  for (const { name, confidence } of guesses) {
    const encoding = decodes(name, bytes);
    if (encoding === null || confidence < 10 || (latin && confidence < western + LATIN_LEAD)) continue;
    const why = `likeliest by letter statistics (${confidence} of 100)`;
    return { encoding, bom: false, evidence: `encoding ${encoding}: not valid UTF-8; ${why}` };
  }
  const why = latin ? "single accented letters within Latin words" : "nothing else is likelier";
  return { encoding: FALLBACK, bom: false, evidence: `encoding ${FALLBACK}: not valid UTF-8; ${why}` };
}

/** The encoding's label if it is known and has a character for every byte; the sample's lines are whole. */
function decodes(name: string, bytes: Buffer): string | null {
  try {
    const encoding = canonicalEncoding(name);
    new TextDecoder(encoding, { fatal: true }).decode(bytes);
    return encoding;
  } catch {
    return null;
  }
}
