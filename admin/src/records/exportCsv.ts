import { downloadCSV, type Exporter } from "react-admin";
import { recordExport } from "../providers/operations.ts";
import type { Description } from "../providers/records.ts";
import type { Row } from "../providers/shapes.ts";
import { textOf } from "./values.tsx";

/** Spreadsheets run what begins like a formula; a leading apostrophe makes it text. Plain numbers stay numbers. */
function harmless(text: string): string {
  return /^[=+\-@\t\r]/.test(text) && !/^-?\d+([.]\d+)?$/.test(text) ? `'${text}` : text;
}

const cell = (text: string): string => (/[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);

/** The rows that the list shows, as CSV with the contract's names. */
export function exportCsv({ dataset, columns }: Description): Exporter {
  return async (records) => {
    // Told of before there is a file.
    await recordExport(dataset.id, records.length);
    const header = columns.map((column) => cell(column.name)).join(",");
    const lines = records.map((record) =>
      columns
        .map((column) => cell(harmless(textOf((record.row as Row)[column.attribute], column.type) ?? "")))
        .join(","),
    );
    downloadCSV([header, ...lines].join("\r\n"), dataset.name);
  };
}
