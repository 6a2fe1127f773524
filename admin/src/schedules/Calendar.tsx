import PreviousIcon from "@mui/icons-material/ChevronLeft";
import NextIcon from "@mui/icons-material/ChevronRight";
import {
  Box,
  Button,
  IconButton,
  Link as MuiLink,
  Stack,
  ToggleButton,
  ToggleButtonGroup,
  Typography,
} from "@mui/material";
import { useState } from "react";
import { Link, useTranslate } from "react-admin";
import { Section } from "../components/Section.tsx";
import { useLanguage } from "../components/useLanguage.ts";
import { offTheClock, onTheClock, useZone } from "../components/zone.ts";
import { daysOf, plusDays, sameDay, step, type View, weeksOf } from "./days.ts";
import { type Occurrence, type Schedule, useOccurrences } from "./useSchedules.ts";

/** The gravest first: what a day shows of a schedule with many times is the worst of them. */
const STATES = ["failed", "held", "running", "waiting", "cancelled", "succeeded", "due"] as const;
const COLOUR: Record<string, string> = {
  failed: "error.main",
  held: "warning.main",
  running: "info.main",
  waiting: "warning.main",
  cancelled: "text.secondary",
  succeeded: "success.main",
};
const SHOWN_A_DAY = 4;

interface Entry {
  schedule: Schedule;
  first: number;
  count: number;
  state: string;
}

/** A day's times, by schedule. */
function entriesOf(occurrences: Occurrence[]): Entry[] {
  return [...Map.groupBy(occurrences, ({ schedule }) => schedule.id).values()].map((own) => ({
    schedule: own[0]!.schedule,
    first: own[0]!.at,
    count: own.length,
    state: STATES.find((state) => own.some((one) => one.state === state)) ?? "due",
  }));
}

function Dot({ state }: { state: string }) {
  const colour = COLOUR[state];
  return (
    <Box
      component="span"
      aria-hidden
      sx={{
        flexShrink: 0,
        width: 8,
        height: 8,
        borderRadius: "50%",
        border: 2,
        borderColor: colour ?? "text.secondary",
        bgcolor: colour ?? "transparent",
      }}
    />
  );
}

function EntryLine({ entry }: { entry: Entry }) {
  const translate = useTranslate();
  const locale = useLanguage();
  const { schedule, first, count, state } = entry;
  const time = new Intl.DateTimeFormat(locale, { timeStyle: "short", timeZone: useZone() }).format(first);
  const told = translate(`app.schedule.state.${state}`);
  return (
    <Stack
      component="li"
      direction="row"
      spacing={0.75}
      sx={{ alignItems: "center", minWidth: 0, fontSize: "0.8rem" }}
    >
      <Dot state={state} />
      {count === 1 && (
        <Box
          component="span"
          sx={{ color: "text.secondary", fontVariantNumeric: "tabular-nums", whiteSpace: "nowrap" }}
        >
          {time}
        </Box>
      )}
      <MuiLink
        component={Link}
        to={`/schedules/${schedule.name}`}
        noWrap
        title={`${schedule.name} · ${told}`}
        aria-label={translate("app.schedule.calendar.entry", {
          name: schedule.name,
          time,
          state: told,
          count,
        })}
        sx={{ minWidth: 0 }}
      >
        {schedule.name}
      </MuiLink>
      {count > 1 && (
        <Box component="span" sx={{ color: "text.secondary", whiteSpace: "nowrap" }}>
          × {count}
        </Box>
      )}
    </Stack>
  );
}

function Day({
  day,
  month,
  today,
  entries,
  tall,
}: {
  day: Date;
  month: number | null;
  today: Date;
  entries: Entry[];
  tall: boolean;
}) {
  const translate = useTranslate();
  const most = tall ? entries.length : SHOWN_A_DAY;
  const outside = month !== null && day.getMonth() !== month;
  const now = sameDay(day, today);
  return (
    <Box
      component="td"
      sx={{
        border: 1,
        borderColor: "divider",
        verticalAlign: "top",
        p: 0.75,
        height: tall ? 240 : 104,
        bgcolor: outside ? "action.hover" : "transparent",
        overflow: "hidden",
      }}
    >
      <Typography
        component="div"
        variant="body2"
        {...(now ? { "aria-current": "date" as const } : {})}
        sx={{
          fontWeight: now ? 800 : 500,
          color: now ? "primary.main" : "text.secondary",
          textAlign: "right",
          textDecoration: now ? "underline" : "none",
        }}
      >
        {day.getDate()}
      </Typography>
      <Box component="ul" sx={{ listStyle: "none", m: 0, p: 0, display: "grid", gap: 0.25, minWidth: 0 }}>
        {entries.slice(0, most).map((entry) => (
          <EntryLine key={entry.schedule.id} entry={entry} />
        ))}
      </Box>
      {entries.length > most && (
        <Typography variant="caption" color="textSecondary">
          {translate("app.ingest.find.more", { smart_count: entries.length - most })}
        </Typography>
      )}
    </Box>
  );
}

function Legend() {
  const translate = useTranslate();
  return (
    <Stack direction="row" useFlexGap spacing={2} sx={{ flexWrap: "wrap", px: 2, py: 1 }} aria-hidden>
      {["due", "succeeded", "running", "held", "failed"].map((state) => (
        <Stack key={state} direction="row" spacing={0.75} sx={{ alignItems: "center" }}>
          <Dot state={state} />
          <Typography variant="caption" color="textSecondary">
            {translate(`app.schedule.state.${state}`)}
          </Typography>
        </Stack>
      ))}
    </Stack>
  );
}

/** What was due and what will be, day by day. */
export function Calendar({ schedules }: { schedules: Schedule[] }) {
  const translate = useTranslate();
  const locale = useLanguage();
  const [view, setView] = useState<View>("month");
  const [day, setDay] = useState(() => onTheClock(new Date()));
  const today = onTheClock(new Date());
  const days = daysOf(view, day);
  const first = days[0]!;
  const zone = useZone();
  const from = offTheClock(first).getTime();
  const to = offTheClock(plusDays(days.at(-1)!, 1)).getTime();
  const occurrences = useOccurrences(schedules, from, to);
  const byDay = Map.groupBy(occurrences, ({ at }) => onTheClock(new Date(at)).toDateString());
  const word = (key: string) => translate(`app.schedule.calendar.${key}`);
  const title =
    view === "month"
      ? new Intl.DateTimeFormat(locale, { month: "long", year: "numeric" }).format(day)
      : new Intl.DateTimeFormat(locale, { dateStyle: "medium" }).formatRange(first, days.at(-1)!);
  const weekday = new Intl.DateTimeFormat(locale, { weekday: "short" });
  return (
    <Section
      flush
      title={title}
      hint={translate("app.schedule.calendar.hint", { zone })}
      actions={
        <Stack direction="row" spacing={1} sx={{ alignItems: "center" }}>
          <IconButton onClick={() => setDay(step(view, day, -1))} aria-label={word(`previous_${view}`)}>
            <PreviousIcon />
          </IconButton>
          <Button onClick={() => setDay(onTheClock(new Date()))}>{word("today")}</Button>
          <IconButton onClick={() => setDay(step(view, day, 1))} aria-label={word(`next_${view}`)}>
            <NextIcon />
          </IconButton>
          <ToggleButtonGroup
            exclusive
            size="small"
            value={view}
            onChange={(_event, next: View | null) => next && setView(next)}
            aria-label={word("view")}
          >
            <ToggleButton value="month">{word("month")}</ToggleButton>
            <ToggleButton value="week">{word("week")}</ToggleButton>
          </ToggleButtonGroup>
        </Stack>
      }
    >
      <Box
        component="table"
        aria-label={title}
        sx={{ width: "100%", minWidth: 720, borderCollapse: "collapse", tableLayout: "fixed" }}
      >
        <thead>
          <tr>
            {days.slice(0, 7).map((one) => (
              <Box
                component="th"
                key={one.getTime()}
                scope="col"
                sx={{ p: 0.75, fontSize: "0.8rem", fontWeight: 600, color: "text.secondary" }}
              >
                {weekday.format(one)}
              </Box>
            ))}
          </tr>
        </thead>
        <tbody>
          {weeksOf(days).map((week) => (
            <tr key={week[0]!.getTime()}>
              {week.map((one) => (
                <Day
                  key={one.getTime()}
                  day={one}
                  month={view === "month" ? day.getMonth() : null}
                  today={today}
                  tall={view === "week"}
                  entries={entriesOf(byDay.get(one.toDateString()) ?? [])}
                />
              ))}
            </tr>
          ))}
        </tbody>
      </Box>
      <Legend />
    </Section>
  );
}
