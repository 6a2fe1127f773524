import { Alert, MenuItem, TextField } from "@mui/material";
import { useState } from "react";
import { useRedirect, useTranslate } from "react-admin";
import { change, useChange } from "../access/api.ts";
import { FormDialog } from "../access/FormDialog.tsx";
import { useRangedSources } from "./useBackfills.ts";

interface Props {
  /** The source that it begins from, where one is given. */
  source?: string;
  onClose: () => void;
}

/** Which range of which source is read again, and in how large slices. */
export function StartDialog({ source: given = "", onClose }: Props) {
  const translate = useTranslate();
  const redirect = useRedirect();
  const { sources } = useRangedSources();
  const [source, setSource] = useState(given);
  const [from, setFrom] = useState("");
  const [to, setTo] = useState("");
  const [step, setStep] = useState("1 day");
  const start = useChange(async () => {
    const input = { source, rangeFrom: from.trim(), rangeTo: to.trim(), step: step.trim() };
    const { result } = await change<{ result: { id: string } }>("startBackfill", input, "result { id }");
    redirect(`/backfills/${result.id}`);
  }, "app.backfill.started");
  const cursor = sources?.find(({ name }) => name === source)?.cursor;
  const word = (key: string, more?: object) => translate(`app.backfill.${key}`, more);
  const field = (problem: string) => start.problem?.field === problem;
  return (
    <FormDialog
      title={word("new")}
      submit={word("start")}
      problem={start.problem}
      busy={start.busy}
      onSubmit={start.act}
      onClose={onClose}
    >
      {sources?.length === 0 && <Alert severity="info">{word("no_sources")}</Alert>}
      <TextField
        select
        required
        label={word("source")}
        helperText={cursor ? word("by", { cursor }) : word("source_help")}
        value={sources?.some(({ name }) => name === source) ? source : ""}
        onChange={(event) => setSource(event.target.value)}
      >
        {(sources ?? []).map(({ name }) => (
          <MenuItem key={name} value={name}>
            {name}
          </MenuItem>
        ))}
      </TextField>
      <TextField
        required
        label={word("from")}
        helperText={word("from_help")}
        error={field("from")}
        value={from}
        onChange={(event) => setFrom(event.target.value)}
      />
      <TextField
        required
        label={word("to")}
        helperText={word("to_help")}
        error={field("to")}
        value={to}
        onChange={(event) => setTo(event.target.value)}
      />
      <TextField
        required
        label={word("step")}
        helperText={word("step_help")}
        error={field("step")}
        value={step}
        onChange={(event) => setStep(event.target.value)}
      />
    </FormDialog>
  );
}
