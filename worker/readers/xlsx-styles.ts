/** Which number formats of a workbook are dates, and what a serial number means as one. */

export type DateKind = "date" | "time" | "stamp" | "elapsed";

/** The formats that every workbook has without saying so (ECMA-376, 18.8.30, and the East Asian ones). */
function builtIn(id: number): DateKind | null {
  if (
    (id >= 14 && id <= 17) ||
    (id >= 27 && id <= 31) ||
    id === 36 ||
    (id >= 50 && id <= 54) ||
    id === 57 ||
    id === 58
  )
    return "date";
  if ((id >= 18 && id <= 21) || (id >= 32 && id <= 35) || id === 45 || id === 47 || id === 55 || id === 56)
    return "time";
  if (id === 22) return "stamp";
  return id === 46 ? "elapsed" : null;
}

/** What a format code shows, by its letters outside quotes, escapes and brackets. */
export function kindOfCode(code: string): DateKind | null {
  const first = code.split(";")[0]!;
  if (/\[(?:h+|m+|s+)\]/i.test(first)) return "elapsed";
  const bare = first
    .replace(/"[^"]*"|\\.|_.|\*./g, "")
    .replace(/\[[^\]]*\]/g, "")
    .replace(/am\/pm|a\/p/gi, "h")
    .toLowerCase();
  if (/general|[0#?]/.test(bare.replace(/s[.,]0+/g, "s"))) return null;
  const clock = /[hs]/.test(bare);
  const day = /[yd]/.test(bare) || (/m/.test(bare) && !clock);
  if (day && clock) return "stamp";
  return day ? "date" : clock ? "time" : null;
}

export function kindOfFormat(id: number, codes: ReadonlyMap<number, string>): DateKind | null {
  const code = codes.get(id);
  return code === undefined ? builtIn(id) : kindOfCode(code);
}

const DAY_MS = 86_400_000;
const pad = (value: number, digits = 2): string => String(value).padStart(digits, "0");

function clock(milliseconds: number): string {
  const seconds = Math.floor(milliseconds / 1000);
  const rest = milliseconds - seconds * 1000;
  const text = `${pad(Math.floor(seconds / 3600))}:${pad(Math.floor(seconds / 60) % 60)}:${pad(seconds % 60)}`;
  return rest === 0 ? text : `${text}.${pad(rest, 3)}`;
}

/**
 * A serial number as ISO text; null where it is no date. Of the 1900 system day 60, 29 February 1900, never was: days
 * before it count from 31 December 1899, later ones from the day before.
 */
export function serialText(serial: number, kind: DateKind, since1904: boolean): string | null {
  if (!Number.isFinite(serial) || serial < 0 || serial > 2_958_466) return null;
  // Excel keeps milliseconds at most; the sum of binary fractions is rounded to them.
  const milliseconds = Math.round(serial * DAY_MS);
  if (kind === "elapsed" || (kind === "time" && serial < 1)) return clock(milliseconds);
  const days = Math.floor(milliseconds / DAY_MS);
  if (!since1904 && days === 60) return null;
  const epoch = since1904 ? Date.UTC(1904, 0, 1) : Date.UTC(1899, 11, days < 60 ? 31 : 30);
  const date = new Date(epoch + days * DAY_MS);
  const day = `${pad(date.getUTCFullYear(), 4)}-${pad(date.getUTCMonth() + 1)}-${pad(date.getUTCDate())}`;
  const rest = milliseconds - days * DAY_MS;
  return kind === "date" && rest === 0 ? day : `${day} ${clock(rest)}`;
}
