/** How a file's columns write numbers and dates, found from its records. */
import { type DeclaredFormats, type FoundFormats, newFormatTracker } from "../../lib/contract/locales.ts";
import { readRecords } from "./records.ts";
import type { ByteSource, Inspection } from "./types.ts";

/** Where nothing in so many records is foreign to PostgreSQL, nothing is looked for. */
const HEAD_RECORDS = 2000;
/** Records that decide where something is. */
const MAX_RECORDS = 200_000;

/** Formats whose values are texts that people wrote; of the others, which have numbers of their own, only dates are. */
const WRITTEN = new Set(["csv", "fixed", "xml"]);
const DATED = new Set(["json", "ndjson", "xlsx"]);

/**
 * Finds the formats of the columns at `places` (default all) and puts them into the inspection: its dialect then reads
 * them, its evidence tells why. `names` are the columns to read.
 */
export async function findValueFormats(
  source: ByteSource,
  inspection: Inspection,
  names: readonly string[],
  declared: DeclaredFormats,
  places?: ReadonlySet<number>,
): Promise<FoundFormats | null> {
  const { dialect } = inspection;
  const written = WRITTEN.has(dialect.format);
  if (!(written || DATED.has(dialect.format)) || places?.size === 0) return null;
  const tracker = newFormatTracker(names.length, places, written ? "all" : "dates");
  let seen = 0;
  for await (const batch of readRecords(source, dialect, names, { raw: false })) {
    for (const record of batch) {
      if (record.problem === undefined) tracker.add(record.fields, record.line);
    }
    seen += batch.length;
    if (seen >= HEAD_RECORDS && !tracker.suspects()) return null;
    if (seen >= MAX_RECORDS) break;
  }
  if (!tracker.suspects()) return null;
  const found = tracker.finish(names, declared);
  setValueFormats(inspection, found.formats);
  inspection.evidence.push(...found.evidence);
  return found;
}

/** The dialect's formats; none where no column has one, so that the fast roads stay open. */
export function setValueFormats(inspection: Inspection, formats: FoundFormats["formats"]): void {
  if (formats.some((format) => format !== null)) {
    inspection.dialect.valueFormats = formats;
    inspection.plain = false;
  } else delete inspection.dialect.valueFormats;
}
