/**
 * When a cron expression falls: as another implementation says where clocks do not change, and as written down where they
 * do. And what is refused, with the field that is wrong.
 */
import { Cron } from "croner";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  addMember,
  asMember,
  createOrg,
  createTestDatabase,
  type TestDatabase,
} from "../../support/database.ts";

let db: TestDatabase;
let member: { orgId: string; userId: string };

beforeAll(async () => {
  db = await createTestDatabase();
  const org = await createOrg(db, "acme");
  member = { orgId: org.id, userId: await addMember(db, org.id, "viewer@acme.example", "analyst") };
});
afterAll(() => db.drop());

async function times(cron: string, zone: string, after: string, count = 4): Promise<string[]> {
  return asMember(db, member, async (client) => {
    const { rows } = await client.query<{ t: Date }>("select t from ingest.next_times($1, $2, $3, $4) t", [
      cron,
      zone,
      after,
      count,
    ]);
    return rows.map((row) => row.t.toISOString().replace(":00.000Z", "Z"));
  });
}

describe("where the clocks change", () => {
  it("in March a time that does not exist is an hour later, that day only", async () => {
    expect(await times("30 2 * * *", "Europe/Paris", "2026-03-27T12:00Z", 3)).toEqual([
      "2026-03-28T01:30Z",
      "2026-03-29T01:30Z",
      "2026-03-30T00:30Z",
    ]);
  });
  it("in March every hour and every half hour go on without a gap", async () => {
    expect(await times("0 * * * *", "Europe/Paris", "2026-03-28T23:30Z", 4)).toEqual([
      "2026-03-29T00:00Z",
      "2026-03-29T01:00Z",
      "2026-03-29T02:00Z",
      "2026-03-29T03:00Z",
    ]);
    expect(await times("*/30 * * * *", "Europe/Paris", "2026-03-29T00:10Z", 3)).toEqual([
      "2026-03-29T00:30Z",
      "2026-03-29T01:00Z",
      "2026-03-29T01:30Z",
    ]);
  });
  it("in October a time that comes twice counts once, the first time", async () => {
    expect(await times("30 2 * * *", "Europe/Paris", "2026-10-24T12:00Z", 3)).toEqual([
      "2026-10-25T00:30Z",
      "2026-10-26T01:30Z",
      "2026-10-27T01:30Z",
    ]);
    // Also where it is asked between the two.
    expect(await times("30 2 * * *", "Europe/Paris", "2026-10-25T01:00Z", 1)).toEqual(["2026-10-26T01:30Z"]);
  });
  it("in October every hour comes, the doubled one twice", async () => {
    expect(await times("30 * * * *", "Europe/Paris", "2026-10-24T23:00Z", 4)).toEqual([
      "2026-10-24T23:30Z",
      "2026-10-25T00:30Z",
      "2026-10-25T01:30Z",
      "2026-10-25T02:30Z",
    ]);
  });
  it("half an hour of summer time, and midnights that do not exist", async () => {
    // Lord Howe: 02:00 becomes 02:30 on 4 October 2026.
    expect(await times("15 2 * * *", "Australia/Lord_Howe", "2026-10-02T20:00Z", 2)).toEqual([
      "2026-10-03T15:45Z",
      "2026-10-04T15:15Z",
    ]);
    // Cairo: 00:00 becomes 01:00 on 24 April 2026.
    expect(await times("0 0 * * *", "Africa/Cairo", "2026-04-23T00:00Z", 2)).toEqual([
      "2026-04-23T22:00Z",
      "2026-04-24T21:00Z",
    ]);
  });
});

it("29 February, the last day, the last and the second Friday, day or weekday", async () => {
  expect(await times("0 0 29 2 *", "UTC", "2026-03-01T00:00Z", 2)).toEqual([
    "2028-02-29T00:00Z",
    "2032-02-29T00:00Z",
  ]);
  expect(await times("0 0 29 2 *", "UTC", "2096-03-01T00:00Z", 1)).toEqual(["2104-02-29T00:00Z"]);
  expect(await times("0 6 L * *", "UTC", "2028-01-31T07:00Z", 3)).toEqual([
    "2028-02-29T06:00Z",
    "2028-03-31T06:00Z",
    "2028-04-30T06:00Z",
  ]);
  expect(await times("0 0 * * 5L", "UTC", "2026-01-01T00:00Z", 2)).toEqual([
    "2026-01-30T00:00Z",
    "2026-02-27T00:00Z",
  ]);
  expect(await times("0 0 * * FRI#2", "UTC", "2026-01-01T00:00Z", 2)).toEqual([
    "2026-01-09T00:00Z",
    "2026-02-13T00:00Z",
  ]);
  expect(await times("0 0 13 * 5", "UTC", "2026-02-10T00:00Z", 3)).toEqual([
    "2026-02-13T00:00Z",
    "2026-02-20T00:00Z",
    "2026-02-27T00:00Z",
  ]);
});

it("as croner says, for any expression, in zones and at times where the clocks stay", async () => {
  const number = (low: number, high: number) => fc.integer({ min: low, max: high });
  const field = (low: number, high: number): fc.Arbitrary<string> =>
    fc.oneof(
      { weight: 3, arbitrary: fc.constant("*") },
      { weight: 3, arbitrary: number(low, high).map(String) },
      {
        weight: 1,
        arbitrary: fc
          .tuple(number(low, high), number(low, high))
          .map(([a, b]) => `${Math.min(a, b)}-${Math.max(a, b)}`),
      },
      {
        weight: 1,
        arbitrary: fc.array(number(low, high), { minLength: 2, maxLength: 4 }).map((list) => list.join(",")),
      },
      { weight: 1, arbitrary: number(2, 6).map((n) => `*/${n}`) },
      {
        weight: 1,
        arbitrary: fc
          .tuple(number(low, high), number(low, high), number(1, 5))
          .map(([a, b, n]) => `${Math.min(a, b)}-${Math.max(a, b)}/${n}`),
      },
    );
  const day = fc.oneof({ weight: 4, arbitrary: field(1, 28) }, { weight: 1, arbitrary: fc.constant("L") });
  const cron = fc
    .tuple(field(0, 59), field(0, 23), day, field(1, 12), field(0, 6))
    // A step over the days is "every" to some and a restriction to others.
    .filter(([, , d, , w]) => !(d.startsWith("*/") && w !== "*") && !(w.startsWith("*/") && d !== "*"))
    .map((fields) => fields.join(" "));
  const zone = fc.constantFrom(
    "UTC",
    "Asia/Tokyo",
    "Asia/Kolkata",
    "Asia/Kathmandu",
    "Pacific/Honolulu",
    "America/Bogota",
  );
  const after = fc.date({
    min: new Date("2024-01-01T00:00Z"),
    max: new Date("2030-01-01T00:00Z"),
    noInvalidDate: true,
  });
  await fc.assert(
    fc.asyncProperty(cron, zone, after, async (expression, timezone, from) => {
      const expected = new Cron(expression, { timezone }).nextRuns(3, from);
      expect(await times(expression, timezone, from.toISOString(), 3)).toEqual(
        expected.map((d) => d.toISOString().replace(":00.000Z", "Z")),
      );
    }),
    { numRuns: 300 },
  );
});

it("over a year in Paris, from anywhere: later than asked, in order, and at the times of its clocks", async () => {
  const after = fc.date({
    min: new Date("2026-03-27T00:00Z"),
    max: new Date("2026-10-27T00:00Z"),
    noInvalidDate: true,
  });
  const clock = new Intl.DateTimeFormat("en-GB", { timeZone: "Europe/Paris", minute: "numeric" });
  await fc.assert(
    fc.asyncProperty(after, fc.integer({ min: 0, max: 59 }), async (from, minute) => {
      const found = await times(`${minute} * * * *`, "Europe/Paris", from.toISOString(), 3);
      const at = found.map((text) => new Date(text).getTime());
      expect(at[0]! - from.getTime()).toBeGreaterThan(0);
      expect(at[0]! - from.getTime()).toBeLessThanOrEqual(3_600_000);
      expect(at[1]! - at[0]!).toBe(3_600_000);
      expect(at[2]! - at[1]!).toBe(3_600_000);
      expect(Number(clock.format(at[0]))).toBe(minute);
    }),
    { numRuns: 100 },
  );
});

describe("what is refused says which field", () => {
  const cases: [string, RegExp][] = [
    ["60 * * * *", /minute/],
    ["0 24 * * *", /hour/],
    ["0 0 32 * *", /day/],
    ["0 0 * 13 *", /month/],
    ["0 0 * * 8", /weekday/],
    ["0 0 * * FOO", /weekday/],
    ["*/0 * * * *", /minute/],
    ["5-1 * * * *", /minute/],
    ["* * * *", /five fields, not 4/],
    ["* * * * * *", /five fields, not 6/],
    ["", /five fields, not 0/],
    ["0 0 31 2 *", /never falls/],
    [`${"1,".repeat(70)}1 * * * *`, /minute.*too long|five fields/],
  ];
  it.each(cases)("%s", async (cron, told) => {
    await expect(times(cron, "UTC", "2026-01-01T00:00Z")).rejects.toMatchObject({
      code: "IN091",
      message: expect.stringMatching(told),
      column: "cron",
    });
  });
  it.each(["Europe/Nowhere", "+02:00", "CEST", "", "posix/../x"])("time zone %s", async (zone) => {
    await expect(times("0 0 * * *", zone, "2026-01-01T00:00Z")).rejects.toMatchObject({
      code: "IN092",
      column: "timeZone",
    });
  });
});
