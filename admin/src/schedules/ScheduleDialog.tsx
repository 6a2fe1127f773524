import { Alert, Autocomplete, Box, MenuItem, TextField } from "@mui/material";
import { useState } from "react";
import { useRedirect, useTranslate } from "react-admin";
import { change, useChange } from "../access/api.ts";
import { type Duration, durationOf, intervalOf } from "../access/duration.ts";
import { FormDialog } from "../access/FormDialog.tsx";
import { DurationField, Several } from "../access/pickers.tsx";
import { useDatasets } from "../access/useDatasets.ts";
import { formatMoment } from "../components/format.ts";
import { useLanguage } from "../components/useLanguage.ts";
import { currentZone, useZone } from "../components/zone.ts";
import { useSettled } from "../policies/useSettled.ts";
import { problemOf } from "../providers/errors.ts";
import { type Schedule, TRIGGERS, type Trigger, useCronPreview, useTargets } from "./useSchedules.ts";

interface Form {
  name: string;
  kind: "source" | "pipeline";
  target: string;
  trigger: Trigger;
  cron: string;
  timeZone: string;
  every: Duration;
  upstreams: string[];
  upstreamMode: string;
  dataset: string;
  maxAge: Duration;
  catchUp: string;
}

const empty = (): Form => ({
  name: "",
  kind: "pipeline",
  target: "",
  trigger: "cron",
  cron: "0 6 * * 1-5",
  timeZone: currentZone(),
  every: { amount: "1", unit: "hours" },
  upstreams: [],
  upstreamMode: "any",
  dataset: "",
  maxAge: { amount: "1", unit: "days" },
  catchUp: "once",
});

/** A schedule that is there, as its form. */
function formOf(schedule: Schedule): Form {
  const usual = empty();
  const { every, maxAge, source, pipeline, dataset } = schedule;
  return {
    name: schedule.name,
    kind: source ? "source" : "pipeline",
    target: source?.name ?? pipeline?.name ?? "",
    trigger: schedule.trigger,
    cron: schedule.cron ?? usual.cron,
    timeZone: schedule.timeZone,
    every: every ? durationOf(every) : usual.every,
    upstreams: schedule.scheduleUpstreams.nodes.map((one) =>
      one.pipeline ? `pipeline:${one.pipeline.name}` : `dataset:${one.dataset?.name ?? ""}`,
    ),
    upstreamMode: schedule.upstreamMode,
    dataset: dataset?.name ?? "",
    maxAge: maxAge ? durationOf(maxAge) : usual.maxAge,
    catchUp: schedule.catchUp,
  };
}

const ZONES = Intl.supportedValuesOf("timeZone");

/** `dataset:orders` as the API takes it. */
const upstreamOf = (text: string): Record<string, string> => {
  const at = text.indexOf(":");
  return { [text.slice(0, at)]: text.slice(at + 1) };
};

/** What the trigger takes, and nothing of the others. */
function inputOf(form: Form, isNew: boolean): Record<string, unknown> {
  const given: Record<Trigger, Record<string, unknown>> = {
    cron: { cron: form.cron.trim(), timeZone: form.timeZone },
    interval: { every: intervalOf(form.every) },
    new_object: { every: intervalOf(form.every) },
    upstream: { upstreams: form.upstreams.map(upstreamOf), upstreamMode: form.upstreamMode },
    freshness: { dataset: form.dataset, maxAge: intervalOf(form.maxAge) },
    hand: {},
  };
  return {
    name: form.name.trim(),
    trigger: form.trigger,
    ...(isNew ? { [form.kind]: form.target } : {}),
    catchUp: form.catchUp,
    ...given[form.trigger],
  };
}

interface PartProps {
  form: Form;
  set: (part: Partial<Form>) => void;
}

function Cron({ form, set }: PartProps) {
  const translate = useTranslate();
  const locale = useLanguage();
  const shown = useZone();
  const settled = useSettled({ cron: form.cron, timeZone: form.timeZone });
  const { times, error } = useCronPreview(settled.cron, settled.timeZone, true);
  return (
    <>
      <TextField
        required
        label={translate("app.schedule.cron")}
        helperText={translate("app.schedule.cron_help")}
        value={form.cron}
        onChange={(event) => set({ cron: event.target.value })}
        slotProps={{ htmlInput: { spellCheck: false, style: { fontFamily: "monospace" } } }}
      />
      <Autocomplete
        freeSolo
        autoSelect
        options={ZONES}
        value={form.timeZone}
        onChange={(_event, timeZone) => set({ timeZone: timeZone ?? "UTC" })}
        renderInput={(params) => <TextField {...params} required label={translate("app.schedule.zone")} />}
      />
      <Alert severity={error ? "error" : "info"} icon={false} sx={{ mt: 1 }} role="status">
        {error ? problemOf(error).message : translate("app.schedule.next_times", { zone: shown })}
        <Box component="ol" sx={{ m: 0, pl: 2.5 }}>
          {times.map((at) => (
            <li key={at}>{formatMoment(locale, new Date(at))}</li>
          ))}
        </Box>
      </Alert>
    </>
  );
}

function Upstreams({ form, set }: PartProps) {
  const translate = useTranslate();
  const { pipelines } = useTargets();
  const { datasets } = useDatasets();
  const options = [
    ...pipelines.map((name) => `pipeline:${name}`),
    ...datasets.map(({ name }) => `dataset:${name}`),
  ];
  return (
    <>
      <Several
        label={translate("app.schedule.upstreams")}
        helperText={translate("app.schedule.upstreams_help")}
        options={options}
        value={form.upstreams}
        onChange={(upstreams) => set({ upstreams })}
      />
      <TextField
        select
        label={translate("app.schedule.mode.label")}
        value={form.upstreamMode}
        onChange={(event) => set({ upstreamMode: event.target.value })}
      >
        {["any", "all"].map((mode) => (
          <MenuItem key={mode} value={mode}>
            {translate(`app.schedule.mode.${mode}`)}
          </MenuItem>
        ))}
      </TextField>
    </>
  );
}

function TriggerFields(props: PartProps) {
  const { form, set } = props;
  const translate = useTranslate();
  const { datasets } = useDatasets();
  if (form.trigger === "cron") return <Cron {...props} />;
  if (form.trigger === "upstream") return <Upstreams {...props} />;
  if (form.trigger === "interval" || form.trigger === "new_object")
    return (
      <DurationField
        label={translate("app.schedule.every")}
        value={form.every}
        onChange={(every) => set({ every })}
      />
    );
  if (form.trigger === "hand") return null;
  return (
    <>
      <TextField
        select
        required
        label={translate("app.quality.dataset")}
        value={form.dataset}
        onChange={(event) => set({ dataset: event.target.value })}
      >
        {datasets.map(({ name }) => (
          <MenuItem key={name} value={name}>
            {name}
          </MenuItem>
        ))}
      </TextField>
      <DurationField
        label={translate("app.schedule.age")}
        value={form.maxAge}
        onChange={(maxAge) => set({ maxAge })}
      />
    </>
  );
}

/** What is started: a source or a pipeline, and which. */
function TargetFields({ form, set }: PartProps) {
  const translate = useTranslate();
  const targets = useTargets();
  const word = (key: string) => translate(`app.schedule.${key}`);
  const names = form.kind === "source" ? targets.sources : targets.pipelines;
  return (
    <Box sx={{ display: "grid", columnGap: 2, gridTemplateColumns: { sm: "1fr 2fr" } }}>
      <TextField
        select
        label={word("kind")}
        value={form.kind}
        onChange={(event) =>
          set({
            kind: event.target.value as Form["kind"],
            target: "",
            trigger: form.trigger === "new_object" ? "cron" : form.trigger,
          })
        }
      >
        {(["pipeline", "source"] as const).map((kind) => (
          <MenuItem key={kind} value={kind}>
            {word(`kinds.${kind}`)}
          </MenuItem>
        ))}
      </TextField>
      <TextField
        select
        required
        label={word("starts")}
        value={form.target}
        onChange={(event) => set({ target: event.target.value })}
      >
        {names.map((name) => (
          <MenuItem key={name} value={name}>
            {name}
          </MenuItem>
        ))}
      </TextField>
    </Box>
  );
}

interface Props {
  /** One that is changed; null: a new one. What it starts stays the same. */
  schedule?: Schedule | null;
  onClose: () => void;
}

/** A schedule: what it starts, and when. */
export function ScheduleDialog({ schedule = null, onClose }: Props) {
  const translate = useTranslate();
  const redirect = useRedirect();
  const [form, setForm] = useState(schedule ? formOf(schedule) : empty());
  const set = (part: Partial<Form>) => setForm((before) => ({ ...before, ...part }));
  const word = (key: string) => translate(`app.schedule.${key}`);
  const save = useChange(
    async () => {
      await change(schedule ? "alterSchedule" : "createSchedule", inputOf(form, schedule === null));
      onClose();
      if (!schedule) redirect(`/schedules/${form.name.trim()}`);
    },
    `app.schedule.${schedule ? "changed" : "created"}`,
  );
  const triggers = TRIGGERS.filter((one) => one !== "new_object" || form.kind === "source");
  return (
    <FormDialog
      title={schedule?.name ?? word("new")}
      submit={schedule ? translate("ra.action.save") : word("create")}
      problem={save.problem}
      busy={save.busy}
      onSubmit={save.act}
      onClose={onClose}
    >
      {!schedule && (
        <>
          <TextField
            required
            label={translate("app.ingest.fields.name")}
            helperText={translate("app.ingest.connect.name_help")}
            value={form.name}
            error={save.problem?.field === "name"}
            onChange={(event) => set({ name: event.target.value })}
            slotProps={{ htmlInput: { pattern: "[a-z][a-z0-9_\\-]{0,49}", spellCheck: false } }}
          />
          <TargetFields form={form} set={set} />
        </>
      )}
      <TextField
        select
        label={word("trigger_label")}
        value={form.trigger}
        helperText={word(`trigger_text.${form.trigger}`)}
        onChange={(event) => set({ trigger: event.target.value as Trigger })}
      >
        {triggers.map((trigger) => (
          <MenuItem key={trigger} value={trigger}>
            {word(`trigger.${trigger}`)}
          </MenuItem>
        ))}
      </TextField>
      <TriggerFields form={form} set={set} />
      <TextField
        select
        label={word("catch_up.label")}
        value={form.catchUp}
        onChange={(event) => set({ catchUp: event.target.value })}
      >
        {["once", "none"].map((one) => (
          <MenuItem key={one} value={one}>
            {word(`catch_up.${one}`)}
          </MenuItem>
        ))}
      </TextField>
    </FormDialog>
  );
}
