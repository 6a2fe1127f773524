/** Anomalies of real series with known windows, against plain 3-sigma in the same run; and what the detector promises. */
import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import path from "node:path";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { projectRoot } from "../../lib/db/urls.ts";
import { episodesOf, type Point, type Scored, scoreSeries } from "../../lib/quality/anomalies.ts";
import { Stillness } from "../../lib/quality/bounds.ts";

const folder = path.join(projectRoot, "..", "shared", "data", "anomalies");
const HOUR = 3_600_000;
const WEEK = 7 * 24 * HOUR;
const utc = (text: string): number => Date.parse(`${text.replace(" ", "T")}Z`);

/** Mean and deviation of all points before, as the plainest alarm has them. */
function threeSigma(points: readonly Point[]): Scored[] {
  let sum = 0;
  let squares = 0;
  return points.map((p, i) => {
    const mean = sum / i;
    const deviation = Math.sqrt(Math.max(0, squares / i - mean * mean));
    sum += p.value;
    squares += p.value * p.value;
    const anomaly = i > 30 && deviation > 0 && Math.abs(p.value - mean) > 3 * deviation;
    return { ...p, baseline: mean, unit: 1, score: 0, threshold: 3, anomaly };
  });
}

function judge(scored: readonly Scored[], windows: readonly [number, number][]) {
  const episodes = episodesOf(scored);
  const meets = (e: { from: number; to: number }, [from, to]: [number, number]) =>
    e.from <= to && e.to >= from;
  const found = windows.filter((w) => episodes.some((e) => meets(e, w))).length;
  const false_ = episodes.filter((e) => !windows.some((w) => meets(e, w))).length;
  return { found, perWeek: false_ / ((scored.at(-1)!.time - scored[0]!.time) / WEEK) };
}

describe.skipIf(!existsSync(folder))("real series (skipped without ../shared/data/anomalies)", () => {
  it("more of the known windows are found than by 3-sigma, with fewer false alarms a week", async () => {
    const known = JSON.parse(await readFile(path.join(folder, "windows.json"), "utf8")) as Record<
      string,
      [string, string][]
    >;
    const total = { windows: 0, own: { found: 0, perWeek: 0 }, plain: { found: 0, perWeek: 0 } };
    for (const [file, given] of Object.entries(known)) {
      const lines = (await readFile(path.join(folder, file), "utf8")).trim().split("\n").slice(1);
      const points = lines.map((line) => ({
        time: utc(line.split(",")[0]!),
        value: Number(line.split(",")[1]),
      }));
      const windows = given.map(([from, to]): [number, number] => [utc(from), utc(to)]);
      const own = judge(scoreSeries(points), windows);
      const plain = judge(threeSigma(points), windows);
      console.log(
        `${file}: found ${own.found} of ${windows.length}, ${own.perWeek.toFixed(2)} false alarms a week; 3-sigma ${plain.found}, ${plain.perWeek.toFixed(2)}`,
      );
      total.windows += windows.length;
      for (const key of ["found", "perWeek"] as const) {
        total.own[key] += own[key];
        total.plain[key] += plain[key];
      }
    }
    console.log(`all: ${total.own.found} of ${total.windows} found, 3-sigma ${total.plain.found}`);
    expect(total.own.found).toBeGreaterThan(total.plain.found);
    expect(total.own.perWeek).toBeLessThan(total.plain.perWeek);
  });
});

/** Days with a rhythm and a little noise, by the hour. */
function rhythm(hours: number, noise: (i: number) => number): Point[] {
  return Array.from({ length: hours }, (_, i) => ({
    time: utc("2026-01-05 00:00:00") + i * HOUR,
    value: 100 + 50 * Math.sin((i % 24) / 3.8) + noise(i),
  }));
}
const noise = (i: number): number => ((i * 7919) % 101) / 50 - 1;

describe("the detector", () => {
  it("tells of values that stand still for longer than they do on the stillest days, near the baseline too", () => {
    const moving = rhythm(24 * 40, noise);
    const stuck = moving.map((p, i) => ({ ...p, value: i >= 700 && i < 730 ? moving[700]!.value : p.value }));
    const told = (points: Point[]) => scoreSeries(points).flatMap((p, i) => (p.anomaly ? [i] : []));
    expect(told(moving)).toEqual([]);
    for (const i of [712, 715, 729]) expect(told(stuck)).toContain(i);
    // Weekends that are zero throughout are as the worst days are, once there were some.
    const still = new Stillness(moving[0]!.time, 1);
    const weekends = moving.filter((p) =>
      still.take({ ...p, value: [0, 6].includes(new Date(p.time).getUTCDay()) ? 0 : p.value }),
    );
    expect(weekends.filter((p) => p.time - moving[0]!.time > 2 * WEEK)).toEqual([]);
  });

  it("says of a point only what earlier points tell: later ones change nothing", () => {
    fc.assert(
      fc.property(
        fc.array(fc.double({ min: -1e6, max: 1e6, noNaN: true }), { minLength: 100, maxLength: 300 }),
        fc.integer({ min: 50, max: 99 }),
        (values, cut) => {
          const points = values.map((value, i) => ({ time: i * HOUR, value }));
          expect(scoreSeries(points).slice(0, cut)).toEqual(scoreSeries(points.slice(0, cut)));
        },
      ),
      { numRuns: 50 },
    );
  });

  it("finds a drop in a rhythm, says which way, and is still about what it does every day", () => {
    const points = rhythm(24 * 28, noise);
    for (let i = 24 * 20; i < 24 * 20 + 8; i++) points[i]!.value -= 60;
    const episodes = episodesOf(scoreSeries(points));
    expect(episodes).toHaveLength(1);
    expect(episodes[0]).toMatchObject({ direction: "down" });
    expect(episodesOf(scoreSeries(points, { direction: "up" }))).toEqual([]);
  });

  it("learns from what people called expected", () => {
    const points = rhythm(24 * 42, noise);
    for (const day of [20, 30]) for (let i = 24 * day + 10; i < 24 * day + 16; i++) points[i]!.value += 80;
    expect(episodesOf(scoreSeries(points))).toHaveLength(2);
    const expected = [10, 12, 14].map((hour) => points[24 * 20 + hour]!.time);
    expect(episodesOf(scoreSeries(points, { expected }))).toEqual([]);
  });

  it("stands empty, constant and single-valued series", () => {
    for (const n of [0, 1, 2, 500]) {
      const flat = Array.from({ length: n }, (_, i) => ({ time: i * HOUR, value: 5 }));
      expect(episodesOf(scoreSeries(flat))).toEqual([]);
    }
  });
});

describe("a calendar", () => {
  const DAY = 24 * HOUR;
  const begin = Date.UTC(2026, 0, 1);
  const days = 240;
  /** Hourly; on the last day of each month three times as much. */
  const series = (changed: (time: number, value: number) => number = (_, v) => v): Point[] =>
    Array.from({ length: days * 24 }, (_, i) => {
      const time = begin + i * HOUR;
      const usual = 100 + 20 * Math.sin((i % 24) / 4) + ((i * 7919) % 11) / 5;
      const ends = new Date(time + DAY).getUTCDate() === 1;
      return { time, value: changed(time, ends ? usual * 3 : usual) };
    });
  const told = (points: Point[], monthEnds: boolean) =>
    episodesOf(scoreSeries(points, { calendar: { monthEnds } })).map((e) =>
      new Date(e.from).toISOString().slice(0, 10),
    );

  it("ends of months that are as ends of months are are not told of, and one that is not is", () => {
    expect(told(series(), false).length).toBeGreaterThan(0);
    expect(told(series(), true)).toEqual([]);
    const missed = Date.UTC(2026, 5, 30);
    const without = series((time, value) => (time >= missed && time < missed + DAY ? value / 3 : value));
    expect(told(without, true)).toEqual(["2026-06-30"]);
  });

  it("changes nothing of days that it does not name", () => {
    const plain = scoreSeries(series());
    const aware = scoreSeries(series(), { calendar: { holidays: ["12-25", "2030-01-01"] } });
    expect(aware).toEqual(plain);
  });
});
