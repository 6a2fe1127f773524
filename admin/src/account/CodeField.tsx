import { TextField } from "@mui/material";
import { useTranslate } from "react-admin";

const MAX_RECOVERY = 60;

/** Six digits of an authenticator app, or a recovery code: browsers offer the former by themselves. */
export function CodeField({ kind, autoFocus = true }: { kind: "totp" | "recovery"; autoFocus?: boolean }) {
  const translate = useTranslate();
  const totp = kind === "totp";
  return (
    <TextField
      // Made anew, so that what was typed for the other kind is gone.
      key={kind}
      name="code"
      required
      autoFocus={autoFocus}
      label={translate(`app.signin.${kind}_code`)}
      helperText={translate(`app.signin.${kind}_help`)}
      autoComplete={totp ? "one-time-code" : "off"}
      slotProps={{
        htmlInput: {
          inputMode: totp ? "numeric" : "text",
          ...(totp ? { pattern: "[0-9]{3} ?[0-9]{3}", maxLength: 7 } : { maxLength: MAX_RECOVERY }),
          autoCapitalize: "none",
          spellCheck: false,
          style: { fontFamily: "monospace", letterSpacing: totp ? "0.2em" : 0, fontSize: "1.1rem" },
        },
      }}
    />
  );
}
