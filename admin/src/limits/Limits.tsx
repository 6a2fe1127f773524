import { Button, Stack, TextField, Typography } from "@mui/material";
import { type FormEvent, type ReactNode, useState } from "react";
import { useTranslate } from "react-admin";
import { change, type Nodes, useChange } from "../access/api.ts";
import { Gate } from "../access/Gate.tsx";
import { Meter } from "../components/charts/Meter.tsx";
import { Count } from "../components/Figures.tsx";
import { Page } from "../components/Page.tsx";
import { ProblemAlert } from "../components/ProblemAlert.tsx";
import { Section } from "../components/Section.tsx";
import { Tile, Tiles } from "../components/Tiles.tsx";
import { NOW_AND_THEN_MS, useAsked } from "../connectors/useAsked.ts";
import { useMay, useSession } from "../layout/useSession.ts";
import { problemOf } from "../providers/errors.ts";

/** What holds where an organization has set nothing, as ingest.schedule_limits has it. */
const USUAL = { maxRunning: 20, maxStartsPerHour: 5000 };
const HOUR_MS = 3_600_000;
const MOST_SCHEDULES = 5000;

const LIMITS = `query Limits($org: UUID!) {
  scheduleLimits(first: 1) { nodes { maxRunning maxStartsPerHour starts countedHour } }
  running: scheduleRuns(first: 1, filter: { state: { equalTo: "running" } }) { totalCount }
  waiting: scheduleRuns(first: 1, filter: { state: { equalTo: "waiting" } }) { totalCount }
  schedules(first: 1) { totalCount }
  organizations(first: 1, filter: { id: { equalTo: $org } }) { nodes { rawRetentionDays } }
}`;

interface Counted {
  totalCount: number;
}
interface Answer {
  scheduleLimits: Nodes<{
    maxRunning: number;
    maxStartsPerHour: number;
    starts: number;
    countedHour: string;
  }>;
  running: Counted;
  waiting: Counted;
  schedules: Counted;
  organizations: Nodes<{ rawRetentionDays: number | null }>;
}

const FULL = 0.9;

function Used({ label, used, of }: { label: string; used: number; of: number }) {
  return (
    <Tile label={label}>
      <Count value={used} /> / <Count value={of} />
      <Meter value={used / of} label={label} tone={used / of >= FULL ? "warning" : "primary"} />
    </Tile>
  );
}

interface FormProps {
  title: string;
  hint: string;
  mayEdit: boolean;
  save: ReturnType<typeof useChange<[]>>;
  children: ReactNode;
}

function SettingForm({ title, hint, mayEdit, save, children }: FormProps) {
  const translate = useTranslate();
  const submit = (event: FormEvent) => {
    event.preventDefault();
    save.act();
  };
  return (
    <Section title={title} hint={hint}>
      <Stack component="form" onSubmit={submit} sx={{ maxWidth: 420 }}>
        {save.problem && <ProblemAlert problem={save.problem} />}
        {children}
        {mayEdit && (
          <Button
            type="submit"
            variant="contained"
            loading={save.busy}
            sx={{ alignSelf: "flex-start", mt: 1 }}
          >
            {translate("ra.action.save")}
          </Button>
        )}
      </Stack>
    </Section>
  );
}

const whole = { type: "number", inputMode: "numeric", min: 1, step: 1 } as const;

function Schedules({ limits }: { limits: typeof USUAL }) {
  const translate = useTranslate();
  const mayEdit = useMay("pipeline.approve");
  const [running, setRunning] = useState(String(limits.maxRunning));
  const [starts, setStarts] = useState(String(limits.maxStartsPerHour));
  const save = useChange(
    () => change("setScheduleLimits", { maxRunning: Number(running), maxStartsPerHour: Number(starts) }),
    "app.ingest.saved",
  );
  const word = (key: string) => translate(`app.limits.${key}`);
  return (
    <SettingForm title={word("schedules")} hint={word("schedules_hint")} mayEdit={mayEdit} save={save}>
      <TextField
        label={word("running")}
        helperText={word("running_help")}
        value={running}
        disabled={!mayEdit}
        onChange={(event) => setRunning(event.target.value)}
        slotProps={{ htmlInput: { ...whole, max: 1000 } }}
      />
      <TextField
        label={word("starts")}
        helperText={word("starts_help")}
        value={starts}
        disabled={!mayEdit}
        onChange={(event) => setStarts(event.target.value)}
        slotProps={{ htmlInput: { ...whole, max: 100_000 } }}
      />
    </SettingForm>
  );
}

function RawRecords({ days: before }: { days: number | null }) {
  const translate = useTranslate();
  const mayEdit = useMay("organization.edit");
  const [days, setDays] = useState(before === null ? "" : String(before));
  const save = useChange(
    () => change("setRawRetention", { days: days.trim() === "" ? null : Number(days) }),
    "app.ingest.saved",
  );
  const word = (key: string) => translate(`app.limits.${key}`);
  return (
    <SettingForm title={word("raw")} hint={word("raw_hint")} mayEdit={mayEdit} save={save}>
      <TextField
        label={word("raw_days")}
        helperText={word("raw_help")}
        value={days}
        disabled={!mayEdit}
        onChange={(event) => setDays(event.target.value)}
        slotProps={{ htmlInput: { ...whole, max: 36_500 } }}
      />
    </SettingForm>
  );
}

/** How much the organization may do at once, how much of it is used, and how long it keeps what it staged. */
export default function Limits() {
  const translate = useTranslate();
  const org = useSession()?.org?.id;
  const { data, error } = useAsked<Answer>(LIMITS, { org }, { every: () => NOW_AND_THEN_MS });
  const title = translate("app.limits.title");
  const limits = data?.scheduleLimits.nodes[0];
  const { maxRunning, maxStartsPerHour } = limits ?? USUAL;
  // What was counted in an hour that is over counts no more.
  const current = limits && Date.now() - new Date(limits.countedHour).getTime() < HOUR_MS;
  return (
    <Gate permissions={["pipeline.view"]} title={title}>
      <Page title={title} subtitle={translate("app.limits.subtitle")}>
        {error ? <ProblemAlert problem={problemOf(error)} /> : null}
        {data && (
          <Stack spacing={2}>
            <Tiles>
              <Used label={translate("app.limits.running")} used={data.running.totalCount} of={maxRunning} />
              <Used
                label={translate("app.limits.starts_now")}
                used={current ? limits.starts : 0}
                of={maxStartsPerHour}
              />
              <Tile label={translate("app.limits.waiting")}>
                <Count value={data.waiting.totalCount} />
                <Typography variant="body2" color="textSecondary">
                  {translate("app.limits.waiting_text")}
                </Typography>
              </Tile>
              <Used
                label={translate("app.schedule.title")}
                used={data.schedules.totalCount}
                of={MOST_SCHEDULES}
              />
            </Tiles>
            <Schedules key={`${maxRunning} ${maxStartsPerHour}`} limits={{ maxRunning, maxStartsPerHour }} />
            <RawRecords days={data.organizations.nodes[0]?.rawRetentionDays ?? null} />
          </Stack>
        )}
      </Page>
    </Gate>
  );
}
