import {
  Checkbox,
  MenuItem,
  Table,
  TableBody,
  TableCell,
  TableHead,
  TableRow,
  TextField,
} from "@mui/material";
import { useTranslate } from "react-admin";
import { FIELD_TYPES, type ProposedField } from "./types.ts";

/** A proposed field with what the person made of it. */
export interface DraftField extends ProposedField {
  isLoaded: boolean;
  isKey: boolean;
}

interface Props {
  fields: DraftField[];
  onChange: (fields: DraftField[]) => void;
  disabled: boolean;
}

const HEADINGS = ["load", "column", "field", "type", "key", "evidence"] as const;

/** The whole contract of a new dataset, to be corrected before anything is loaded. */
export function NewContract({ fields, onChange, disabled }: Props) {
  const translate = useTranslate();
  const set = (at: number, change: Partial<DraftField>) =>
    onChange(fields.map((field, i) => (i === at ? { ...field, ...change } : field)));
  const label = (what: string, column: string) => `${translate(`app.proposal.${what}`)}: ${column}`;
  return (
    <Table size="small" aria-label={translate("app.proposal.title_new")}>
      <TableHead>
        <TableRow>
          {HEADINGS.map((name) => (
            <TableCell key={name}>{translate(`app.proposal.${name}`)}</TableCell>
          ))}
        </TableRow>
      </TableHead>
      <TableBody>
        {fields.map((field, at) => (
          <TableRow key={field.sourceName} sx={field.isLoaded ? {} : { opacity: 0.55 }}>
            <TableCell padding="checkbox">
              <Checkbox
                checked={field.isLoaded}
                disabled={disabled}
                onChange={(event) =>
                  set(at, {
                    isLoaded: event.target.checked,
                    ...(event.target.checked ? {} : { isKey: false }),
                  })
                }
                slotProps={{ input: { "aria-label": label("load", field.sourceName) } }}
              />
            </TableCell>
            <TableCell>{field.sourceName}</TableCell>
            <TableCell>
              <TextField
                value={field.name}
                disabled={disabled || !field.isLoaded}
                onChange={(event) => set(at, { name: event.target.value })}
                sx={{ minWidth: 150 }}
                slotProps={{ htmlInput: { "aria-label": label("field", field.sourceName), maxLength: 58 } }}
              />
            </TableCell>
            <TableCell>
              <TextField
                select
                value={field.type}
                disabled={disabled || !field.isLoaded}
                onChange={(event) => set(at, { type: event.target.value })}
                sx={{ minWidth: 130 }}
                slotProps={{
                  select: { SelectDisplayProps: { "aria-label": label("type", field.sourceName) } },
                }}
              >
                {[...new Set([field.type, ...FIELD_TYPES])].map((type) => (
                  <MenuItem key={type} value={type}>
                    {type}
                  </MenuItem>
                ))}
              </TextField>
            </TableCell>
            <TableCell padding="checkbox">
              <Checkbox
                checked={field.isKey}
                disabled={disabled || !field.isLoaded}
                onChange={(event) => set(at, { isKey: event.target.checked })}
                slotProps={{ input: { "aria-label": label("key", field.sourceName) } }}
              />
            </TableCell>
            <TableCell sx={{ color: "text.secondary" }}>{field.evidence}</TableCell>
          </TableRow>
        ))}
      </TableBody>
    </Table>
  );
}
