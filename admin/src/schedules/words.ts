import { useTranslate } from "react-admin";
import { type Interval, lengthText } from "../access/duration.ts";
import { useLanguage } from "../components/useLanguage.ts";
import type { Schedule } from "./useSchedules.ts";

/** When a schedule falls, and what it starts, in words. */
export function useScheduleWords() {
  const translate = useTranslate();
  const locale = useLanguage();
  const length = (interval: Interval | null): string => {
    if (!interval) return "–";
    return lengthText(locale, interval);
  };
  const when = (schedule: Schedule): string => {
    const { trigger, cron, timeZone, every, maxAge, dataset, upstreamMode, scheduleUpstreams } = schedule;
    const upstreams = scheduleUpstreams.nodes
      .map((one) => one.pipeline?.name ?? one.dataset?.name ?? "")
      .filter(Boolean)
      .join(", ");
    return translate(`app.schedule.when.${trigger}`, {
      cron: cron ?? "",
      zone: timeZone,
      every: length(every),
      age: length(maxAge),
      dataset: dataset?.name ?? "",
      mode: translate(`app.schedule.mode.${upstreamMode}`),
      upstreams,
    });
  };
  return { when, length };
}
