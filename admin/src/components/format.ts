/** Numbers, sizes and times as people of a locale write them; moments in the zone that is chosen (zone.ts). */
import { currentZone } from "./zone.ts";

const numbers = new Map<string, Intl.NumberFormat>();

export function formatNumber(locale: string, value: number, options: Intl.NumberFormatOptions = {}): string {
  const key = `${locale}${JSON.stringify(options)}`;
  let format = numbers.get(key);
  if (!format) {
    format = new Intl.NumberFormat(locale, options);
    numbers.set(key, format);
  }
  return format.format(value);
}

/** Counts come as strings where GraphQL's integers would be too small. */
export function toNumber(value: unknown): number {
  const number = typeof value === "number" ? value : Number(value ?? 0);
  return Number.isFinite(number) ? number : 0;
}

const UNITS = ["byte", "kilobyte", "megabyte", "gigabyte", "terabyte"] as const;

export function formatBytes(locale: string, bytes: number): string {
  let value = bytes;
  let unit = 0;
  while (value >= 1000 && unit < UNITS.length - 1) {
    value /= 1000;
    unit += 1;
  }
  return formatNumber(locale, value, {
    style: "unit",
    unit: UNITS[unit]!,
    unitDisplay: unit === 0 ? "long" : "short",
    maximumFractionDigits: value < 10 && unit > 0 ? 1 : 0,
  });
}

export function formatDuration(locale: string, milliseconds: number): string {
  const unit = (value: number, name: string, digits = 0) =>
    formatNumber(locale, value, {
      style: "unit",
      unit: name,
      unitDisplay: "narrow",
      maximumFractionDigits: digits,
    });
  if (milliseconds < 1000) return unit(Math.max(0, Math.round(milliseconds)), "millisecond");
  const seconds = milliseconds / 1000;
  if (seconds < 60) return unit(seconds, "second", 1);
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${unit(minutes, "minute")} ${unit(Math.round(seconds % 60), "second")}`;
  return `${unit(Math.floor(minutes / 60), "hour")} ${unit(minutes % 60, "minute")}`;
}

const STEPS: [Intl.RelativeTimeFormatUnit, number][] = [
  ["year", 31_536_000],
  ["month", 2_592_000],
  ["day", 86_400],
  ["hour", 3_600],
  ["minute", 60],
];

export function formatAgo(locale: string, at: Date, now = Date.now()): string {
  const seconds = (at.getTime() - now) / 1000;
  const relative = new Intl.RelativeTimeFormat(locale, { numeric: "auto" });
  for (const [unit, size] of STEPS) {
    if (Math.abs(seconds) >= size) return relative.format(Math.round(seconds / size), unit);
  }
  return relative.format(0, "second");
}

/** A moment with the zone that it is told in. */
export function formatExact(locale: string, at: Date): string {
  return new Intl.DateTimeFormat(locale, {
    dateStyle: "medium",
    timeStyle: "long",
    timeZone: currentZone(),
  }).format(at);
}

export function formatMoment(locale: string, at: Date): string {
  return new Intl.DateTimeFormat(locale, {
    dateStyle: "medium",
    timeStyle: "medium",
    timeZone: currentZone(),
  }).format(at);
}

/** The day of a moment. */
export function formatDay(locale: string, at: Date): string {
  return new Intl.DateTimeFormat(locale, { dateStyle: "medium", timeZone: currentZone() }).format(at);
}
