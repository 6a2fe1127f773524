/** Dates with the month's name and amounts with what stands beside them: read, told with evidence, left alone where unclear. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { convertValue, formatsOfLocale } from "../../lib/contract/locales.ts";
import { namedDate } from "../../lib/contract/month-names.ts";
import { propose } from "../support/reading.ts";

describe("dates with the month's name", () => {
  it("are found in CSV and in JSON, with evidence", async () => {
    const csv = await propose('d,e\n12-JAN-2024,"June 2, 1998 3:04 PM"\n3 mars 2023,Jun 12 1998\n');
    expect(csv.types).toEqual({ d: "date", e: "timestamptz" });
    expect(csv.rows).toEqual([
      ["2024-01-12", "1998-06-02 15:04:00"],
      ["2023-03-03", "1998-06-12"],
    ]);
    expect(csv.evidence.join("\n")).toContain(
      `column d: dates as day, month's name and year: 2 of 2 values, as in "12-JAN-2024" (line 2)`,
    );
    const json = await propose('[{"d":"31.01.2026","n":"1,234"},{"d":"01.02.2026","n":"5,678"}]');
    expect(json.types).toEqual({ d: "date", n: "text" });
    expect(json.rows[0]).toEqual(["2026-01-31", "1,234"]);
  });

  it("are what any of the languages writes", () => {
    for (const language of [
      "en-US",
      "en-GB",
      "fr",
      "de",
      "es",
      "it",
      "pt",
      "nl",
      "sv",
      "da",
      "nb",
      "pl",
      "fi",
    ])
      for (const month of ["long", "short"] as const) {
        const write = new Intl.DateTimeFormat(language, {
          day: "numeric",
          month,
          year: "numeric",
          timeZone: "UTC",
        });
        for (let i = 0; i < 366; i++) {
          const day = new Date(Date.UTC(2024, 0, 1 + i));
          const text = write.format(day);
          // Finnish shortens to the month's number.
          if (!/\p{L}{3}/u.test(text)) continue;
          expect(namedDate(text), text).toBe(day.toISOString().slice(0, 10));
        }
      }
  });

  it("are no texts that look a little like them", async () => {
    for (const text of [
      "Room 12 2024",
      "1 Marten 2020",
      "May 2024",
      "32 May 2024",
      "12 June 98",
      "Mayor 5, 2024",
      "5 a 2024",
    ])
      expect(namedDate(text), text).toBeNull();
    const { types } = await propose("n,d\n1,June 2024\n2,May 2023\n");
    expect(types).toEqual({ n: "integer", d: "text" });
  });
});

describe("amounts", () => {
  it("are read without currency, percent sign and brackets, which the evidence tells", async () => {
    const text = 'a;b;c;d\n1.234,50 €;12,5 %;$5;"(1,234.5)"\n-3,00 €;7 %;$6;10\n0,5 €;100 %;$-7;"2,000.25"\n';
    const { types, rows, evidence } = await propose(text);
    expect(types).toEqual({ a: "numeric", b: "numeric", c: "integer", d: "numeric" });
    expect(rows).toEqual([
      ["1234.50", "12.5", "5", "-1234.5"],
      ["-3.00", "7", "6", "10"],
      ["0.5", "100", "-7", "2000.25"],
    ]);
    const told = evidence.join("\n");
    expect(told).toMatch(/column a: numbers with a decimal comma, amounts in €: 3 of 3 values/);
    expect(told).toMatch(/column b: .*percent signs left out \(5 % is 5\)/);
    expect(told).toMatch(/column d: .*below zero in brackets/);
  });

  it("stay texts in several currencies, all in brackets, or with something else beside them", async () => {
    const { types, rows, evidence } = await propose("a,b,c\n$5,(1),5 cm\n€6,(2),6 cm\n$7,(3),7 cm\n");
    expect(types).toEqual({ a: "text", b: "text", c: "text" });
    expect(rows[1]).toEqual(["€6", "(2)", "6 cm"]);
    expect(evidence.join("\n")).toContain("column a: amounts in several units ($, €)");
  });

  it("of another currency than the column's come back as they are, for the load to reject", () => {
    expect(convertValue({ kind: "number", decimal: ".", unit: "$" }, "€5")).toBe("€5");
    expect(convertValue({ kind: "number", decimal: ".", unit: "$" }, "$5")).toBe("5");
    expect(convertValue({ kind: "number", decimal: ".", unit: "$" }, "1,000")).toBe("1000");
    expect(convertValue({ kind: "number", decimal: "." }, "$5")).toBe("$5");
  });

  it("are what any locale writes of a currency, back to the number it was", () => {
    const written: [string, string, string][] = [
      ["de-DE", "EUR", "€"],
      ["en-US", "USD", "$"],
      ["fr-FR", "EUR", "€"],
      ["pt-BR", "BRL", "R$"],
      ["sv-SE", "SEK", "kr"],
      ["pl-PL", "PLN", "zł"],
      ["de-CH", "CHF", "CHF"],
      ["ja-JP", "JPY", "¥"],
    ];
    for (const [tag, currency, unit] of written) {
      const { decimal } = formatsOfLocale(tag);
      for (const sign of ["standard", "accounting"] as const) {
        const write = new Intl.NumberFormat(tag, { style: "currency", currency, currencySign: sign });
        fc.assert(
          fc.property(fc.integer({ min: -1e8, max: 1e8 }), fc.integer({ min: 0, max: 99 }), (whole, part) => {
            const value = currency === "JPY" ? whole : Number(`${whole}.${String(part).padStart(2, "0")}`);
            // What is written in full width stays a text.
            const text = write.format(value).replace("￥", "¥");
            expect(Number(convertValue({ kind: "number", decimal: decimal!, unit }, text)), text).toBe(value);
          }),
          { numRuns: 50 },
        );
      }
    }
  });
});
