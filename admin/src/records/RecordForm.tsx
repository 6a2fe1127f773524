import { Button, MenuItem, Stack, TextField } from "@mui/material";
import { type FormEvent, useState } from "react";
import { useNotify, useTranslate, useUpdate } from "react-admin";
import { ProblemAlert } from "../components/ProblemAlert.tsx";
import { ReasonField } from "../history/ReasonField.tsx";
import { type Problem, problemOf } from "../providers/errors.ts";
import { Withdrawn } from "../providers/proof.ts";
import type { Column, Description } from "../providers/records.ts";
import type { Row } from "../providers/shapes.ts";
import type { Version } from "./types.ts";
import { fromInput, inputText, isNumeric } from "./values.tsx";

interface Props {
  description: Description;
  version: Version;
  recordId: string;
  onCancel: () => void;
  onSaved: () => void;
}

const LONG_TEXT = 80;

function Input({ column, text, problem }: { column: Column; text: string; problem: string | null }) {
  const translate = useTranslate();
  const choices = column.type === "boolean" ? ["true", "false"] : column.field?.allowedValues;
  // An input holds no seconds' fractions and no zone: a moment is edited as the text that it is.
  const type = column.type === "date" ? "date" : "text";
  const many =
    ["jsonb", "text[]"].includes(column.type) || (column.type === "text" && text.length > LONG_TEXT);
  const help = column.isKey ? translate("app.record.key_fixed") : column.field?.description || undefined;
  return (
    <TextField
      name={column.attribute}
      label={`${column.name} · ${column.type}`}
      defaultValue={text}
      type={type}
      select={Boolean(choices)}
      multiline={many}
      required={Boolean(column.field?.required) && !choices}
      sx={column.isKey ? { "& .MuiInputBase-root": { bgcolor: "action.hover" } } : {}}
      error={problem !== null}
      helperText={problem ?? help}
      slotProps={{
        inputLabel: { shrink: true },
        // Read-only and not disabled: a key must stay readable, to eyes and to screen readers.
        htmlInput: {
          readOnly: column.isKey,
          ...(isNumeric(column.type) ? { inputMode: "decimal" } : {}),
        },
      }}
    >
      {choices && [
        <MenuItem key="" value="">
          –
        </MenuItem>,
        ...choices.map((choice) => (
          <MenuItem key={choice} value={choice}>
            {choice}
          </MenuItem>
        )),
      ]}
    </TextField>
  );
}

/** The columns whose text was changed, with their new values. Throws a Problem's error for JSON that is none. */
function editedRow(form: FormData, description: Description, before: Row): Row {
  const row: Row = { ...before };
  for (const column of description.columns) {
    const text = form.get(column.attribute);
    if (column.isKey || typeof text !== "string" || text === inputText(before[column.attribute], column.type))
      continue;
    row[column.attribute] = fromInput(text, column);
  }
  return row;
}

/** Edits a row by hand: saving makes a new version, signed by whoever saves. */
export function RecordForm({ description, version, recordId, onCancel, onSaved }: Props) {
  const translate = useTranslate();
  const notify = useNotify();
  const [problem, setProblem] = useState<Problem | null>(null);
  const [reason, setReason] = useState("");
  const [update, { isPending }] = useUpdate();
  const values = (row: Row): Row =>
    Object.fromEntries(description.columns.map(({ attribute }) => [attribute, row[attribute]]));
  const save = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    setProblem(null);
    try {
      const before = values(version.row);
      const data = { row: editedRow(new FormData(event.currentTarget), description, before) };
      update(
        `records/${description.dataset.name}`,
        { id: recordId, data, previousData: { id: recordId, row: before }, meta: { reason: reason.trim() } },
        {
          mutationMode: "pessimistic",
          onSuccess: () => {
            notify("app.record.saved", { type: "success" });
            onSaved();
          },
          onError: (error: unknown) => setProblem(error instanceof Withdrawn ? null : problemOf(error)),
        },
      );
    } catch (error) {
      setProblem(problemOf(error));
    }
  };
  const atField = (column: Column) =>
    problem?.field === column.name || problem?.field === column.attribute ? problem.message : null;
  return (
    <Stack component="form" onSubmit={save} spacing={1.5}>
      {problem && <ProblemAlert problem={problem} />}
      {description.columns.map((column) => (
        <Input
          key={column.attribute}
          column={column}
          text={inputText(version.row[column.attribute], column.type)}
          problem={atField(column)}
        />
      ))}
      <ReasonField value={reason} onChange={setReason} problem={problem?.code === "HS001"} />
      <Stack direction="row" spacing={1} sx={{ pt: 1 }}>
        <Button type="submit" variant="contained" loading={isPending}>
          {translate("ra.action.save")}
        </Button>
        <Button onClick={onCancel}>{translate("ra.action.cancel")}</Button>
      </Stack>
    </Stack>
  );
}
