import { Button, Stack } from "@mui/material";
import { type FormEvent, useState } from "react";
import { useNotify, useTranslate, useUpdate } from "react-admin";
import { ProblemAlert } from "../components/ProblemAlert.tsx";
import { ReasonField } from "../history/ReasonField.tsx";
import { type Problem, problemOf } from "../providers/errors.ts";
import { Withdrawn } from "../providers/proof.ts";
import type { Description } from "../providers/records.ts";
import type { Row } from "../providers/shapes.ts";
import { messageAt } from "./problem.ts";
import { RecordInput } from "./RecordInput.tsx";
import type { Version } from "./types.ts";
import { fromInput, inputText } from "./values.tsx";

interface Props {
  description: Description;
  version: Version;
  recordId: string;
  onCancel: () => void;
  onSaved: () => void;
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
  return (
    <Stack component="form" onSubmit={save} spacing={1.5}>
      {problem && <ProblemAlert problem={problem} />}
      {description.columns.map((column) => (
        <RecordInput
          key={column.attribute}
          column={column}
          text={inputText(version.row[column.attribute], column.type)}
          problem={messageAt(problem, column)}
          keyFixed
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
