/** The body of a stream's request, NDJSON or a JSON array, as events with their keys; what is none is told by its place. */
import { AppError } from "../../lib/errors.ts";

export const MAX_BODY_BYTES = 16 * 1024 * 1024;
export const MAX_EVENTS = 10_000;
export const MAX_EVENT_BYTES = 256 * 1024;
const MAX_KEY = 200;
const MAX_DEPTH = 64;
const MAX_DIGITS = 1000;

export interface GivenEvent {
  key: string | null;
  /** JSON as it was written: numbers keep every digit. */
  text: string;
}

export type Given = GivenEvent | { refused: string; remedy: string };

const HINT = "Send one JSON object a line (application/x-ndjson), or a JSON array of objects.";

/** Numbers that a double does not hold as they are written. */
const LONG_NUMBER = /(?:\d\.?){16}|\d[eE]/;

/** JSON.parse and JSON.stringify with the numbers' own digits (source text access). */
const exact = JSON as unknown as {
  parse(
    text: string,
    reviver: (key: string, value: unknown, context: { source?: string }) => unknown,
  ): unknown;
  rawJSON(text: string): unknown;
};

/** JSON whose numbers keep every digit when they are written again. Throws SyntaxError. */
export function parseExact(text: string): unknown {
  if (!LONG_NUMBER.test(text)) return JSON.parse(text);
  return exact.parse(text, (_key, value, { source }) =>
    typeof value === "number" && source !== undefined && String(value) !== source
      ? exact.rawJSON(source)
      : value,
  );
}

/** Numbers that PostgreSQL's numeric does not hold, or only as a text of thousands of digits. */
function hasHugeNumber(text: string): boolean {
  if (!LONG_NUMBER.test(text)) return false;
  let huge = false;
  exact.parse(text, (_key, value, { source }) => {
    if (typeof value === "number" && source !== undefined) {
      const exponent = /[eE]([+-]?\d+)$/.exec(source)?.[1];
      huge ||= source.length > MAX_DIGITS || Math.abs(Number(exponent ?? 0)) > MAX_DIGITS;
    }
    return value;
  });
  return huge;
}

function depthOf(text: string): number {
  let depth = 0;
  let deepest = 0;
  let quoted = false;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (quoted) {
      if (code === 92) i++;
      else if (code === 34) quoted = false;
    } else if (code === 34) quoted = true;
    else if (code === 123 || code === 91) deepest = Math.max(deepest, ++depth);
    else if (code === 125 || code === 93) depth--;
  }
  return deepest;
}

function keyOf(value: Record<string, unknown>): string | null | undefined {
  const given = value._id ?? value.idempotency_key;
  if (given === undefined || given === null) return null;
  // Larger ones would meet each other where a double rounds them.
  const key = Number.isSafeInteger(given) ? String(given) : given;
  return typeof key === "string" && key.length >= 1 && key.length <= MAX_KEY ? key : undefined;
}

/** An event, or why it is none; `value` is the parsed `text`. */
export function checkEvent(value: unknown, text: string): Given {
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    return {
      refused: "this is not a JSON object",
      remedy: "Send each event as an object of the contract's fields.",
    };
  }
  if (Buffer.byteLength(text) > MAX_EVENT_BYTES) {
    return {
      refused: `the event is larger than ${MAX_EVENT_BYTES} bytes`,
      remedy: "Send less in one event, or load a file.",
    };
  }
  // PostgreSQL's text holds neither NUL nor half a surrogate pair.
  if (text.includes("\\u") && /\\u0000|\\ud[89a-f]/.test(JSON.stringify(value))) {
    return {
      refused: "the event has a character that text cannot hold",
      remedy: "Take NUL and lone surrogates out.",
    };
  }
  if (depthOf(text) > MAX_DEPTH) {
    return { refused: `the event is nested deeper than ${MAX_DEPTH}`, remedy: "Flatten it." };
  }
  if (hasHugeNumber(text)) {
    return {
      refused: `a number has more than ${MAX_DIGITS} digits`,
      remedy: "Send it as text, or with fewer digits.",
    };
  }
  const key = keyOf(value as Record<string, unknown>);
  if (key === undefined) {
    return {
      refused: `the event's key is not a text of 1 to ${MAX_KEY} characters, or a whole number below 2^53`,
      remedy: "Give _id or idempotency_key as such a text.",
    };
  }
  return { key, text };
}

export function decodeBody(body: Buffer): string {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(body);
  } catch (error) {
    throw new AppError("BAD_INPUT", "the body is not UTF-8", { hint: HINT, cause: error });
  }
}

/** Errors: AppError BAD_INPUT where the body as a whole cannot be read, TOO_LARGE where it has too many events. */
export function readEvents(body: Buffer): Given[] {
  const text = decodeBody(body);
  const tooMany = (count: number): void => {
    if (count > MAX_EVENTS) {
      throw new AppError("TOO_LARGE", `one request takes at most ${MAX_EVENTS} events`, {
        hint: "Send several requests.",
      });
    }
  };
  if (text.trimStart().startsWith("[")) {
    let list: unknown;
    try {
      list = parseExact(text);
    } catch (error) {
      throw new AppError("BAD_INPUT", "the body is not JSON", { hint: HINT, cause: error });
    }
    const events = list as unknown[];
    tooMany(events.length);
    return events.map((event) => checkEvent(event, JSON.stringify(event)));
  }
  const lines = text.split("\n").filter((line) => line.trim() !== "");
  tooMany(lines.length);
  return lines.map((line) => {
    try {
      return checkEvent(JSON.parse(line), line.trim());
    } catch {
      return { refused: "the line is not JSON", remedy: "Send one JSON object a line." };
    }
  });
}
