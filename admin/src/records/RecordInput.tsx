import { MenuItem, TextField } from "@mui/material";
import { useTranslate } from "react-admin";
import type { Column } from "../providers/records.ts";
import { isNumeric } from "./values.tsx";

const LONG_TEXT = 80;

interface Props {
  column: Column;
  text: string;
  problem: string | null;
  /** A row that is there keeps its key. */
  keyFixed: boolean;
}

/** What the contract asks of the field, beside what it says of it. */
function useHelp({ column, keyFixed }: Pick<Props, "column" | "keyFixed">): string | undefined {
  const translate = useTranslate();
  const { field, isKey } = column;
  if (isKey && keyFixed) return translate("app.record.key_fixed");
  if (!field || keyFixed) return field?.description || undefined;
  const { minimum, maximum, pattern } = field;
  const bounds =
    minimum !== null && maximum !== null
      ? translate("app.contract.between", { minimum, maximum })
      : minimum !== null
        ? translate("app.contract.at_least", { minimum })
        : maximum !== null
          ? translate("app.contract.at_most", { maximum })
          : null;
  const asked = [bounds, pattern && translate("app.contract.matches", { pattern })]
    .filter(Boolean)
    .join(", ");
  return [field.description, asked].filter(Boolean).join(" · ") || undefined;
}

/** One field of a row, as its type and contract ask for it. */
export function RecordInput({ column, text, problem, keyFixed }: Props) {
  const help = useHelp({ column, keyFixed });
  const choices = column.type === "boolean" ? ["true", "false"] : column.field?.allowedValues;
  // An input holds no seconds' fractions and no zone: a moment is edited as the text that it is.
  const type = column.type === "date" ? "date" : "text";
  const many =
    ["jsonb", "text[]"].includes(column.type) || (column.type === "text" && text.length > LONG_TEXT);
  const readOnly = column.isKey && keyFixed;
  const required = Boolean(column.field?.required) || (column.isKey && !keyFixed);
  return (
    <TextField
      name={column.attribute}
      label={`${column.name} · ${column.type}`}
      defaultValue={text}
      type={type}
      select={Boolean(choices)}
      multiline={many}
      required={required && (!choices || !keyFixed)}
      sx={readOnly ? { "& .MuiInputBase-root": { bgcolor: "action.hover" } } : {}}
      error={problem !== null}
      helperText={problem ?? help}
      slotProps={{
        inputLabel: { shrink: true },
        // Read-only and not disabled: a key must stay readable, to eyes and to screen readers.
        htmlInput: { readOnly, ...(isNumeric(column.type) ? { inputMode: "decimal" } : {}) },
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
