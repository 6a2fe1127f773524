/** Days of a calendar: dates whose own fields are what a clock in the chosen zone shows (components/zone.ts). */

export const DAYS_OF_WEEK = 7;
const WEEKS_SHOWN = 6;

export type View = "month" | "week";

const midnight = (date: Date): Date => new Date(date.getFullYear(), date.getMonth(), date.getDate());
/** Counted by date, not by hours: days have 23 or 25 of them twice a year. */
export const plusDays = (date: Date, days: number): Date =>
  new Date(date.getFullYear(), date.getMonth(), date.getDate() + days);

const monday = (date: Date): Date => plusDays(midnight(date), -((date.getDay() + 6) % DAYS_OF_WEEK));

/** The days that a view of a day shows: its week, or all weeks of its month. */
export function daysOf(view: View, day: Date): Date[] {
  if (view === "week") {
    const first = monday(day);
    return Array.from({ length: DAYS_OF_WEEK }, (_none, index) => plusDays(first, index));
  }
  const first = monday(new Date(day.getFullYear(), day.getMonth(), 1));
  const all = Array.from({ length: WEEKS_SHOWN * DAYS_OF_WEEK }, (_none, index) => plusDays(first, index));
  // The last week only where the month reaches it.
  const last = all[(WEEKS_SHOWN - 1) * DAYS_OF_WEEK]!;
  return last.getMonth() === day.getMonth() ? all : all.slice(0, (WEEKS_SHOWN - 1) * DAYS_OF_WEEK);
}

export function step(view: View, day: Date, by: 1 | -1): Date {
  return view === "week"
    ? plusDays(day, by * DAYS_OF_WEEK)
    : new Date(day.getFullYear(), day.getMonth() + by, 1);
}

export const sameDay = (a: Date, b: Date): boolean => a.toDateString() === b.toDateString();

export const weeksOf = (days: Date[]): Date[][] =>
  Array.from({ length: days.length / DAYS_OF_WEEK }, (_none, week) =>
    days.slice(week * DAYS_OF_WEEK, (week + 1) * DAYS_OF_WEEK),
  );
