import {
  Box,
  Button,
  Dialog,
  DialogActions,
  DialogContent,
  DialogTitle,
  TextField,
  Typography,
} from "@mui/material";
import { type FormEvent, useId } from "react";
import { useTranslate } from "react-admin";
import { SCROLLING_FORM } from "../components/styles.ts";
import type { Field } from "../datasets/types.ts";
import { useFields } from "../datasets/useFields.ts";
import { inWords } from "../providers/in-language.ts";
import type { Row } from "../providers/shapes.ts";
import type { RejectedRow, RowIssue } from "./types.ts";

interface Props {
  row: RejectedRow;
  datasetId: string;
  issues: RowIssue[];
  /** A correction made before, not yet replayed. */
  fix: Row | undefined;
  onClose: () => void;
  onSave: (values: Row) => void;
}

const asText = (value: unknown): string =>
  value === null || value === undefined
    ? ""
    : typeof value === "object"
      ? JSON.stringify(value)
      : String(value);

/** What differs from the record as it came; an emptied input means null. */
function corrections(form: FormData, record: Row | null): Row {
  const values: Row = {};
  for (const [name, entry] of form.entries()) {
    const value = String(entry);
    if (record === null || value !== asText(record[name])) values[name] = value === "" ? null : value;
  }
  return values;
}

const issueOf = (field: Field, issues: Map<string, RowIssue>): RowIssue | undefined =>
  issues.get(field.name) ?? issues.get(field.sourceName);

/** What has to be corrected must not be searched for among thirty fields. */
function wrongFirst(fields: Field[], issues: Map<string, RowIssue>): Field[] {
  const wrong = fields.filter((field) => issueOf(field, issues));
  return [...wrong, ...fields.filter((field) => !wrong.includes(field))];
}

/** The row as it came, field by field, with what is wrong beside the field. */
export function FixDialog({ row, datasetId, issues, fix, onClose, onSave }: Props) {
  const translate = useTranslate();
  const titleId = useId();
  const fields = useFields(datasetId);
  const byColumn = new Map(issues.toReversed().map((issue) => [issue.columnName, issue]));
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    onSave(corrections(new FormData(event.currentTarget), row.record));
  };
  return (
    <Dialog open onClose={onClose} fullWidth maxWidth="sm" aria-labelledby={titleId}>
      <Box component="form" onSubmit={submit} sx={SCROLLING_FORM}>
        <DialogTitle id={titleId}>{translate("app.rejected.fix_line", { line: row.line })}</DialogTitle>
        <DialogContent>
          {issues
            .filter((issue) => !fields.some((field) => field.name === issue.columnName))
            .map((issue) => (
              <Typography key={issue.id} color="error" gutterBottom>
                {inWords(issue.message)} {inWords(issue.remedy)}
              </Typography>
            ))}
          {row.record === null && (
            <Box component="pre" sx={{ whiteSpace: "pre-wrap", overflowWrap: "anywhere", m: 0, mb: 1 }}>
              {row.raw}
            </Box>
          )}
          {wrongFirst(fields, byColumn).map((field) => {
            const issue = issueOf(field, byColumn);
            const value = fix && field.name in fix ? fix[field.name] : row.record?.[field.name];
            return (
              <TextField
                key={field.name}
                name={field.name}
                label={`${field.name} · ${field.type}`}
                defaultValue={asText(value)}
                error={issue !== undefined}
                helperText={issue ? `${inWords(issue.message)}. ${inWords(issue.remedy)}` : undefined}
              />
            );
          })}
        </DialogContent>
        <DialogActions>
          <Button onClick={onClose}>{translate("ra.action.cancel")}</Button>
          <Button type="submit" variant="contained">
            {translate("app.rejected.keep_fix")}
          </Button>
        </DialogActions>
      </Box>
    </Dialog>
  );
}
