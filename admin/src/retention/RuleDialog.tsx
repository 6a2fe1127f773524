import { Box, Button, FormControlLabel, Radio, RadioGroup, TextField, Typography } from "@mui/material";
import { useId, useState } from "react";
import { useTranslate } from "react-admin";
import { change, useChange } from "../access/api.ts";
import { FormDialog } from "../access/FormDialog.tsx";
import { useSettled } from "../policies/useSettled.ts";
import { PreviewPanel } from "./PreviewPanel.tsx";
import type { Action, Limits, Retained } from "./useRetention.ts";

const ACTIONS: readonly Action[] = ["archive", "remove"];
const MOST_VERSIONS = 1_000_000;
const MOST_DAYS = 36_500;

/** A whole number within bounds; null: none, or not yet one. */
function within(text: string, least: number, most: number): number | null {
  const number = /^\d{1,7}$/.test(text.trim()) ? Number(text) : Number.NaN;
  return number >= least && number <= most ? number : null;
}

function ActionChoice({ value, onChange }: { value: Action; onChange: (action: Action) => void }) {
  const translate = useTranslate();
  const id = useId();
  return (
    <Box sx={{ mt: 1 }}>
      <Typography id={id} variant="body2" color="textSecondary">
        {translate("app.retention.action")}
      </Typography>
      <RadioGroup
        aria-labelledby={id}
        value={value}
        onChange={(event) => onChange(event.target.value as Action)}
      >
        {ACTIONS.map((action) => (
          <FormControlLabel
            key={action}
            value={action}
            control={<Radio size="small" />}
            sx={{ alignItems: "flex-start", my: 0.25 }}
            label={
              <>
                <Typography>{translate(`app.retention.${action}`)}</Typography>
                <Typography variant="body2" color="textSecondary">
                  {translate(`app.retention.${action}_text`)}
                </Typography>
              </>
            }
          />
        ))}
      </RadioGroup>
    </Box>
  );
}

/** A dataset's rule, with what it would move before it is saved. */
export function RuleDialog({ dataset, onClose }: { dataset: Retained; onClose: () => void }) {
  const translate = useTranslate();
  const { rule } = dataset;
  const [versions, setVersions] = useState(String(rule?.keepVersions ?? ""));
  const [days, setDays] = useState(String(rule?.keepDays ?? ""));
  const [action, setAction] = useState<Action>(rule?.action ?? "archive");
  const limits: Limits = {
    keepVersions: within(versions, 1, MOST_VERSIONS),
    keepDays: within(days, 0, MOST_DAYS),
  };
  const settled = useSettled(limits);
  const save = useChange(async (given: Limits & { action: Action }) => {
    await change("setRetention", { datasetId: dataset.id, ...given });
    onClose();
  }, "app.retention.saved");
  const clear = useChange(async () => {
    await change("setRetention", { datasetId: dataset.id, keepVersions: null, keepDays: null });
    onClose();
  }, "app.retention.cleared");
  const number = (min: number, max: number) =>
    ({ type: "number", inputMode: "numeric", min, max, step: 1 }) as const;
  const nothing = limits.keepVersions === null && limits.keepDays === null;
  return (
    <FormDialog
      title={translate("app.retention.set_of", { name: dataset.name })}
      submit={translate("ra.action.save")}
      problem={save.problem ?? clear.problem}
      busy={save.busy}
      danger={action === "remove"}
      onSubmit={() => save.act({ ...limits, action })}
      onClose={onClose}
    >
      <TextField
        label={translate("app.retention.keep_versions")}
        helperText={translate("app.retention.keep_versions_help")}
        value={versions}
        required={nothing}
        onChange={(event) => setVersions(event.target.value)}
        slotProps={{ htmlInput: number(1, MOST_VERSIONS) }}
      />
      <TextField
        label={translate("app.retention.keep_days")}
        helperText={translate("app.retention.keep_days_help")}
        value={days}
        onChange={(event) => setDays(event.target.value)}
        slotProps={{ htmlInput: number(0, MOST_DAYS) }}
      />
      <ActionChoice value={action} onChange={setAction} />
      <Typography component="h3" variant="subtitle2" sx={{ mt: 2, mb: 0.5 }}>
        {translate("app.retention.preview")}
      </Typography>
      <PreviewPanel datasetId={dataset.id} limits={settled} action={action} />
      {rule && (
        <Button sx={{ mt: 1.5 }} loading={clear.busy} onClick={() => clear.act()}>
          {translate("app.retention.clear")}
        </Button>
      )}
    </FormDialog>
  );
}
