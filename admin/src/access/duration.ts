import { formatNumber } from "../components/format.ts";

/** Lengths of time: as people type them, as the API takes them and tells them. */
export interface Interval {
  years?: number | null;
  months?: number | null;
  days?: number | null;
  hours?: number | null;
  minutes?: number | null;
  seconds?: number | null;
}

export const UNITS = ["seconds", "minutes", "hours", "days"] as const;
export type Unit = (typeof UNITS)[number];

export interface Duration {
  amount: string;
  unit: Unit;
}

const SECONDS: Record<keyof Interval, number> = {
  seconds: 1,
  minutes: 60,
  hours: 3600,
  days: 86_400,
  months: 30 * 86_400,
  years: 365 * 86_400,
};

export function secondsOf(interval: Interval): number {
  return (Object.keys(SECONDS) as (keyof Interval)[]).reduce(
    (sum, part) => sum + (interval[part] ?? 0) * SECONDS[part],
    0,
  );
}

/** The length in the largest unit that says it exactly. */
export function durationOf(interval: Interval): Duration {
  const seconds = secondsOf(interval);
  const unit =
    [...UNITS].reverse().find((one) => seconds % SECONDS[one] === 0 && seconds >= SECONDS[one]) ?? "seconds";
  return { amount: String(seconds / SECONDS[unit]), unit };
}

/** The length as people of a locale write it: 1 day, 5 hours. */
export function lengthText(locale: string, interval: Interval): string {
  const { amount, unit } = durationOf(interval);
  return formatNumber(locale, Number(amount), {
    style: "unit",
    unit: unit.slice(0, -1),
    unitDisplay: "long",
  });
}

export const intervalOf = ({ amount, unit }: Duration): Interval => ({ [unit]: Number(amount) });

export const sameDuration = (a: Duration, b: Duration): boolean =>
  Number(a.amount) * SECONDS[a.unit] === Number(b.amount) * SECONDS[b.unit];
