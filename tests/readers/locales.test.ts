/** Numbers and dates as people write them: found from the values, told with evidence, ambiguous ones left alone. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { convertValue, formatsOfLocale } from "../../lib/contract/locales.ts";
import { propose } from "../support/reading.ts";

describe("locales", () => {
  it("finds a decimal comma and day-month order, with evidence", async () => {
    const text = "id;betrag;tag\n1;1.234,56;31.01.2026\n2;7,5;01.02.2026\n3;-1.000;03.04.2026 14:05\n";
    const { types, rows, evidence } = await propose(text);
    expect(types).toEqual({ id: "integer", betrag: "numeric", tag: "timestamptz" });
    expect(rows).toEqual([
      ["1", "1234.56", "2026-01-31"],
      ["2", "7.5", "2026-02-01"],
      ["3", "-1000", "2026-04-03 14:05:00"],
    ]);
    expect(evidence.join("\n")).toMatch(
      /column betrag: numbers with a decimal comma: 3 of 3 values, as in "1.234,56" \(line 2\)/,
    );
    expect(evidence.join("\n")).toMatch(/column tag: dates as day-month-year: .* "31.01.2026" \(line 2\)/);
  });

  it("finds thousands separators and month-day order", async () => {
    const text = 'n,d\n"1,234,567.5",12/31/2026\n"1,000",01/02/2026\n5,2/3/2026 1:05 PM\n';
    const { types, rows } = await propose(text);
    expect(types).toEqual({ n: "numeric", d: "timestamptz" });
    expect(rows).toEqual([
      ["1234567.5", "2026-12-31"],
      ["1000", "2026-01-02"],
      ["5", "2026-02-03 13:05:00"],
    ]);
  });

  it("says ambiguous where both readings fit, and takes what is declared or proved elsewhere", async () => {
    const text = 'n,d\n"1,234",03/04/2026\n"5,678",05/06/2026\n';
    const unsure = await propose(text);
    expect(unsure.types).toEqual({ n: "text", d: "text" });
    expect(unsure.rows[0]).toEqual(["1,234", "03/04/2026"]);
    expect(unsure.evidence.join("\n")).toMatch(
      /column n: ambiguous: .*declare decimal[\s\S]*column d: ambiguous: .*declare dateOrder/,
    );
    expect((await propose(text, { decimal: ",", dateOrder: "dmy" })).rows[0]).toEqual([
      "1.234",
      "2026-04-03",
    ]);
    expect((await propose(text, { locale: "en-US" })).rows[0]).toEqual(["1234", "2026-03-04"]);
    const proved = await propose(
      'n,d,e,m\n"1,234",03/04/2026,25/12/2026,"1,5"\n"5,678",05/06/2026,01/01/2026,"2,25"\n',
    );
    expect(proved.rows[0]).toEqual(["1.234", "2026-04-03", "2026-12-25", "1.5"]);
  });

  it("leaves native values, codes and texts as they are", async () => {
    const text = "a,b,c,d\n1.5,2026-01-02,007,1/2\n2.25,2026-01-03,12,a\n1.234,2026-01-04,13,b\n";
    const { types, rows, evidence } = await propose(text);
    expect(types).toEqual({ a: "numeric", b: "date", c: "text", d: "text" });
    expect(rows[2]).toEqual(["1.234", "2026-01-04", "13", "b"]);
    expect(evidence.join("\n")).not.toMatch(/ambiguous|dates as|numbers with/);
  });

  it("keeps the texts of a column that turns out to be text", async () => {
    const body = Array.from({ length: 200 }, (_, i) => `"${i},5"`);
    const { types, rows, evidence } = await propose(
      `n,m\n${body.map((n) => `${n},1`).join("\n")}\nabout ten,1\n`,
    );
    expect(types.n).toBe("text");
    expect(rows[0]![0]).toBe("0,5");
    expect(evidence.join("\n")).toMatch(/column n: text after all/);
  });

  it("refuses a locale that there is none of", async () => {
    await expect(propose("a\n1\n", { locale: "no such thing" })).rejects.toMatchObject({
      code: "bad_dialect",
    });
    expect(formatsOfLocale("de-DE")).toEqual({ decimal: ",", dateOrder: "dmy" });
    expect(formatsOfLocale("en-US")).toEqual({ decimal: ".", dateOrder: "mdy" });
    expect(formatsOfLocale("ja-JP")).toEqual({ decimal: ".", dateOrder: "ymd" });
  });

  it("converts what any locale writes back to the number it was", () => {
    for (const tag of ["de-DE", "fr-FR", "en-US", "de-CH", "sv-SE", "es-ES"]) {
      const { decimal } = formatsOfLocale(tag);
      const write = new Intl.NumberFormat(tag, { maximumFractionDigits: 4 });
      fc.assert(
        fc.property(fc.integer({ min: -1e9, max: 1e9 }), fc.integer({ min: 0, max: 9999 }), (whole, part) => {
          const value = Number(`${whole}.${String(part).padStart(4, "0")}`);
          expect(Number(convertValue({ kind: "number", decimal: decimal! }, write.format(value)))).toBe(
            value,
          );
        }),
        { numRuns: 100 },
      );
    }
  });
});
