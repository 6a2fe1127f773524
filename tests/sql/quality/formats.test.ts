/** Known formats: published examples pass, and whatever a check digit is there to find is found. */
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createTestDatabase, type TestDatabase } from "../../support/database.ts";

let db: TestDatabase;
beforeAll(async () => {
  db = await createTestDatabase();
});
afterAll(() => db.drop());

async function failing(format: string, values: readonly string[]): Promise<string[]> {
  const { rows } = await db.admin.query<{ sql: string }>("select quality.format_fails('v', $1) as sql", [
    format,
  ]);
  const { rows: told } = await db.admin.query<{ v: string }>(
    `select v from unnest($1::text[]) with ordinality x (v, no) where ${rows[0]!.sql} order by no`,
    [values],
  );
  return told.map((r) => r.v);
}

/** Of each format what its publisher gives as an example, and what is none. */
const CASES: Record<string, [good: string[], bad: string[]]> = {
  npi: [
    ["1234567893", "1245319599"],
    ["1234567890", "3234567893", "123456789"],
  ],
  loinc: [
    ["2345-7", "718-7", "4548-4"],
    ["2345-8", "abc-1"],
  ],
  nhs_number: [
    ["9434765919", "943 476 5919"],
    ["9434765918", "94347659"],
  ],
  dea_number: [["AB1234563"], ["AB1234564", "1B1234563"]],
  icd10cm: [
    ["E11.9", "S72.001A", "U07.1", "C7A.00", "Z00"],
    ["11.9", "E1", "E11.12345"],
  ],
  ndc: [
    ["0002-8215-01", "50242-040-62", "60575-4112-1", "00002821501"],
    ["0002-8215", "123"],
  ],
  cpt: [
    ["99213", "0001F", "0042T"],
    ["9921", "9921X"],
  ],
  iban: [
    [
      "GB29NWBK60161331926819",
      "GB29 NWBK 6016 1331 9268 19",
      "DE89370400440532013000",
      "FR1420041010050500013M02606",
      "NO9386011117947",
    ],
    ["GB29NWBK60161331926818", "DE8937040044053201300", "XX8937040044053201300"],
  ],
  lei: [
    ["5493001KJTIIGC8Y1R12", "213800WAVVOPS85N2205"],
    ["5493001KJTIIGC8Y1R13", "5493001KJTIIGC8Y1R"],
  ],
  isin: [
    ["US0378331005", "AU0000XVGZA3", "GB0002634946"],
    ["US0378331006", "US037833100"],
  ],
  bic: [
    ["DEUTDEFF", "DEUTDEFF500", "NEDSZAJJXXX"],
    ["DEUTDEF", "DEUTD1FF"],
  ],
  aba_routing: [["111000025", "021000021"], ["111000026"]],
  payment_card: [
    ["4111111111111111", "378282246310005", "4111-1111-1111-1111"],
    ["4111111111111112", "4111"],
  ],
  currency: [
    ["EUR", "USD", "XAU"],
    ["EURO", "eur", "DEM"],
  ],
  gtin: [
    ["4006381333931", "036000291452", "96385074", "10614141000415"],
    ["4006381333932", "123456"],
  ],
  sscc: [["106141412345678908"], ["106141412345678907"]],
  isbn: [
    ["9780306406157", "978-0-306-40615-7"],
    ["9780306406158", "4006381333931"],
  ],
  hs_code: [
    ["090121", "0901210010"],
    ["09012", "0901211"],
  ],
  vin: [
    ["1M8GDM9AXKP042788", "11111111111111111"],
    ["1M8GDM9AXKP04278", "1M8GDM9AXKP04278O"],
  ],
  vin_checked: [["1M8GDM9AXKP042788", "11111111111111111"], ["1M8GDM9A1KP042788"]],
  semver: [
    ["1.0.0", "1.0.0-alpha.1", "1.0.0+20130313144700", "1.0.0-x.7.z.92"],
    ["1.0", "01.0.0", "1.0.0-01", "v1.0.0"],
  ],
  ipv4: [
    ["192.0.2.1", "255.255.255.255"],
    ["256.1.1.1", "1.2.3", "192.0.2.1/24"],
  ],
  ipv6: [
    ["2001:db8::1", "::1"],
    ["2001:db8:::1", "192.0.2.1", "2001:db8::/32"],
  ],
  ip: [
    ["192.0.2.1", "2001:db8::1"],
    ["192.0.2", "192.0.2.1/24"],
  ],
  mac: [["00:00:5e:00:53:01", "00-00-5E-00-53-01"], ["00:00:5e:00:53"]],
  uuid: [["f81d4fae-7dec-11d0-a765-00a0c91e6bf6"], ["f81d4fae"]],
  url: [
    ["https://example.org/a?b#c", "http://example.org"],
    ["ftp://example.org", "example.org", "https://a b"],
  ],
  imei: [["490154203237518"], ["490154203237517"]],
  sha256: [["e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"], ["e3b0c442"]],
  email: [
    ["a@example.org", "first.last+tag@sub.example.co"],
    ["a@b", "a b@example.org", "@example.org", "a..b@example.org", ".a@example.org"],
  ],
  phone: [
    ["+14155552671", "+442071838750"],
    ["0044207", "+0123456789", "+1 415"],
  ],
  country2: [
    ["FR", "DE"],
    ["UK", "fr", "ZZ"],
  ],
  country3: [["FRA"], ["FRX"]],
  language: [
    ["en", "de"],
    ["xx", "EN"],
  ],
};

describe("known formats", () => {
  it.each(Object.entries(CASES))("%s", async (format, [good, bad]) => {
    expect(await failing(format, good)).toEqual([]);
    expect(await failing(format, bad)).toEqual(bad);
    expect(await failing(format, [""])).toEqual([]);
  });

  it("no single wrong digit gets by a check digit", async () => {
    const checked = [
      "npi",
      "nhs_number",
      "iban",
      "lei",
      "isin",
      "aba_routing",
      "payment_card",
      "gtin",
      "sscc",
      "isbn",
      "imei",
    ];
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...checked),
        fc.nat(1000),
        fc.integer({ min: 1, max: 9 }),
        async (format, at, more) => {
          const value = CASES[format]![0][0]!;
          const digits = [...value].flatMap((c, i) => (/[0-9]/.test(c) ? [i] : []));
          const place = digits[at % digits.length]!;
          const wrong = `${value.slice(0, place)}${(Number(value[place]) + more) % 10}${value.slice(place + 1)}`;
          expect(await failing(format, [wrong]), `${format} ${wrong}`).toEqual([wrong]);
        },
      ),
      { numRuns: 150 },
    );
  });

  it("that are not known are refused", async () => {
    const { rows } = await db.admin.query("select quality.format_fails('v', 'horoscope') as sql");
    expect(rows).toEqual([{ sql: null }]);
  });
});
