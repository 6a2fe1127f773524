import { TextField } from "@mui/material";
import { useTranslate } from "react-admin";

interface Props {
  value: string;
  wrong: boolean;
  onChange: (value: string) => void;
}

/** The day with whose beginning a hold ends; empty: it has no end. */
export function EndField({ value, wrong, onChange }: Props) {
  const translate = useTranslate();
  return (
    <TextField
      type="date"
      label={translate("app.hold.until")}
      helperText={translate("app.hold.until_help")}
      value={value}
      error={wrong}
      onChange={(event) => onChange(event.target.value)}
      slotProps={{ inputLabel: { shrink: true } }}
    />
  );
}
