/** Names from the outside world (headers, file names) made into SQL identifiers. */

/** PostgreSQL cuts identifiers at 63 bytes; the rest is room for suffixes of generated objects. */
export const MAX_FIELD_NAME = 58;
/** Dataset names get suffixes such as `_history` and `_as_of`, and index names are longer still. */
export const MAX_DATASET_NAME = 40;

/** Columns that the platform itself adds to a dataset's tables and views. */
export const RESERVED_FIELD_NAMES: ReadonlySet<string> = new Set([
  "org_id",
  "version",
  "data_hash",
  "valid_from",
  "valid_to",
  "changed_by",
  "run_id",
  "source_line",
  "change_reason",
  "composite_key",
  "change_type",
  "changed_fields",
  "previous_version",
  "change_mask",
  "file_id",
  // System columns of PostgreSQL: a table cannot have columns of these names.
  "tableoid",
  "xmin",
  "cmin",
  "xmax",
  "cmax",
  "ctid",
]);

// Letters that Unicode decomposition leaves as they are.
const FOLD: Record<string, string> = {
  ß: "ss",
  æ: "ae",
  œ: "oe",
  ø: "o",
  đ: "d",
  ð: "d",
  þ: "th",
  ł: "l",
  ı: "i",
  ŋ: "ng",
  "€": "eur",
  "£": "gbp",
  "%": "_pct_",
  "№": "no",
};

/** Lower-case ASCII snake case of any text; empty where nothing of it can be kept. */
export function snakeCase(text: string, maxLength: number): string {
  // Cut first, so that a megabyte-long header costs nothing; folding at most doubles a character.
  const cut = text.slice(0, maxLength * 4);
  const folded = cut
    .replace(/([\p{Ll}\d])(\p{Lu})/gu, "$1_$2")
    .replace(/(\p{Lu})(\p{Lu}\p{Ll})/gu, "$1_$2")
    .normalize("NFKD")
    .toLowerCase()
    .replace(/[^\p{ASCII}]|%/gu, (char) => FOLD[char] ?? (/\p{M}/u.test(char) ? "" : "_"));
  const words = folded
    .replace(/['"`]/g, "")
    .replace(/[^a-z0-9]+/g, "_")
    .replace(/^_+|_+$/g, "");
  return words.slice(0, maxLength).replace(/_+$/, "");
}

/**
 * One SQL name per header, unique and in the same order. Empty headers become `column_N` (1-based), names
 * that begin with a digit get an underscore in front, reserved ones the suffix `_value`, duplicates `_2`, `_3`.
 */
export function fieldNames(headers: readonly string[]): string[] {
  const used = new Set<string>();
  const next = new Map<string, number>();
  return headers.map((header, index) => {
    let base = snakeCase(header, MAX_FIELD_NAME) || `column_${index + 1}`;
    if (/^[0-9]/.test(base)) base = `_${base}`.slice(0, MAX_FIELD_NAME);
    if (RESERVED_FIELD_NAMES.has(base)) base = `${base}_value`;
    let name = base;
    let suffix = next.get(base) ?? 2;
    // Bounded by the number of headers: each turn passes a name that is taken.
    while (used.has(name)) {
      const tail = `_${suffix++}`;
      name = base.slice(0, MAX_FIELD_NAME - tail.length) + tail;
    }
    next.set(base, suffix);
    used.add(name);
    return name;
  });
}

/** A dataset's name from a file's: folder and extensions off, then snake case; `dataset` where nothing is left. */
export function datasetName(fileName: string): string {
  const base = fileName.split(/[\\/]/).pop() ?? "";
  const stem = base.replace(
    /(?:\.(?:csv|tsv|tab|txt|psv|dat|json|jsonl|ndjson|xml|parquet|xlsx|gz|zst|zip))+$/i,
    "",
  );
  const name = snakeCase(stem, MAX_DATASET_NAME) || "dataset";
  return /^[0-9]/.test(name) ? `_${name}`.slice(0, MAX_DATASET_NAME) : name;
}
