/** Dates with the month's name, in the languages that CLDR calls most written with Latin letters in trade. */

const LANGUAGES = ["en", "fr", "de", "es", "it", "pt", "nl", "sv", "da", "nb", "pl", "fi"];
const MONTHS = 12;

const plain = (name: string): string =>
  name
    .normalize("NFD")
    .replace(/[\u0300-\u036f.]/g, "")
    .toLowerCase();

/** Month by name, from the languages' own long and short forms; names that mean two months are left out. */
function namesOf(languages: readonly string[]): Map<string, number> {
  const months = new Map<string, number>();
  const unclear = new Set<string>();
  // With a day beside it, since some languages decline the name then.
  for (const language of languages)
    for (const month of ["long", "short"] as const)
      for (const beside of [{}, { day: "numeric" } as const])
        for (let i = 0; i < MONTHS; i++) {
          const parts = new Intl.DateTimeFormat(language, {
            month,
            ...beside,
            timeZone: "UTC",
          }).formatToParts(Date.UTC(2026, i, 2));
          const name = plain(parts.find((part) => part.type === "month")?.value ?? "");
          if (!/^\p{L}{3,}$/u.test(name)) continue;
          if (months.has(name) && months.get(name) !== i + 1) unclear.add(name);
          months.set(name, i + 1);
        }
  // How English shortens it beside CLDR's own way.
  months.set("sept", 9);
  for (const name of unclear) months.delete(name);
  return months;
}

const NAMES = namesOf(LANGUAGES);

const CLOCK =
  "(?:,?(?: at)?[T ]+(\\d{1,2}):(\\d{2})(?::(\\d{2})(\\.\\d{1,6})?)?(?: ?([AaPp])\\.?[Mm]\\.?)?)?";
const WEEKDAY = "(?:\\p{L}{2,12}\\.?,? +)?";
/** 12 June 1998, 12-JUN-1998, 12. Juni 1998, 2 de enero de 2026. */
const DAY_FIRST = new RegExp(
  `^${WEEKDAY}(\\d{1,2})(?:st|nd|rd|th|er|\\.)?(?: de)?[ -/]+(\\p{L}{3,12})\\.?,?(?: de)?[ -/]+(\\d{4})${CLOCK}$`,
  "u",
);
/** June 12, 1998; Jun 12 1998. */
const MONTH_FIRST = new RegExp(
  `^${WEEKDAY}(\\p{L}{3,12})\\.?[ -]+(\\d{1,2})(?:st|nd|rd|th)?,?[ -]+(\\d{4})${CLOCK}$`,
  "u",
);

const pad = (part: string): string => part.padStart(2, "0");

/** The clock of a match as ` 13:05:00`; empty without one, null where it is none. */
export function clockOf(
  hours: string | undefined,
  minutes: string | undefined,
  seconds: string | undefined,
  fraction: string | undefined,
  half: string | undefined,
): string | null {
  if (hours === undefined) return "";
  let hour = Number(hours);
  if (half !== undefined) {
    if (hour < 1 || hour > 12) return null;
    hour = (hour % 12) + (half.toLowerCase() === "p" ? 12 : 0);
  }
  return ` ${pad(String(hour))}:${minutes}:${seconds ?? "00"}${fraction ?? ""}`;
}

/** A date with the month's name as PostgreSQL reads it; null where the text is none. */
export function namedDate(text: string): string | null {
  const dayFirst = DAY_FIRST.exec(text);
  const match = dayFirst ?? MONTH_FIRST.exec(text);
  if (match === null) return null;
  const [day, name] = dayFirst ? [match[1]!, match[2]!] : [match[2]!, match[1]!];
  const month = NAMES.get(plain(name));
  if (month === undefined || Number(day) < 1 || Number(day) > 31) return null;
  const clock = clockOf(match[4], match[5], match[6], match[7], match[8]);
  return clock === null ? null : `${match[3]}-${pad(String(month))}-${pad(day)}${clock}`;
}
