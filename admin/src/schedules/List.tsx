import AddIcon from "@mui/icons-material/Add";
import CalendarIcon from "@mui/icons-material/CalendarMonthOutlined";
import { Box, Button, Chip, Link as MuiLink, Stack, Typography } from "@mui/material";
import { useState } from "react";
import { Link, useTranslate } from "react-admin";
import { Gate } from "../access/Gate.tsx";
import { type Column, PlainTable } from "../access/PlainTable.tsx";
import { EmptyState } from "../components/EmptyState.tsx";
import { Ago, Moment } from "../components/Figures.tsx";
import { Page } from "../components/Page.tsx";
import { ProblemAlert } from "../components/ProblemAlert.tsx";
import { Section } from "../components/Section.tsx";
import { useMay } from "../layout/useSession.ts";
import { problemOf } from "../providers/errors.ts";
import { StatusChip } from "../runs/StatusChip.tsx";
import { Calendar } from "./Calendar.tsx";
import { ScheduleDialog } from "./ScheduleDialog.tsx";
import { type Schedule, useSchedules } from "./useSchedules.ts";
import { useScheduleWords } from "./words.ts";

export function Target({ schedule }: { schedule: Schedule }) {
  const { source, pipeline } = schedule;
  const to = source ? `/sources/${source.name}` : `/pipelines/${pipeline?.name}`;
  return (
    <MuiLink component={Link} to={to}>
      {source?.name ?? pipeline?.name}
    </MuiLink>
  );
}

function When({ schedule }: { schedule: Schedule }) {
  const words = useScheduleWords();
  const translate = useTranslate();
  return (
    <Box>
      <Typography variant="body2">{words.when(schedule)}</Typography>
      {schedule.paused && <Chip color="warning" label={translate("app.ingest.source.paused")} />}
      {schedule.problem && (
        <Typography variant="body2" color="error">
          {schedule.problem}
        </Typography>
      )}
    </Box>
  );
}

const COLUMNS: Column<Schedule>[] = [
  {
    label: "app.ingest.fields.name",
    cell: ({ name }) => (
      <MuiLink component={Link} to={`/schedules/${name}`} sx={{ fontWeight: 600 }}>
        {name}
      </MuiLink>
    ),
  },
  { label: "app.schedule.starts", cell: (schedule) => <Target schedule={schedule} /> },
  { label: "app.schedule.when_label", cell: (schedule) => <When schedule={schedule} /> },
  { label: "app.schedule.next", cell: ({ nextDueAt }) => <Moment at={nextDueAt} /> },
  {
    label: "app.schedule.last",
    cell: ({ lastState, lastEndedAt }) =>
      lastState ? (
        <Stack spacing={0.25} sx={{ alignItems: "flex-start" }}>
          <StatusChip status={lastState} />
          <Typography variant="body2" color="textSecondary">
            <Ago at={lastEndedAt} />
          </Typography>
        </Stack>
      ) : (
        "–"
      ),
  },
];

/** What starts by itself, on a calendar and as a list. */
export default function Schedules() {
  const translate = useTranslate();
  const { schedules, error } = useSchedules();
  const [adding, setAdding] = useState(false);
  const mayCreate = useMay("pipeline.create");
  const title = translate("app.schedule.title");
  const add = mayCreate && (
    <Button variant="contained" startIcon={<AddIcon />} onClick={() => setAdding(true)}>
      {translate("app.schedule.new")}
    </Button>
  );
  return (
    <Gate permissions={["pipeline.view"]} title={title}>
      <Page title={title} subtitle={translate("app.schedule.subtitle")} actions={add}>
        <Stack spacing={2}>
          {error ? <ProblemAlert problem={problemOf(error)} /> : null}
          {schedules && schedules.length > 0 && <Calendar schedules={schedules} />}
          <Section flush>
            {schedules?.length === 0 ? (
              <EmptyState
                icon={<CalendarIcon />}
                title={translate("app.schedule.empty")}
                text={translate("app.schedule.empty_text")}
                action={add}
              />
            ) : (
              <PlainTable
                rows={schedules}
                columns={COLUMNS}
                keyOf={({ id }) => id}
                empty="app.schedule.empty"
              />
            )}
          </Section>
        </Stack>
        {adding && <ScheduleDialog onClose={() => setAdding(false)} />}
      </Page>
    </Gate>
  );
}
