/** The fields of a JSON record that are none of the file's columns: the reader names them once and leaves them out. */
import { jsonField } from "../readers/ndjson.ts";

/** Fields kept beside the columns. */
const MAX_EXTRA = 1000;

const rawJson = (JSON as unknown as { rawJSON: (source: string) => unknown }).rawJSON;

/** Numbers as they are written: 1.10 and 12345678901234567890 would change as JavaScript numbers. */
function asWritten(this: unknown, _key: string, value: unknown, context?: { source?: string }): unknown {
  if (typeof value !== "number" || context?.source === undefined) return value;
  return String(value) === context.source ? value : rawJson(context.source);
}

/** Undefined where there are none, which a plain parse tells quickly. `raw` is the whole record. */
export function extraFields(
  raw: string,
  known: ReadonlySet<string>,
): ReadonlyMap<string, string | null> | undefined {
  let object: unknown;
  try {
    object = JSON.parse(raw);
  } catch {
    // The reader could read it, so it is the text that was changed (NUL) to be storable; the fields are there.
    return undefined;
  }
  if (typeof object !== "object" || object === null) return undefined;
  const names = Object.keys(object).filter((name) => !known.has(name));
  if (names.length === 0) return undefined;
  const written = JSON.parse(raw, asWritten) as Record<string, unknown>;
  return new Map(names.slice(0, MAX_EXTRA).map((name) => [name, jsonField(written[name])]));
}
