import {
  Box,
  Button,
  Dialog,
  DialogActions,
  DialogContent,
  DialogTitle,
  FormControlLabel,
  MenuItem,
  Stack,
  Switch,
  TextField,
} from "@mui/material";
import { type FormEvent, useId, useState } from "react";
import { useGetOne, useNotify, useTranslate } from "react-admin";
import { ProblemAlert } from "../components/ProblemAlert.tsx";
import { SCROLLING_FORM } from "../components/styles.ts";
import { type Problem, problemOf } from "../providers/errors.ts";
import { alterDataset } from "../providers/operations.ts";
import type { Row } from "../providers/shapes.ts";
import { changesOf, type FieldForm, formOf, widerTypes } from "./changes.ts";
import type { Dataset, Field } from "./types.ts";

interface Props {
  field: Field;
  dataset: Dataset;
  onClose: () => void;
  onSaved: () => void;
}

type Set = <K extends keyof FieldForm>(name: K, value: FieldForm[K]) => void;

function Inputs({ field, isKey, form, set }: { field: Field; isKey: boolean; form: FieldForm; set: Set }) {
  const translate = useTranslate();
  const text = (name: "name" | "minimum" | "maximum" | "pattern" | "description", help?: string) => (
    <TextField
      label={translate(`app.contract.${name}`)}
      value={form[name]}
      onChange={(event) => set(name, event.target.value)}
      {...(help ? { helperText: translate(help) } : {})}
    />
  );
  const toggle = (name: "required" | "notInFuture", label: string) => (
    <FormControlLabel
      label={translate(label)}
      control={<Switch checked={form[name]} onChange={(event) => set(name, event.target.checked)} />}
    />
  );
  return (
    <>
      {text("name", "app.contract.name_help")}
      <TextField
        select
        label={translate("app.contract.type")}
        value={form.type}
        onChange={(event) => set("type", event.target.value)}
        helperText={translate("app.contract.type_help")}
      >
        {[field.type, ...widerTypes(field.type)].map((type) => (
          <MenuItem key={type} value={type}>
            {type}
          </MenuItem>
        ))}
      </TextField>
      <Stack direction="row" spacing={2}>
        {!isKey && toggle("required", "app.contract.required_long")}
        {/^(date|timestamptz)$/.test(field.type) && toggle("notInFuture", "app.contract.not_in_future")}
      </Stack>
      <Stack direction="row" spacing={2}>
        {text("minimum")}
        {text("maximum")}
      </Stack>
      {field.type === "text" && text("pattern", "app.contract.pattern_help")}
      <TextField
        label={translate("app.contract.allowed")}
        value={form.allowedValues}
        onChange={(event) => set("allowedValues", event.target.value)}
        helperText={translate("app.contract.allowed_help")}
        multiline
        maxRows={6}
      />
      {text("description")}
    </>
  );
}

/** Changes one field of the contract: each saving is one new version of it. */
export function FieldDialog({ field, dataset, onClose, onSaved }: Props) {
  const translate = useTranslate();
  const notify = useNotify();
  const titleId = useId();
  const [form, setForm] = useState(() => formOf(field));
  const [problem, setProblem] = useState<Problem | null>(null);
  const [busy, setBusy] = useState(false);
  const { data: target } = useGetOne(
    "datasets",
    { id: field.referencesDataset ?? "" },
    { enabled: field.referencesDataset !== null },
  );
  const isKey = dataset.keyFields.includes(field.name);
  const save = async (changes: Row[]) => {
    if (changes.length === 0) return onClose();
    setBusy(true);
    setProblem(null);
    try {
      await alterDataset(dataset.id, changes, "");
      notify("app.contract.saved", { type: "success" });
      onSaved();
    } catch (error) {
      setProblem(problemOf(error));
      setBusy(false);
    }
  };
  const submit = (event: FormEvent) => {
    event.preventDefault();
    save(changesOf(form, field, target ? String(target.name) : null));
  };
  return (
    <Dialog open onClose={onClose} fullWidth maxWidth="sm" aria-labelledby={titleId}>
      <Box component="form" onSubmit={submit} sx={SCROLLING_FORM}>
        <DialogTitle id={titleId}>{translate("app.contract.edit", { name: field.name })}</DialogTitle>
        <DialogContent>
          {problem && <ProblemAlert problem={problem} />}
          <Inputs
            field={field}
            isKey={isKey}
            form={form}
            set={(name, value) => setForm((before) => ({ ...before, [name]: value }))}
          />
        </DialogContent>
        <DialogActions>
          {!isKey && (
            <Button color="error" disabled={busy} onClick={() => save([{ op: "retire", name: field.name }])}>
              {translate("app.contract.retire")}
            </Button>
          )}
          <Stack sx={{ flex: 1 }} />
          <Button onClick={onClose}>{translate("ra.action.cancel")}</Button>
          <Button type="submit" variant="contained" loading={busy}>
            {translate("app.contract.save")}
          </Button>
        </DialogActions>
      </Box>
    </Dialog>
  );
}
