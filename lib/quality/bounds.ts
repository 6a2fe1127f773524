/** What a series itself allows: its worst days, and the range of its values. */
import { quantile } from "./robust.ts";

const DAY = 24 * 3_600_000;
const LOOK_BACK_DAYS = 28;
const WORST_DAYS = 0.75;
const MIN_SCORE = 4;
/** Beyond the range by as many steps as this, were all values evenly apart: what grows steadily is nothing new. */
const BEYOND_STEPS = 5;
/** Standing still: the same value more often in a row than so many points, and than so many times what the worst days had. */
const STILL_POINTS = 12;
const STILL_TIMES = 2;
/** Two weekends are enough to be usual, and one day or two in four weeks are not. */
const STILLEST_DAYS = 0.9;
const STILL_WARM_UP = 7 * DAY;
/** Distances below this share of the value that is expected are none. */
export const FLOOR = 0.01;

/** The worst score of each day, and what a score must be above to be told of. */
export class WorstDays {
  private readonly worst: number[] = [];
  private day: number | null = null;
  private most = 0;
  private bound: number | null = null;

  private readonly factor: number;
  private readonly share: number;

  constructor(factor: number, share = WORST_DAYS) {
    this.factor = factor;
    this.share = share;
  }

  /** What earlier days allow; then the score is one of those seen. null: no day is known yet. */
  take(time: number, score: number): number | null {
    const today = Math.floor(time / DAY);
    if (this.day !== null && today !== this.day) {
      this.worst.push(this.most);
      if (this.worst.length > LOOK_BACK_DAYS) this.worst.shift();
      this.most = 0;
      const usual = quantile(this.worst, this.share);
      this.bound = Math.max(MIN_SCORE, this.factor * (1 + 1 / this.worst.length) * usual);
    }
    this.day = today;
    this.most = Math.max(this.most, score);
    return this.bound;
  }
}

/** The range of all values so far. */
export class Extremes {
  private low = Number.POSITIVE_INFINITY;
  private high = Number.NEGATIVE_INFINITY;
  private count = 0;

  private readonly share: number;
  private readonly direction: "both" | "up" | "down";

  constructor(share: number, direction: "both" | "up" | "down") {
    this.share = share;
    this.direction = direction;
  }

  /** The bound that the value lies beyond, if it does; then it is one of those seen. */
  take(value: number): number | null {
    const range = Math.max(this.high - this.low, FLOOR * Math.abs(this.high), 1e-9);
    const margin = Math.max(this.share, BEYOND_STEPS / Math.max(1, this.count)) * range;
    const isAbove = this.count > 0 && value > this.high + margin && this.direction !== "down";
    const isBelow = this.count > 0 && value < this.low - margin && this.direction !== "up";
    const bound = isAbove ? this.high + margin : isBelow ? this.low - margin : null;
    this.low = Math.min(this.low, value);
    this.high = Math.max(this.high, value);
    this.count++;
    return bound;
  }
}

/** How often the very same value comes in a row: what usually moves and stands still is told of. */
export class Stillness {
  private readonly begin: number;
  private readonly runs: WorstDays;
  private last: number | null = null;
  private run = 0;

  constructor(begin: number, factor: number) {
    this.begin = begin;
    this.runs = new WorstDays(STILL_TIMES * factor, STILLEST_DAYS);
  }

  /** Does it stand still for longer than it does on its stillest days? Then the point is one of those seen. */
  take({ time, value }: { time: number; value: number }): boolean {
    this.run = value === this.last ? this.run + 1 : 1;
    this.last = value;
    const most = this.runs.take(time, this.run);
    return most !== null && time - this.begin > STILL_WARM_UP && this.run > Math.max(most, STILL_POINTS);
  }
}
