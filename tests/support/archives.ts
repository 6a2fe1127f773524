/** ZIP archives and workbooks made for tests, right ones and wrong ones. */
import { crc32, deflateRawSync } from "node:zlib";

export interface Entry {
  name: string;
  data: Buffer | string;
  method?: 0 | 8;
  /** Instead of the right ones. */
  crc?: number;
  size?: number;
  flags?: number;
}

export function makeZip(entries: readonly Entry[]): Buffer {
  const parts: Buffer[] = [];
  const central: Buffer[] = [];
  let offset = 0;
  for (const entry of entries) {
    const data = Buffer.from(entry.data as string);
    const method = entry.method ?? 8;
    const body = method === 8 ? deflateRawSync(data) : data;
    const name = Buffer.from(entry.name, "utf8");
    const fields = Buffer.alloc(22);
    fields.writeUInt16LE((entry.flags ?? 0) | 0x800, 0);
    fields.writeUInt16LE(method, 2);
    fields.writeUInt32LE(entry.crc ?? crc32(data), 8);
    fields.writeUInt32LE(body.length, 12);
    fields.writeUInt32LE(entry.size ?? data.length, 16);
    fields.writeUInt16LE(name.length, 20);
    const local = Buffer.concat([
      Buffer.from("PK\x03\x04\x14\0", "latin1"),
      fields,
      Buffer.alloc(2),
      name,
      body,
    ]);
    const tail = Buffer.alloc(16);
    tail.writeUInt32LE(offset, 12);
    central.push(Buffer.concat([Buffer.from("PK\x01\x02\x14\0\x14\0", "latin1"), fields, tail, name]));
    parts.push(local);
    offset += local.length;
  }
  const directory = Buffer.concat(central);
  const end = Buffer.alloc(22);
  end.write("PK\x05\x06", 0, "latin1");
  end.writeUInt16LE(entries.length, 8);
  end.writeUInt16LE(entries.length, 10);
  end.writeUInt32LE(directory.length, 12);
  end.writeUInt32LE(offset, 16);
  return Buffer.concat([...parts, directory, end]);
}

export type XlsxCell = string | number | boolean | null | { xml: string };

export interface XlsxSheet {
  name: string;
  state?: string;
  rows: readonly (readonly XlsxCell[])[];
  /** Instead of rows. */
  xml?: string;
}

const escaped = (text: string): string => text.replaceAll("&", "&amp;").replaceAll("<", "&lt;");

export function columnName(index: number): string {
  let name = "";
  for (let n = index + 1; n > 0; n = Math.floor((n - 1) / 26))
    name = String.fromCharCode(65 + ((n - 1) % 26)) + name;
  return name;
}

/** Styles of `s`: 0 general, 1 date, 2 date and time, 3 time, 4 a number with two digits. */
const STYLES = `<styleSheet><numFmts count="2"><numFmt numFmtId="164" formatCode="dd/mm/yyyy"/><numFmt numFmtId="165" formatCode="#,##0.00&quot;days&quot;"/></numFmts>
<cellStyleXfs><xf numFmtId="14"/></cellStyleXfs>
<cellXfs><xf numFmtId="0"/><xf numFmtId="164"/><xf numFmtId="22"/><xf numFmtId="20"/><xf numFmtId="165"/></cellXfs></styleSheet>`;

/** A workbook; texts are shared ones unless `inline`. */
export function makeXlsx(
  sheets: readonly XlsxSheet[],
  options: { inline?: boolean; date1904?: boolean; entries?: Entry[] } = {},
): Buffer {
  const texts: string[] = [];
  const places = new Map<string, number>();
  const share = (text: string): number => {
    const known = places.get(text);
    if (known !== undefined) return known;
    places.set(text, texts.length);
    return texts.push(text) - 1;
  };
  const cell = (value: XlsxCell, at: string): string => {
    if (value === null) return "";
    if (typeof value === "object") return value.xml.replace("<c", `<c r="${at}"`);
    if (typeof value === "number") return `<c r="${at}"><v>${value}</v></c>`;
    if (typeof value === "boolean") return `<c r="${at}" t="b"><v>${value ? 1 : 0}</v></c>`;
    if (options.inline) return `<c r="${at}" t="inlineStr"><is><t>${escaped(value)}</t></is></c>`;
    return `<c r="${at}" t="s"><v>${share(value)}</v></c>`;
  };
  const bodies = sheets.map(({ rows, xml }) => {
    if (xml !== undefined) return xml;
    const body = rows.map((row, r) => {
      const cells = row.map((value, c) => cell(value, `${columnName(c)}${r + 1}`)).join("");
      return cells === "" ? "" : `<row r="${r + 1}">${cells}</row>`;
    });
    return `<?xml version="1.0" encoding="UTF-8"?><worksheet><sheetData>${body.join("")}</sheetData></worksheet>`;
  });
  const list = sheets.map(
    (sheet, i) =>
      `<sheet name="${escaped(sheet.name)}" sheetId="${i + 1}" state="${sheet.state ?? "visible"}" r:id="rId${i + 1}"/>`,
  );
  const links = sheets.map(
    (_, i) => `<Relationship Id="rId${i + 1}" Target="worksheets/sheet${i + 1}.xml"/>`,
  );
  return makeZip([
    { name: "[Content_Types].xml", data: "<Types/>" },
    {
      name: "xl/workbook.xml",
      data: `<workbook><workbookPr${options.date1904 ? ' date1904="1"' : ""}/><sheets>${list.join("")}</sheets></workbook>`,
    },
    { name: "xl/_rels/workbook.xml.rels", data: `<Relationships>${links.join("")}</Relationships>` },
    { name: "xl/styles.xml", data: STYLES },
    ...bodies.map((data, i) => ({ name: `xl/worksheets/sheet${i + 1}.xml`, data })),
    {
      name: "xl/sharedStrings.xml",
      data: `<sst>${texts.map((text) => `<si><t xml:space="preserve">${escaped(text)}</t></si>`).join("")}</sst>`,
    },
    ...(options.entries ?? []),
  ]);
}
