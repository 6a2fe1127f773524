/**
 * The time zone in which moments are told: the organization's, where it has one, or the visitor's own, by choice. Whatever
 * formats a moment, or reads one that was typed, asks here.
 */
import { useSyncExternalStore } from "react";

/** What this browser remembers: that its visitor wants their own. */
const OWN = "cadastre.zone";

let organizations: string | null = null;
let own = localStorage.getItem(OWN) === "own";
const listeners = new Set<() => void>();

const tell = () => {
  for (const listener of listeners) listener();
};
const subscribe = (listener: () => void): (() => void) => {
  listeners.add(listener);
  return () => listeners.delete(listener);
};

export const visitorsZone = (): string => Intl.DateTimeFormat().resolvedOptions().timeZone;

/** Another organization is signed in to, or its setting was read. A zone that this browser does not know is none. */
export function keepOrganizationZone(zone: string | null): void {
  let known = zone;
  try {
    if (zone) new Intl.DateTimeFormat("en", { timeZone: zone });
  } catch {
    known = null;
  }
  if (known === organizations) return;
  organizations = known;
  tell();
}

export function preferOwnZone(wanted: boolean): void {
  own = wanted;
  if (wanted) localStorage.setItem(OWN, "own");
  else localStorage.removeItem(OWN);
  tell();
}

/** The zone that moments are told in now. */
export const currentZone = (): string => (own ? null : organizations) ?? visitorsZone();

/** The zone, heard of wherever moments are shown. */
export const useZone = (): string => useSyncExternalStore(subscribe, currentZone);

/** The organization's zone, null where it has none, and whether the visitor prefers their own. */
export function useZoneChoice(): { organization: string | null; own: boolean } {
  const organization = useSyncExternalStore(subscribe, () => organizations);
  const preferred = useSyncExternalStore(subscribe, () => own);
  return { organization, own: preferred };
}

const formats = new Map<string, Intl.DateTimeFormat>();

function fieldsOf(zone: string, time: number): number[] {
  let format = formats.get(zone);
  if (!format) {
    const two = "2-digit";
    format = new Intl.DateTimeFormat("en-US", {
      timeZone: zone,
      hourCycle: "h23",
      era: "short",
      year: "numeric",
      month: two,
      day: two,
      hour: two,
      minute: two,
      second: two,
    });
    formats.set(zone, format);
  }
  const parts = new Map(format.formatToParts(time).map(({ type, value }) => [type, value]));
  const year = Number(parts.get("year"));
  const rest = (["month", "day", "hour", "minute", "second"] as const).map((type) => Number(parts.get(type)));
  // The year before 1 AD is 0, as ISO 8601 counts.
  return [parts.get("era") === "BC" ? 1 - year : year, ...rest];
}

/** What a clock in the zone shows at that time, as if it were UTC; in ms. */
function clockOf(zone: string, time: number): number {
  const [year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0] = fieldsOf(zone, time);
  const date = new Date(0);
  // Date.UTC takes the years 0 to 99 for those of the last century.
  date.setUTCFullYear(year, month - 1, day);
  date.setUTCHours(hour, minute, second);
  return date.getTime();
}

const DAY_MS = 86_400_000;

/**
 * The time at which a clock in the zone shows that: the first, where it shows it twice; where it never does, as much later
 * as the clocks jump. A day to either side lies beyond the change, if there is one.
 */
function timeOf(zone: string, clock: number): number {
  const offsetAt = (time: number) => clockOf(zone, time) - Math.floor(time / 1000) * 1000;
  const before = offsetAt(clock - DAY_MS);
  const after = offsetAt(clock + DAY_MS);
  const times = [clock - Math.max(before, after), clock - Math.min(before, after)];
  return times.find((time) => clockOf(zone, time) === clock) ?? clock - before;
}

/** A moment as an input of date and time holds it: to the second, without a zone. */
export const typedText = (iso: string): string =>
  new Date(clockOf(currentZone(), new Date(iso).getTime())).toISOString().slice(0, 19);

/** What an input of date and time holds, as a moment; null where it is none yet. */
export function typedMoment(text: string): Date | null {
  const clock = new Date(`${text}${text.includes("T") ? "" : "T00:00"}Z`).getTime();
  return text === "" || Number.isNaN(clock) ? null : new Date(timeOf(currentZone(), clock));
}

/** A date whose own fields (getHours and the like) are what a clock in the zone shows; for calendars. */
export function onTheClock(at: Date): Date {
  const shown = new Date(clockOf(currentZone(), at.getTime()));
  return new Date(
    shown.getUTCFullYear(),
    shown.getUTCMonth(),
    shown.getUTCDate(),
    shown.getUTCHours(),
    shown.getUTCMinutes(),
    shown.getUTCSeconds(),
  );
}

/** The moment at which a clock in the zone shows such a date's fields. */
export const offTheClock = (date: Date): Date =>
  new Date(
    timeOf(
      currentZone(),
      Date.UTC(
        date.getFullYear(),
        date.getMonth(),
        date.getDate(),
        date.getHours(),
        date.getMinutes(),
        date.getSeconds(),
      ),
    ),
  );
