/** What `cadastre inspect` tells people of a file; programs get everything by --json. */
import type { FileInspection, ReaderProblem } from "../worker/readers/index.ts";

const SHOWN_ROWS = 3;
const SHOWN_PROBLEMS = 5;
const MAX_CELL = 32;
/** As long as a column's name may be. */
const MAX_NAME = 63;
const MAX_SAMPLE_COLUMNS = 8;

/** `3,376 rows`, `1 column`. */
const count = (n: number, what: string): string => `${n.toLocaleString("en")} ${what}${n === 1 ? "" : "s"}`;

/** Control characters would break the lines of the table. */
function cell(value: string | null, most = MAX_CELL): string {
  const text = (value ?? "(null)").replace(/\p{Cc}/gu, " ");
  return text.length > most ? `${text.slice(0, most - 1)}…` : text;
}

/** Rows of cells as lines of columns of one width; the last column is left as long as it is. */
function columns(rows: string[][]): string[] {
  const last = (rows[0]?.length ?? 1) - 1;
  const widths = rows[0]?.map((_, i) => Math.max(...rows.map((row) => row[i]!.length))) ?? [];
  return rows.map((row) =>
    row
      .map((text, i) => (i === last ? text : text.padEnd(widths[i]!)))
      .join("  ")
      .trimEnd(),
  );
}

function fields({ contract }: FileInspection): string[] {
  return columns([
    ["column", "type", "", "seen"],
    ...contract.fields.map((field) => {
      const seen = contract.evidence[field.name];
      const against = seen?.rejected[0];
      return [
        cell(field.name, MAX_NAME),
        field.type,
        field.required ? "required" : "",
        `${seen?.text ?? ""}${against ? `; not ${against.type}: line ${against.line} has ${JSON.stringify(cell(against.value))}` : ""}`,
      ];
    }),
  ]);
}

function problemLines(problems: ReaderProblem[], rejected: number): string[] {
  if (problems.length === 0) return [];
  const shown = problems.slice(0, SHOWN_PROBLEMS);
  const more = Math.max(rejected, problems.length) - shown.length;
  return [
    "Problems",
    ...shown.map(
      (p) => `  ${p.line > 0 ? `line ${p.line}: ` : ""}${p.rule}: ${cell(p.message, 200)} ${p.remedy}`,
    ),
    ...(more > 0 ? [`  and ${more.toLocaleString("en")} more`] : []),
  ];
}

/** Dialect with its evidence, proposed contract, candidates for the key, problems and the first rows. */
export function inspectionText(file: string, found: FileInspection): string {
  const { contract } = found;
  const rows = `${count(contract.rowsSeen, "row")}${contract.complete ? "" : " looked at"}`;
  const head = found.sample
    .slice(0, SHOWN_ROWS)
    .map((row) => row.slice(0, MAX_SAMPLE_COLUMNS).map((v) => cell(v, 20)));
  const key = contract.keyCandidates.map((c) => `  ${c.fields.join(", ")}: ${c.evidence}`);
  const indented = (lines: string[]): string[] => lines.map((line) => `  ${line}`);
  return [
    `${file}: ${found.dialect.format}, ${rows}, ${count(contract.fields.length, "column")}${found.rejected > 0 ? `, ${count(found.rejected, "record")} that cannot be read` : ""}`,
    ...indented(found.evidence),
    "Contract that would fit",
    ...indented(fields(found)),
    ...(key.length > 0 ? ["Could be the key", ...key] : ["No column or pair of columns could be the key."]),
    ...problemLines(found.problems, found.rejected),
    "First rows",
    ...indented(columns([found.columns.slice(0, MAX_SAMPLE_COLUMNS).map((c) => cell(c, 20)), ...head])),
    ...(found.columns.length > MAX_SAMPLE_COLUMNS
      ? [`  and ${found.columns.length - MAX_SAMPLE_COLUMNS} more columns`]
      : []),
  ].join("\n");
}
