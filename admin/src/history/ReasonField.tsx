import { TextField } from "@mui/material";
import { useTranslate } from "react-admin";
import { useReasonsRequired } from "./api.ts";

export const MAX_REASON = 1000;

interface Props {
  value: string;
  onChange: (reason: string) => void;
  problem?: boolean;
  /** Whatever the organization wants: nothing goes on without one. */
  needed?: boolean;
}

/** Why something is changed by hand: asked for where the organization wants it, else offered. */
export function ReasonField({ value, onChange, problem = false, needed = false }: Props) {
  const translate = useTranslate();
  const wanted = useReasonsRequired() ?? false;
  const help = needed ? "reason_needed" : wanted ? "reason_required" : "reason_free";
  return (
    <TextField
      label={translate("app.history.reason")}
      helperText={translate(`app.history.${help}`)}
      value={value}
      required={needed || wanted}
      error={problem}
      onChange={(event) => onChange(event.target.value)}
      slotProps={{ htmlInput: { maxLength: MAX_REASON } }}
    />
  );
}
