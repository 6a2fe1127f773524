import CopyIcon from "@mui/icons-material/ContentCopy";
import { Button, Stack, TextField } from "@mui/material";
import { useState } from "react";
import { useTranslate } from "react-admin";

/** Copies a text; tells whether it did, where browsers refuse. */
export function CopyButton({ text, label }: { text: string; label: string }) {
  const translate = useTranslate();
  const [state, setState] = useState<"copy" | "copied" | "refused">("copy");
  const copy = () =>
    navigator.clipboard
      .writeText(text)
      .then(() => setState("copied"))
      .catch(() => setState("refused"));
  return (
    <Button
      startIcon={<CopyIcon />}
      variant="outlined"
      sx={{ flexShrink: 0 }}
      onClick={copy}
      aria-label={`${translate(`app.account.secret.${state}`)}: ${label}`}
    >
      <span aria-live="polite">{translate(`app.account.secret.${state}`)}</span>
    </Button>
  );
}

/** Something that is told once, to be copied. */
export function Secret({ text, label }: { text: string; label: string }) {
  return (
    <Stack direction={{ xs: "column", sm: "row" }} spacing={1} sx={{ alignItems: { sm: "center" } }}>
      <TextField
        label={label}
        value={text}
        multiline
        onFocus={(event) => event.target.select()}
        slotProps={{ htmlInput: { readOnly: true, spellCheck: false, style: { fontFamily: "monospace" } } }}
      />
      <CopyButton text={text} label={label} />
    </Stack>
  );
}
