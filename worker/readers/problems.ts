/** The words of every problem a record can have: what is wrong, and what the person can do. */
import { MAX_RAW, type ReaderProblem, type ReaderRule } from "./types.ts";

export interface ProblemDetail {
  expected?: number;
  found?: number;
  text?: string;
}

const REMEDY: Record<ReaderRule, string> = {
  ragged_row: "Correct the number of delimiters in this line, or quote the field that holds a delimiter.",
  encoding: "Save the file as UTF-8, or declare the encoding it is written in.",
  unclosed_quote:
    "Close the quote, or double it where it is part of the text; or declare another quote character.",
  nul_byte:
    "Remove the NUL byte: PostgreSQL cannot hold one in text. If the whole file is full of them, declare encoding utf-16le.",
  too_long: "Split the record, or check the file for a missing line end or quote.",
  json: "Write one complete JSON object per line.",
  unknown_field: "Add the field to the dataset's contract, or remove it from the file.",
  repeated_header: "Nothing to do if files were joined: the line repeats the header and is left out.",
  empty_file: "Upload a file that has at least a header line.",
  wide_file: "Split the file by columns, or declare the delimiter it is written with.",
};

/** A problem of one record. */
export function makeProblem(
  rule: ReaderRule,
  line: number,
  column: string | null,
  raw: string,
  detail: ProblemDetail = {},
): ReaderProblem {
  return { line, column, rule, message: messageOf(rule, column, detail), remedy: REMEDY[rule], raw };
}

function messageOf(rule: ReaderRule, column: string | null, detail: ProblemDetail): string {
  const where = column === null ? "" : ` in column ${column}`;
  switch (rule) {
    case "ragged_row":
      return `the record has ${count(detail.found ?? 0, "field")}, ${detail.expected ?? 0} expected`;
    case "encoding":
      return `bytes${where} are not valid in the file's encoding`;
    case "unclosed_quote":
      return `a quote${where} is not closed, or is followed by more text`;
    case "nul_byte":
      return `a NUL byte stands${where || " in the record"}`;
    case "too_long":
      return `the record is longer than 16 MiB${where === "" ? "" : `; it is cut${where}`}`;
    case "json":
      return `not a JSON object: ${detail.text ?? "cannot be parsed"}`;
    case "unknown_field":
      return `the field ${column ?? ""} is not one of the file's columns`;
    case "repeated_header":
      return "the line repeats the header";
    case "empty_file":
      return "the file holds no record";
    case "wide_file":
      return `the file has ${count(detail.found ?? 0, "column")}, more than ${detail.expected ?? 0}`;
  }
}

function count(number: number, word: string): string {
  return `${number} ${word}${number === 1 ? "" : "s"}`;
}

/**
 * The bytes as text that PostgreSQL can hold, cut to MAX_RAW characters. Where they are not UTF-8 each byte is
 * shown as its windows-1252 character; NUL is shown as its symbol.
 */
export function rawText(buf: Buffer, start: number, end: number, utf8 = true): string {
  // Four bytes a character at most; a character cut in the middle falls to the slice.
  const part = buf.subarray(start, Math.min(end, start + MAX_RAW * 4));
  const text = utf8 ? part.toString("utf8") : new TextDecoder("windows-1252").decode(part);
  return cutRaw(text);
}

/** A text made storable and short, as `raw` is. */
export function cutRaw(text: string): string {
  const cut = text.length > MAX_RAW ? text.slice(0, MAX_RAW) : text;
  return cut.replaceAll("\0", "\u2400").toWellFormed();
}
