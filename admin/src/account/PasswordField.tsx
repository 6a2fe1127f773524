import HiddenIcon from "@mui/icons-material/VisibilityOffOutlined";
import VisibilityIcon from "@mui/icons-material/VisibilityOutlined";
import { IconButton, InputAdornment, TextField } from "@mui/material";
import { useState } from "react";
import { useTranslate } from "react-admin";

export const MIN_PASSWORD = 15;
const MAX_PASSWORD = 128;

interface Props {
  name: string;
  label: string;
  /** A new one is held against the rules and offered by password managers. */
  fresh?: boolean;
  required?: boolean;
  autoFocus?: boolean;
}

/** A password that can be looked at while it is typed. */
export function PasswordField({ name, label, fresh = false, required = true, autoFocus = false }: Props) {
  const translate = useTranslate();
  const [shown, setShown] = useState(false);
  return (
    <TextField
      name={name}
      type={shown ? "text" : "password"}
      label={label}
      required={required}
      autoFocus={autoFocus}
      autoComplete={fresh ? "new-password" : "current-password"}
      {...(fresh ? { helperText: translate("app.account.password.rules", { least: MIN_PASSWORD }) } : {})}
      slotProps={{
        htmlInput: fresh ? { minLength: MIN_PASSWORD, maxLength: MAX_PASSWORD } : {},
        input: {
          endAdornment: (
            <InputAdornment position="end">
              <IconButton
                size="small"
                edge="end"
                aria-pressed={shown}
                aria-label={translate("app.account.password.show")}
                onClick={() => setShown(!shown)}
              >
                {shown ? <HiddenIcon fontSize="small" /> : <VisibilityIcon fontSize="small" />}
              </IconButton>
            </InputAdornment>
          ),
        },
      }}
    />
  );
}
