/**
 * Points of a series that do not fit, found as they come: whatever is said of a point is known from earlier ones alone.
 *
 * Baseline: the best of three, by how far each was from the points of the last week: the median of the same time in
 * earlier weeks, of the same time on earlier days, of the last day. Score: the distance from it in robust deviations
 * (median absolute distance). A point is told of for any of four reasons:
 * - it lasts: the median of three scores is beyond what the series itself does on its worst days, a quarter of the last
 *   four weeks' days; so a bursty series is not told of every day, and a calm one is told of little;
 * - it stands out by itself: one score is far beyond what single points do on the worst days;
 * - it was never seen: the value lies outside of all values so far by a share of their range;
 * - it stands still: the very same value stays for twice as long as it does on the series' stillest days.
 * While few days are known, bounds are wider.
 *
 * Days that a calendar names (holidays, ends of months) are held against the earlier ones of their kind: by how many times
 * those were what was usual at their time. They are in nobody's baseline, and nothing is said of one before two were seen.
 */

import { Extremes, FLOOR, Stillness, WorstDays } from "./bounds.ts";
import { type Calendar, dayKinds } from "./calendar.ts";
import { median } from "./robust.ts";

export interface Point {
  /** Milliseconds since 1970. */
  time: number;
  value: number;
}

export type Direction = "both" | "up" | "down";
export type Sensitivity = "low" | "normal" | "high";

export interface Options {
  direction?: Direction;
  sensitivity?: Sensitivity;
  /** Moments that people called expected: what is no further off at that time of day is not told of again. */
  expected?: readonly number[];
  /** Days that are unlike others; none by default. */
  calendar?: Calendar;
}

export interface Scored extends Point {
  /** null: too early to say. */
  baseline: number | null;
  /** One robust deviation, in the series' own measure. */
  unit: number;
  score: number;
  threshold: number | null;
  anomaly: boolean;
}

/** Neighbouring anomalies, as people are told of them. */
export interface Episode {
  from: number;
  to: number;
  points: number;
  peak: { time: number; value: number; baseline: number; score: number };
  direction: "up" | "down";
}

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
/** Times of day nearer than this count as the same. */
const SLOT = HOUR / 2;
const SMOOTHED = 3;
/** Nothing is said before this much has been seen. */
const WARM_UP = 2 * DAY;
const FACTOR: Record<Sensitivity, number> = { low: 1.5, normal: 1, high: 0.75 };
/** A single point must stand out by so much more than what lasts. */
const ALONE = 1.8;
/** Never seen: beyond all values by this share of their range, see bounds.ts. */
const BEYOND: Record<Sensitivity, number> = { low: 0.2, normal: 0.05, high: 0.03 };
const BEYOND_WARM_UP = 3 * DAY;
/** A score that stands for none, where a reason needs one. */
const NEAREST = 1e-6;
/** Anomalies further apart than this are told of apart. */
const APART = 6 * HOUR;
/** An expected point speaks for its time of day, this far around. */
const EXPECTED_AROUND = 3 * HOUR;
/** The median distance of a normal distribution's values, as its deviation. */
const UNIT = 1.4826;
/** Points of one kind of day that are remembered. */
const MAX_SPECIAL = 5000;
const CANDIDATES = ["week", "day", "last"] as const;
type Candidate = (typeof CANDIDATES)[number];

interface Seen {
  time: number;
  value: number;
}

/** What earlier points say of the next. */
class Baselines {
  private readonly weekly = new Map<number, Seen[]>();
  private readonly daily = new Map<number, Seen[]>();
  private readonly off: Record<Candidate, number[]> = { week: [], day: [], last: [] };
  private best: { name: Candidate; off: number } | null = null;
  private lastDay: number | null = null;
  private readonly values: number[] = [];
  private readonly special = new Map<string, { day: number; ratio: number }[]>();
  private readonly slot: number;
  private readonly perSlot: number;
  private readonly perDay: number;

  constructor(step: number) {
    this.slot = Math.max(step, SLOT);
    this.perSlot = Math.max(1, Math.round(this.slot / step));
    this.perDay = Math.max(2, Math.round(DAY / step));
  }

  private slots(time: number): [number, number] {
    const slot = Math.floor(time / this.slot);
    return [
      slot % Math.max(1, Math.round((7 * DAY) / this.slot)),
      slot % Math.max(1, Math.round(DAY / this.slot)),
    ];
  }

  private candidates(time: number): Partial<Record<Candidate, number>> {
    const [week, day] = this.slots(time);
    const found: Partial<Record<Candidate, number>> = {};
    const weeks = this.weekly.get(week) ?? [];
    if (
      weeks.length > 0 &&
      Math.floor(weeks[0]!.time / (7 * DAY)) !== Math.floor(weeks.at(-1)!.time / (7 * DAY))
    ) {
      found.week = median(weeks.slice(-6 * this.perSlot).map((p) => p.value));
    }
    const days = this.daily.get(day) ?? [];
    if (days.length >= 3 * this.perSlot)
      found.day = median(days.slice(-10 * this.perSlot).map((p) => p.value));
    const n = this.values.length;
    if (n >= this.perDay / 2) {
      if (n % this.perSlot === 0 || this.lastDay === null)
        this.lastDay = median(this.values.slice(-this.perDay));
      found.last = this.lastDay;
    }
    return found;
  }

  private choose(): void {
    if (this.values.length % Math.max(1, 2 * this.perSlot) !== 0) return;
    this.best = null;
    for (const name of CANDIDATES) {
      const off = this.off[name];
      if (off.length < this.perDay / 2) continue;
      const typical = median(off.slice(-7 * this.perDay));
      if (this.best === null || typical < this.best.off * 0.95) this.best = { name, off: typical };
    }
  }

  /** Where a point of that moment is expected, and what a robust deviation is there. */
  private expect(found: Partial<Record<Candidate, number>>): { baseline: number | null; unit: number } {
    const baseline = this.best ? (found[this.best.name] ?? null) : null;
    const unit =
      this.best && baseline !== null ? Math.max(UNIT * this.best.off, FLOOR * Math.abs(baseline), 1e-9) : 1;
    return { baseline, unit };
  }

  /** How far off a point is from where it is expected, in robust deviations; then it is one of those seen. */
  take({ time, value }: Point): { baseline: number | null; unit: number; score: number } {
    const found = this.candidates(time);
    this.choose();
    const { baseline, unit } = this.expect(found);
    const score = baseline === null ? 0 : (value - baseline) / unit;
    for (const name of CANDIDATES)
      if (found[name] !== undefined) this.off[name].push(Math.abs(value - found[name]));
    const [week, day] = this.slots(time);
    push(this.weekly, week, { time, value });
    push(this.daily, day, { time, value });
    this.values.push(value);
    return { baseline, unit, score };
  }

  /** The same of a point on a day of its own kind, which is one of those seen of that kind alone. */
  takeSpecial(
    { time, value }: Point,
    kind: string,
  ): { baseline: number | null; unit: number; score: number } {
    const { baseline: usual, unit } = this.expect(this.candidates(time));
    if (usual === null) return { baseline: null, unit, score: 0 };
    const seen = this.special.get(kind) ?? [];
    const today = Math.floor(time / DAY);
    const earlier = seen.filter((one) => one.day !== today);
    const ratio = Math.abs(usual) > 1e-9 ? value / usual : null;
    if (ratio !== null) this.special.set(kind, [...seen.slice(-MAX_SPECIAL), { day: today, ratio }]);
    if (new Set(earlier.map((one) => one.day)).size < 2) return { baseline: null, unit, score: 0 };
    const typical = median(earlier.map((one) => one.ratio));
    const spread = UNIT * median(earlier.map((one) => Math.abs(one.ratio - typical)));
    const baseline = usual * typical;
    const wider = Math.max(unit, spread * Math.abs(usual));
    return { baseline, unit: wider, score: (value - baseline) / wider };
  }
}

function push(map: Map<number, Seen[]>, key: number, point: Seen): void {
  const list = map.get(key);
  if (list) list.push(point);
  else map.set(key, [point]);
}

function sided(score: number, direction: Direction): number {
  return direction === "both" ? Math.abs(score) : Math.max(0, direction === "up" ? score : -score);
}

/** A reason to tell of a point: it is one where the score is above the threshold. */
interface Reason {
  score: number;
  threshold: number;
}

function timesNear(a: number, b: number): boolean {
  const apart = Math.abs((a % DAY) - (b % DAY));
  return Math.min(apart, DAY - apart) <= EXPECTED_AROUND;
}

/** What speaks for telling of a point, of those scores that are known so far. */
class Judge {
  private readonly recent: number[] = [];
  private readonly lasting: WorstDays;
  private readonly alone: WorstDays;
  private readonly extremes: Extremes;
  private readonly stillness: Stillness;
  private readonly forgiven: { time: number; lasting: number; alone: number }[] = [];
  private readonly pending: number[];

  private readonly begin: number;
  private readonly direction: Direction;

  constructor(begin: number, { direction = "both", sensitivity = "normal", expected = [] }: Options) {
    this.begin = begin;
    this.direction = direction;
    this.lasting = new WorstDays(FACTOR[sensitivity]);
    this.alone = new WorstDays(FACTOR[sensitivity] * ALONE);
    this.extremes = new Extremes(BEYOND[sensitivity], direction);
    this.stillness = new Stillness(begin, FACTOR[sensitivity]);
    this.pending = [...expected].sort((a, b) => a - b);
  }

  take(
    { time, value }: Point,
    of: { baseline: number | null; unit: number; score: number },
    isSpecial: boolean,
  ): { reasons: Reason[]; called: boolean; score: number } {
    const alone = sided(of.score, this.direction);
    this.recent.push(alone);
    if (this.recent.length > SMOOTHED) this.recent.shift();
    const score = median(this.recent);
    const bounds = { lasting: this.lasting.take(time, score), alone: this.alone.take(time, alone) };
    const beyond = isSpecial ? null : this.extremes.take(value);
    const isStill = this.stillness.take({ time, value }) && !isSpecial && this.direction === "both";
    const reasons: Reason[] = [];
    if (
      of.baseline !== null &&
      time - this.begin > WARM_UP &&
      bounds.lasting !== null &&
      bounds.alone !== null
    ) {
      let lasting = bounds.lasting;
      let single = bounds.alone;
      for (const f of this.forgiven) {
        if (!timesNear(f.time, time)) continue;
        lasting = Math.max(lasting, f.lasting * 1.1);
        single = Math.max(single, f.alone * 1.1);
      }
      reasons.push({ score, threshold: lasting }, { score: alone, threshold: single });
      if (beyond !== null && time - this.begin > BEYOND_WARM_UP) {
        // In the words of the others: how far off the value is, and how far off the bound.
        const threshold = Math.min(Math.abs(beyond - of.baseline) / of.unit, alone * 0.999);
        reasons.push({ score: alone, threshold });
      }
      // In the words of the others too: however near to the baseline the value is, it is outside.
      if (isStill)
        reasons.push({ score: Math.max(alone, NEAREST), threshold: 0.999 * Math.max(alone, NEAREST) });
    }
    const called = this.pending.some((moment) => Math.abs(moment - time) <= EXPECTED_AROUND);
    if (called) this.forgiven.push({ time, lasting: score, alone });
    return { reasons, called, score };
  }
}

/** Scores every point of a series in order of time. */
export function scoreSeries(series: readonly Point[], options: Options = {}): Scored[] {
  const points = [...series].sort((a, b) => a.time - b.time);
  if (points.length < 3)
    return points.map((p) => ({ ...p, baseline: null, unit: 1, score: 0, threshold: null, anomaly: false }));
  const step = Math.max(1, median(points.slice(1).map((p, i) => p.time - points[i]!.time)));
  const baselines = new Baselines(step);
  const judge = new Judge(points[0]!.time, options);
  const kindOf = dayKinds(options.calendar);
  return points.map((point) => {
    const kind = kindOf(point.time);
    const of = kind === null ? baselines.take(point) : baselines.takeSpecial(point, kind);
    const { baseline, unit } = of;
    if (kind !== null && baseline === null)
      return { ...point, baseline, unit, score: 0, threshold: null, anomaly: false };
    const { reasons, called, score } = judge.take(point, of, kind !== null);
    // What is drawn is what speaks most for telling.
    const by = ({ score: s, threshold }: Reason): number => s / Math.max(threshold, 1e-9);
    const [most] = reasons.sort((a, b) => by(b) - by(a));
    return {
      ...point,
      baseline,
      unit,
      score: most?.score ?? score,
      threshold: most?.threshold ?? null,
      anomaly: most !== undefined && most.score > most.threshold && !called,
    };
  });
}

/** Joins neighbouring anomalies to what people are told. */
export function episodesOf(scored: readonly Scored[]): Episode[] {
  const episodes: Episode[] = [];
  for (const p of scored) {
    if (!p.anomaly) continue;
    const peak = {
      time: p.time,
      value: p.value,
      baseline: p.baseline!,
      score: Math.round(p.score * 100) / 100,
    };
    const last = episodes.at(-1);
    if (last && p.time - last.to <= APART) {
      last.to = p.time;
      last.points += 1;
      if (peak.score > last.peak.score) {
        last.peak = peak;
        last.direction = p.value >= p.baseline! ? "up" : "down";
      }
    } else {
      const direction = p.value >= p.baseline! ? "up" : "down";
      episodes.push({ from: p.time, to: p.time, points: 1, peak, direction });
    }
  }
  return episodes;
}
