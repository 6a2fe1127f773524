/** What a series itself allows: its worst days, and the range of its values. */
import { quantile } from "./robust.ts";

const DAY = 24 * 3_600_000;
const LOOK_BACK_DAYS = 28;
const WORST_DAYS = 0.75;
const MIN_SCORE = 4;
/** Beyond the range by as many steps as this, were all values evenly apart: what grows steadily is nothing new. */
const BEYOND_STEPS = 5;
/** Distances below this share of the value that is expected are none. */
export const FLOOR = 0.01;

/** The worst score of each day, and what a score must be above to be told of. */
export class WorstDays {
  private readonly worst: number[] = [];
  private day: number | null = null;
  private most = 0;
  private bound: number | null = null;

  private readonly factor: number;

  constructor(factor: number) {
    this.factor = factor;
  }

  /** What earlier days allow; then the score is one of those seen. null: no day is known yet. */
  take(time: number, score: number): number | null {
    const today = Math.floor(time / DAY);
    if (this.day !== null && today !== this.day) {
      this.worst.push(this.most);
      if (this.worst.length > LOOK_BACK_DAYS) this.worst.shift();
      this.most = 0;
      const usual = quantile(this.worst, WORST_DAYS);
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
