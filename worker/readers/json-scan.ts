/** A JSON document scanned byte by byte: the values at a path, cut out and not yet parsed. */
import { MAX_RECORD_BYTES, ReaderError } from "./types.ts";

const MAX_DEPTH = 512;
const MAX_KEY = 4096;

interface Level {
  array: boolean;
  /** The key, or "*" of an array, that the current value stands under. */
  step: string;
}

type Expect = "value" | "value_or_end" | "key" | "key_or_end" | "colon" | "comma_or_end";

const QUOTE = 34;
const BACKSLASH = 92;

export interface Scanned {
  number: number;
  /** null: longer than MAX_RECORD_BYTES; `head` is its beginning. */
  bytes: Buffer | null;
  head: Buffer;
  line: number;
}

export interface JsonScanner {
  write(chunk: Buffer): void;
  end(): void;
  ready: Scanned[];
}

function broken(line: number, why: string): ReaderError {
  return new ReaderError(
    "damaged",
    `the file is not well-formed JSON: line ${line}: ${why}`,
    "Correct it there, or upload the file again, whole.",
  );
}

/**
 * Finds the values at `path` (an array's elements where it is one). `onArray` is told of every array with objects in
 * it, for detection.
 */
export function jsonScanner(
  path: readonly string[],
  onObject?: (steps: readonly string[], bytes: number) => void,
): JsonScanner {
  const stack: Level[] = [];
  let expect: Expect = "value";
  let line = 1;
  let number = 0;
  /** Within a string: what becomes of it. */
  let string: "key" | "value" | null = null;
  let escaped = false;
  let literal = false;
  let key: number[] = [];
  let keep: Buffer[] | null = null;
  let keepBytes = 0;
  let keepDepth = -1;
  let keepLine = 0;
  const starts: number[] = [];
  let offset = 0;

  const at = (): boolean => {
    // The elements of an array at the path, or a single value there.
    if (stack.length === path.length + 1 && stack[path.length]!.array) return prefix(path.length);
    return false;
  };
  const prefix = (length: number): boolean => {
    for (let i = 0; i < length; i++) if (stack[i]!.step !== path[i]) return false;
    return true;
  };
  const lone = (): boolean => stack.length === path.length && prefix(path.length);

  const begin = (): void => {
    keep = [];
    keepBytes = 0;
    keepDepth = stack.length;
    keepLine = line;
    number++;
  };
  const closeValue = (): void => {
    expect = stack.length === 0 ? "value" : "comma_or_end";
  };
  const scanner: JsonScanner = {
    ready: [],
    write(chunk) {
      let from = keep === null ? -1 : 0;
      const finish = (end: number): void => {
        const piece = chunk.subarray(from, end);
        const head = keepBytes + piece.length > MAX_RECORD_BYTES;
        const bytes = keep!.length === 0 ? piece : Buffer.concat([...keep!, piece]);
        scanner.ready.push({
          number,
          bytes: head ? null : bytes,
          head: bytes.subarray(0, 65_536),
          line: keepLine,
        });
        keep = null;
        keepDepth = -1;
        from = -1;
      };
      for (let i = 0; i < chunk.length; i++) {
        const byte = chunk[i]!;
        if (string !== null) {
          // Nearly all bytes are texts: those that mean nothing are passed in a loop of their own.
          if (keep !== null && !escaped && byte !== 10 && byte !== BACKSLASH && byte !== QUOTE) {
            i++;
            while (i < chunk.length && chunk[i] !== 10 && chunk[i] !== BACKSLASH && chunk[i] !== QUOTE) i++;
            i--;
            continue;
          }
          if (byte === 10) throw broken(line, "a text is not closed before the line's end");
          if (escaped) escaped = false;
          else if (byte === BACKSLASH) escaped = true;
          else if (byte === QUOTE) {
            const was = string;
            string = null;
            if (was === "key") {
              const top = stack[stack.length - 1]!;
              top.step = keyText(key);
              expect = "colon";
            } else {
              closeValue();
              if (stack.length === keepDepth) finish(i + 1);
            }
            continue;
          }
          if (string === "key" && keep === null && key.length < MAX_KEY) key.push(byte);
          continue;
        }
        if (literal) {
          // Digits and letters go on; what ends them is looked at as itself.
          if (
            (byte >= 48 && byte <= 57) ||
            (byte >= 97 && byte <= 122) ||
            byte === 43 ||
            byte === 45 ||
            byte === 46 ||
            byte === 69
          )
            continue;
          literal = false;
          closeValue();
          if (stack.length === keepDepth) finish(i);
        }
        if (byte === 32 || byte === 9 || byte === 13) continue;
        if (byte === 10) {
          line++;
          continue;
        }
        if (byte === 0x1e && stack.length === 0) continue;
        switch (byte) {
          case QUOTE:
            if (expect === "key" || expect === "key_or_end") {
              string = "key";
              key = [];
              break;
            }
            wantValue();
            if (keep === null && (at() || (lone() && stack.length > 0))) {
              begin();
              from = i;
            }
            string = "value";
            break;
          case 123:
          case 91: {
            wantValue();
            const array = byte === 91;
            if (keep === null && (at() || (lone() && !array))) {
              begin();
              from = i;
            }
            stack.push({ array, step: array ? "*" : "" });
            starts.push(offset + i);
            if (stack.length > MAX_DEPTH) throw broken(line, `values stand ${MAX_DEPTH} levels deep`);
            expect = array ? "value_or_end" : "key_or_end";
            break;
          }
          case 125:
          case 93: {
            const top = stack[stack.length - 1];
            const ok = expect === "comma_or_end" || expect === (byte === 93 ? "value_or_end" : "key_or_end");
            if (top === undefined || top.array !== (byte === 93) || !ok)
              throw broken(line, `${String.fromCharCode(byte)} stands where it must not`);
            stack.pop();
            const start = starts.pop()!;
            if (!top.array && onObject !== undefined && stack[stack.length - 1]?.array)
              onObject(
                stack.map((level) => level.step),
                offset + i - start,
              );
            closeValue();
            if (stack.length === keepDepth) finish(i + 1);
            break;
          }
          case 58:
            if (expect !== "colon") throw broken(line, ": stands where it must not");
            expect = "value";
            break;
          case 44: {
            if (expect !== "comma_or_end") throw broken(line, ", stands where it must not");
            expect = stack[stack.length - 1]!.array ? "value" : "key";
            break;
          }
          default:
            if (!((byte >= 48 && byte <= 57) || byte === 45 || byte === 116 || byte === 102 || byte === 110))
              throw broken(line, `${JSON.stringify(String.fromCharCode(byte))} stands where a value should`);
            wantValue();
            if (keep === null && at()) {
              begin();
              from = i;
            }
            literal = true;
        }
      }
      if (keep !== null) {
        const piece = chunk.subarray(from);
        if (keepBytes <= MAX_RECORD_BYTES) (keep as Buffer[]).push(piece);
        keepBytes += piece.length;
      }
      offset += chunk.length;
      function wantValue(): void {
        if (expect === "value" || expect === "value_or_end") return;
        throw broken(
          line,
          expect === "comma_or_end" ? "a comma is missing" : "a value stands where a name should",
        );
      }
    },
    end() {
      if (string !== null || stack.length > 0) throw broken(line, "the file breaks off before its end");
    },
  };
  return scanner;
}

function keyText(bytes: readonly number[]): string {
  const text = Buffer.from(bytes).toString("utf8");
  if (!text.includes("\\")) return text;
  try {
    return JSON.parse(`"${text}"`) as string;
  } catch {
    return text;
  }
}
