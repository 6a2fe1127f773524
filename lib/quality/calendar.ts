/** Days that are unlike others of their week, by the calendar (UTC): holidays, the ends and beginnings of months. */

export interface Calendar {
  /** The last day of a month, and the first. */
  monthEnds?: boolean;
  /** `2026-05-14`, or each year `12-25`. */
  holidays?: readonly string[];
}

const DAY = 86_400_000;
export const HOLIDAY = /^(\d{4}-)?\d{2}-\d{2}$/;

/** What kind of day a moment is of; null: an ordinary one. All holidays are of one kind, so that few of them teach. */
export function dayKinds(calendar: Calendar | undefined): (time: number) => string | null {
  const holidays = new Set(calendar?.holidays ?? []);
  if (holidays.size === 0 && !calendar?.monthEnds) return () => null;
  return (time) => {
    const date = new Date(time).toISOString().slice(0, 10);
    if (holidays.has(date) || holidays.has(date.slice(5))) return "holiday";
    if (!calendar?.monthEnds) return null;
    if (date.endsWith("-01")) return "month begins";
    return new Date(time + DAY).toISOString().slice(8, 10) === "01" ? "month ends" : null;
  };
}
