/** Schedules, their runs, and when they fall, as the platform API tells them. */
import { useQueries } from "@tanstack/react-query";
import type { Nodes } from "../access/api.ts";
import { type Interval, secondsOf } from "../access/duration.ts";
import type { Failure } from "../connectors/types.ts";
import { NOW_AND_THEN_MS, SOON_MS, useAsked } from "../connectors/useAsked.ts";
import { graphql } from "../providers/http.ts";

export const TRIGGERS = ["cron", "interval", "new_object", "upstream", "freshness", "hand"] as const;
export type Trigger = (typeof TRIGGERS)[number];

export interface Schedule {
  id: string;
  name: string;
  trigger: Trigger;
  cron: string | null;
  timeZone: string;
  every: Interval | null;
  maxAge: Interval | null;
  upstreamMode: "any" | "all";
  catchUp: "once" | "none";
  paused: boolean;
  nextDueAt: string | null;
  lastState: string | null;
  lastEndedAt: string | null;
  missedCount: string;
  problem: string | null;
  source: { name: string } | null;
  pipeline: { name: string } | null;
  dataset: { name: string } | null;
  scheduleUpstreams: Nodes<{ pipeline: { name: string } | null; dataset: { name: string } | null }>;
}

export interface ScheduleRun {
  id: string;
  scheduleId: string;
  trigger: string;
  state: string;
  dueAt: string;
  reason: string | null;
  error: Failure | null;
  rerunFrom: string | null;
  loadIds: string[];
  createdAt: string;
  startedAt: string | null;
  endedAt: string | null;
}

const INTERVAL = "{ years months days hours minutes seconds }";
const SCHEDULE = `id name trigger cron timeZone every ${INTERVAL} maxAge ${INTERVAL} upstreamMode catchUp paused nextDueAt
  lastState lastEndedAt missedCount problem source { name } pipeline { name } dataset { name }
  scheduleUpstreams(first: 50) { nodes { pipeline { name } dataset { name } } }`;
const RUN = "id scheduleId trigger state dueAt reason error rerunFrom loadIds createdAt startedAt endedAt";
const MOST = 200;
const UNDER_WAY = new Set(["waiting", "running"]);
export const isUnderWay = ({ state }: { state: string }): boolean => UNDER_WAY.has(state);

const LIST = `query Schedules {
  schedules(first: ${MOST}, orderBy: [NAME_ASC]) { nodes { ${SCHEDULE} } }
}`;

export function useSchedules() {
  const { data, error } = useAsked<{ schedules: Nodes<Schedule> }>(
    LIST,
    {},
    { every: () => NOW_AND_THEN_MS },
  );
  return { schedules: data?.schedules.nodes, error };
}

const ONE = `query OneSchedule($name: String!) {
  schedules(first: 1, filter: { name: { equalTo: $name } }) { nodes {
    ${SCHEDULE} scheduleRuns(first: 50, orderBy: [CREATED_AT_DESC]) { nodes { ${RUN} } }
  } }
}`;

export type Whole = Schedule & { scheduleRuns: Nodes<ScheduleRun> };

export function useSchedule(name: string) {
  const { data, error } = useAsked<{ schedules: Nodes<Whole> }>(
    ONE,
    { name },
    {
      every: (found) =>
        found?.schedules.nodes[0]?.scheduleRuns.nodes.some(isUnderWay) ? SOON_MS : NOW_AND_THEN_MS,
    },
  );
  return { schedule: data ? (data.schedules.nodes[0] ?? null) : undefined, error };
}

const PAST = `query ScheduleRuns($from: Datetime!, $to: Datetime!) {
  scheduleRuns(first: 1000, orderBy: [DUE_AT_ASC], filter: { dueAt: { greaterThanOrEqualTo: $from, lessThan: $to } }) {
    nodes { id scheduleId state dueAt }
  }
}`;

/** One time on the calendar: a run that there was, or one to come. */
export interface Occurrence {
  schedule: Schedule;
  at: number;
  /** A run's state, or `due`. */
  state: string;
}

const MAX_TIMES = 100;
const MAX_ASKED = 40;
const TIMES = `query NextTimes($cron: String!, $timeZone: String!, $since: Datetime!) {
  nextTimes(cron: $cron, timeZone: $timeZone, since: $since, number: ${MAX_TIMES}, first: ${MAX_TIMES}) { nodes }
}`;

const keyOf = ({ cron, timeZone }: Schedule): string => `${cron} ${timeZone}`;

/** Times to come of those schedules that follow a clock; of the others, the next one that is known. */
function comingOf(schedule: Schedule, cron: Map<string, number[]>, from: number, to: number): number[] {
  if (schedule.paused || !schedule.nextDueAt) return [];
  if (schedule.trigger === "cron") return cron.get(keyOf(schedule)) ?? [];
  const next = new Date(schedule.nextDueAt).getTime();
  const step = schedule.every ? secondsOf(schedule.every) * 1000 : 0;
  if (step <= 0) return [next];
  const first = next < from ? next + Math.ceil((from - next) / step) * step : next;
  const count = Math.max(0, Math.ceil((to - first) / step));
  return Array.from({ length: Math.min(MAX_TIMES, count) }, (_none, index) => first + index * step);
}

/** What was and what is due between two moments. */
export function useOccurrences(schedules: Schedule[], from: number, to: number): Occurrence[] {
  const iso = (time: number) => new Date(time).toISOString();
  const { data } = useAsked<{
    scheduleRuns: Nodes<Pick<ScheduleRun, "id" | "scheduleId" | "state" | "dueAt">>;
  }>(PAST, { from: iso(from), to: iso(to) }, { every: () => NOW_AND_THEN_MS });
  // Rounded, so that it is not asked anew with every look at the clock.
  const since = Math.max(from, Math.floor(Date.now() / 60_000) * 60_000);
  const clocked = new Map(
    schedules.filter(({ trigger, paused }) => trigger === "cron" && !paused).map((one) => [keyOf(one), one]),
  );
  const asked = since < to ? [...clocked.values()].slice(0, MAX_ASKED) : [];
  const answers = useQueries({
    queries: asked.map(({ cron, timeZone }) => ({
      queryKey: ["next-times", cron, timeZone, since],
      queryFn: ({ signal }: { signal: AbortSignal }) =>
        graphql<{ nextTimes: Nodes<string> }>(
          "platform",
          TIMES,
          { cron, timeZone, since: iso(since) },
          signal,
        ),
      staleTime: Number.POSITIVE_INFINITY,
    })),
  });
  const cron = new Map(
    asked.map((one, index) => [
      keyOf(one),
      (answers[index]?.data?.nextTimes.nodes ?? []).map((at) => new Date(at).getTime()),
    ]),
  );
  const byId = new Map(schedules.map((schedule) => [schedule.id, schedule]));
  const past = (data?.scheduleRuns.nodes ?? []).flatMap(({ scheduleId, state, dueAt }) => {
    const schedule = byId.get(scheduleId);
    return schedule ? [{ schedule, state, at: new Date(dueAt).getTime() }] : [];
  });
  const coming = schedules.flatMap((schedule) =>
    comingOf(schedule, cron, since, to)
      .filter((at) => at >= since && at < to)
      .map((at) => ({ schedule, at, state: "due" })),
  );
  return [...past, ...coming].sort((a, b) => a.at - b.at);
}

const PREVIEW = `query CronPreview($cron: String!, $timeZone: String!) {
  nextTimes(cron: $cron, timeZone: $timeZone, number: 5, first: 5) { nodes }
}`;

/** When an expression would fall, before it is saved. */
export function useCronPreview(cron: string, timeZone: string, enabled: boolean) {
  const { data, error } = useAsked<{ nextTimes: Nodes<string> }>(
    PREVIEW,
    { cron, timeZone },
    { enabled: enabled && cron.trim() !== "" && timeZone.trim() !== "" },
  );
  return { times: data?.nextTimes.nodes ?? [], error };
}

const TARGETS = `query ScheduleTargets {
  sources(first: 1000, orderBy: [NAME_ASC]) { nodes { name } }
  pipelines(first: 1000, orderBy: [NAME_ASC]) { nodes { name } }
}`;

export function useTargets() {
  const { data } = useAsked<{ sources: Nodes<{ name: string }>; pipelines: Nodes<{ name: string }> }>(
    TARGETS,
  );
  const names = (found: Nodes<{ name: string }> | undefined) => (found?.nodes ?? []).map(({ name }) => name);
  return { sources: names(data?.sources), pipelines: names(data?.pipelines) };
}
