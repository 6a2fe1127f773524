import { TextField } from "@mui/material";
import { useTranslate } from "react-admin";
import { useReasonsRequired } from "./api.ts";

export const MAX_REASON = 1000;

interface Props {
  value: string;
  onChange: (reason: string) => void;
  problem?: boolean;
}

/** Why something is changed by hand: asked for where the organization wants it, else offered. */
export function ReasonField({ value, onChange, problem = false }: Props) {
  const translate = useTranslate();
  const required = useReasonsRequired() ?? false;
  return (
    <TextField
      label={translate("app.history.reason")}
      helperText={translate(required ? "app.history.reason_required" : "app.history.reason_free")}
      value={value}
      required={required}
      error={problem}
      onChange={(event) => onChange(event.target.value)}
      slotProps={{ htmlInput: { maxLength: MAX_REASON } }}
    />
  );
}
