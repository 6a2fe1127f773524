import { Alert, Checkbox, FormControlLabel, ListSubheader, MenuItem, TextField } from "@mui/material";
import { useState } from "react";
import { useRedirect, useTranslate } from "react-admin";
import { change, useChange } from "../access/api.ts";
import { FormDialog } from "../access/FormDialog.tsx";
import { type Target, useTargets } from "./useBackfills.ts";

interface Props {
  /** What it begins from, where one is given. */
  given?: Pick<Target, "kind" | "name">;
  may: { source: boolean; pipeline: boolean };
  onClose: () => void;
}

const MOST_AT_ONCE = 20;
const keyOf = ({ kind, name }: Pick<Target, "kind" | "name">): string => `${kind}:${name}`;

/** Which range of which source or pipeline is read again, and in how large slices. */
export function StartDialog({ given, may, onClose }: Props) {
  const translate = useTranslate();
  const redirect = useRedirect();
  const { targets } = useTargets(may);
  const [chosen, setChosen] = useState(given ? keyOf(given) : "");
  const [from, setFrom] = useState("");
  const [to, setTo] = useState("");
  const [step, setStep] = useState("1 day");
  const [atOnce, setAtOnce] = useState("1");
  const [newestFirst, setNewestFirst] = useState(false);
  const target = targets?.find((one) => keyOf(one) === chosen);
  const start = useChange(async () => {
    if (!target) return;
    const range = { rangeFrom: from.trim(), rangeTo: to.trim(), step: step.trim() };
    const { result } = await change<{ result: { id: string } }>(
      target.kind === "source" ? "startBackfill" : "startPipelineBackfill",
      target.kind === "source"
        ? { source: target.name, ...range }
        : { pipeline: target.name, ...range, atOnce: Number(atOnce), newestFirst },
      "result { id }",
    );
    redirect(`/backfills/${result.id}`);
  }, "app.backfill.started");
  const word = (key: string, more?: object) => translate(`app.backfill.${key}`, more);
  const field = (problem: string) => start.problem?.field === problem;
  const options = (kind: Target["kind"], heading: string) => {
    const found = targets?.filter((one) => one.kind === kind) ?? [];
    if (found.length === 0) return [];
    return [
      <ListSubheader key={kind}>{heading}</ListSubheader>,
      ...found.map((one) => (
        <MenuItem key={keyOf(one)} value={keyOf(one)}>
          {one.name}
        </MenuItem>
      )),
    ];
  };
  return (
    <FormDialog
      title={word("new")}
      submit={word("start")}
      problem={start.problem}
      busy={start.busy}
      onSubmit={start.act}
      onClose={onClose}
    >
      {targets?.length === 0 && <Alert severity="info">{word("no_targets")}</Alert>}
      <TextField
        select
        required
        label={word("target")}
        helperText={target ? word("by", { cursor: target.by }) : word("target_help")}
        value={target ? chosen : ""}
        onChange={(event) => setChosen(event.target.value)}
      >
        {options("source", translate("app.ingest.rooms.sources"))}
        {options("pipeline", translate("app.menu.pipelines"))}
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
      {target?.kind === "pipeline" && (
        <>
          <TextField
            required
            type="number"
            label={word("at_once")}
            helperText={word("at_once_help")}
            error={field("atOnce")}
            value={atOnce}
            onChange={(event) => setAtOnce(event.target.value)}
            slotProps={{ htmlInput: { min: 1, max: MOST_AT_ONCE } }}
          />
          <FormControlLabel
            control={
              <Checkbox checked={newestFirst} onChange={(event) => setNewestFirst(event.target.checked)} />
            }
            label={word("newest_first")}
          />
        </>
      )}
    </FormDialog>
  );
}
