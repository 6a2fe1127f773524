import { useMemo } from "react";
import { useLanguage } from "../useLanguage.ts";
import { useZone } from "../zone.ts";

const MINUTE = 60_000;
const DAY = 86_400_000;

function optionsFor(span: number): Intl.DateTimeFormatOptions {
  if (span < 10 * MINUTE) return { hour: "2-digit", minute: "2-digit", second: "2-digit" };
  if (span < DAY) return { hour: "2-digit", minute: "2-digit" };
  if (span < 3 * DAY) return { weekday: "short", hour: "2-digit", minute: "2-digit" };
  if (span < 200 * DAY) return { day: "numeric", month: "short" };
  return { month: "short", year: "numeric" };
}

/** Moments beside an axis, as exactly as its length asks for. */
export function useTimes(span: number): (time: number) => string {
  const locale = useLanguage();
  const timeZone = useZone();
  return useMemo(() => {
    const format = new Intl.DateTimeFormat(locale, { ...optionsFor(span), timeZone });
    return (time) => format.format(time);
  }, [locale, span, timeZone]);
}
