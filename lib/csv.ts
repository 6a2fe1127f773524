/** CSV: for people's spreadsheets (csvLine), and as data (dataLine). */

// A cell that begins like this is run as a formula by spreadsheets; the apostrophe makes it text (OWASP, CSV injection).
const FORMULA = /^[=+\-@\t\r]/;
const NUMBER = /^-?\d+(\.\d+)?([eE][+-]?\d+)?$/;

function cell(value: unknown): string {
  if (value === null || value === undefined) return "";
  const text = String(value);
  const safe = FORMULA.test(text) && !NUMBER.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(safe) || safe !== safe.trim() ? `"${safe.replaceAll('"', '""')}"` : safe;
}

/** One line, ended by CRLF as RFC 4180 has it. */
export function csvLine(values: readonly unknown[]): string {
  return `${values.map(cell).join(",")}\r\n`;
}

/** One line of data: nothing is lost or added; null is empty, the empty text is "". */
export function dataLine(values: readonly (string | null)[]): string {
  const cells = values.map((value) => {
    if (value === null) return "";
    return value === "" || /[",\r\n]|^\s|\s$/.test(value) ? `"${value.replaceAll('"', '""')}"` : value;
  });
  return `${cells.join(",")}\n`;
}
