/** Excel workbooks: the sheet, the header, dates by format, cached values; what is encrypted or broken is refused. */
import { describe, expect, it } from "vitest";
import { kindOfCode, serialText } from "../../worker/readers/xlsx-styles.ts";
import { makeXlsx, makeZip } from "../support/archives.ts";
import { propose, readAll, refusal } from "../support/reading.ts";

const c = (xml: string) => ({ xml });

describe("xlsx", () => {
  it("reads texts, numbers, truth values, dates by their format, and formulas by their last value", async () => {
    const rows = [
      ["id", "name", "born", "seen", "at", "paid", "share", "sum", "note"],
      [
        1,
        "Zoë & <co>",
        c('<c s="1"><v>45000</v></c>'),
        c('<c s="2"><v>45000.5</v></c>'),
        c('<c s="3"><v>0.75</v></c>'),
        true,
        c('<c s="4"><v>0.30000000000000004</v></c>'),
        c("<c><f>A2*2</f><v>2</v></c>"),
        null,
      ],
      [
        2,
        "007",
        c('<c s="1"><v>59</v></c>'),
        null,
        null,
        false,
        1e21,
        c('<c t="str"><f>B2</f><v>text</v></c>'),
        c('<c t="e"><v>#N/A</v></c>'),
      ],
    ];
    for (const inline of [false, true]) {
      const { inspection, records } = await readAll(makeXlsx([{ name: "People", rows }], { inline }));
      expect(inspection.columns).toEqual(rows[0]);
      expect(records.map((record) => [record.line, ...record.fields])).toEqual([
        [
          2,
          "1",
          "Zoë & <co>",
          "2023-03-15",
          "2023-03-15 12:00:00",
          "18:00:00",
          "true",
          "0.30000000000000004",
          "2",
          null,
        ],
        [3, "2", "007", "1900-02-28", null, null, "false", "1e+21", "text", "#N/A"],
      ]);
    }
  });

  it("proposes types of typed cells and keeps codes with leading zeros text", async () => {
    const rows = [
      ["id", "zip", "day", "ok"],
      [1, "01234", c('<c s="1"><v>45000</v></c>'), true],
      [2, "55555", c('<c s="1"><v>45001</v></c>'), false],
    ];
    const { types } = await propose(makeXlsx([{ name: "S", rows }]));
    expect(types).toEqual({ id: "integer", zip: "text", day: "date", ok: "boolean" });
  });

  it("takes the first visible sheet with content, or the one declared, and says so", async () => {
    const book = makeXlsx([
      { name: "Empty", rows: [] },
      { name: "Hidden", state: "hidden", rows: [["h"], [1]] },
      {
        name: "Data",
        rows: [
          ["a", "b"],
          [1, 2],
        ],
      },
      { name: "More", rows: [["x"], [9]] },
    ]);
    const found = await readAll(book);
    expect(found.inspection.dialect.sheet).toBe("Data");
    expect(found.inspection.evidence.join("\n")).toMatch(
      /sheet "Data": the first with content, of 4 \("Empty", "Hidden", "Data", "More"\)/,
    );
    expect((await readAll(book, { sheet: "more" })).rows).toEqual([["9"]]);
    expect(await refusal(book, { sheet: "Nope" })).toMatchObject({
      code: "needs_choice",
      remedy: expect.stringMatching(/"Data"/),
    });
    expect(await refusal(book, { sheet: "Empty" })).toMatchObject({ code: "empty_file" });
  });

  it("finds the header below titles and beside empty columns, and sets rows aside that are too wide", async () => {
    const rows = [
      [null, "Sales of the year"],
      [],
      [null, "region", "units", "price"],
      [null, "north", 3, 1.5],
      [],
      [null, "south", null, 2.5],
      [null, "east", 4, 3.5],
    ];
    const { inspection, records } = await readAll(makeXlsx([{ name: "S", rows }]));
    expect(inspection.columns).toEqual(["region", "units", "price"]);
    expect(records.map((record) => [record.line, ...record.fields])).toEqual([
      [4, "north", "3", "1.5"],
      [6, "south", null, "2.5"],
      [7, "east", "4", "3.5"],
    ]);
    const late = [["a", "b"], ...Array.from({ length: 1200 }, (_, i) => [i, i]), [1, 2, 3]];
    const wide = await readAll(makeXlsx([{ name: "S", rows: late }]));
    expect(wide.records.at(-1)).toMatchObject({ line: 1202, problem: { rule: "ragged_row" } });
  });

  it("knows date formats from number formats", () => {
    const kinds = [
      "yyyy-mm-dd",
      "[$-409]d mmm yy;@",
      "h:mm AM/PM",
      "[h]:mm",
      "mm:ss.0",
      "dd/mm/yyyy hh:mm",
      "0.00",
      '0 "days"',
      "General",
      "#,##0 [Red]",
      "mmm",
    ];
    expect(kinds.map(kindOfCode)).toEqual([
      "date",
      "date",
      "time",
      "elapsed",
      "time",
      "stamp",
      null,
      null,
      null,
      null,
      "date",
    ]);
    expect([1, 60, 61, 2_958_465, 45000.999999999].map((n) => serialText(n, "date", false))).toEqual([
      "1900-01-01",
      null,
      "1900-03-01",
      "9999-12-31",
      "2023-03-16",
    ]);
    expect(serialText(0, "date", true)).toBe("1904-01-01");
    expect(serialText(1.5, "elapsed", false)).toBe("36:00:00");
  });

  it("refuses what is encrypted, old, damaged or no table, by name", async () => {
    const office = Buffer.alloc(2048);
    office.write("d0cf11e0a1b11ae1", 0, "hex");
    office.writeUInt16LE(9, 30);
    office.writeUInt32LE(1, 48);
    const encrypted = Buffer.from(office);
    encrypted.write("EncryptedPackage", 1024, "utf16le");
    const sheet = (xml: string) =>
      makeXlsx([{ name: "S", rows: [], xml: `<worksheet><sheetData>${xml}</sheetData></worksheet>` }]);
    const good = makeXlsx([{ name: "S", rows: [["a"], [1]] }]);
    const cases: [Buffer, string, RegExp][] = [
      [encrypted, "refused", /encrypted with a password/],
      [office, "unsupported_format", /old office document/],
      [makeXlsx([]), "damaged", /no worksheet/],
      [makeXlsx([{ name: "S", rows: [] }]), "empty_file", /no sheet of the workbook has content/],
      [good.subarray(0, good.length - 40), "damaged", /ZIP archive is damaged/],
      [sheet('<row r="1"><c r="A1" t="s"><v>7</v></c></row>'), "damaged", /refers to text 7/],
      [sheet('<row r="2"><c r="A2"><v>1</v></c></row><row r="1"/>'), "damaged", /row 1 comes after row 2/],
      [sheet('<row r="1"><c r="ZZZ1"><v>1</v></c></row>'), "damaged", /beyond column XFD/],
      [sheet("<row><c>"), "damaged", /not well-formed XML/],
      [
        makeXlsx([{ name: "S", rows: [], xml: "<!DOCTYPE a [<!ENTITY b 'c'>]><worksheet/>" }]),
        "refused",
        /DOCTYPE/,
      ],
      [
        makeZip([
          { name: "[Content_Types].xml", data: "" },
          { name: "word/document.xml", data: "" },
        ]),
        "unsupported_format",
        /office document/,
      ],
    ];
    for (const [bytes, code, says] of cases) {
      expect(await refusal(bytes)).toMatchObject({
        code,
        message: expect.stringMatching(says),
        remedy: expect.stringMatching(/\.$/),
      });
    }
  });
});
