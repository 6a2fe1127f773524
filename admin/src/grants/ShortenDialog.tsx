import { DialogContentText, TextField } from "@mui/material";
import { useState } from "react";
import { useTranslate } from "react-admin";
import { change, useChange } from "../access/api.ts";
import { FormDialog } from "../access/FormDialog.tsx";
import { typedMoment, typedText } from "../components/zone.ts";
import type { Grant } from "./types.ts";

/** Brings the end of a grant nearer. */
export function ShortenDialog({ grant, onClose }: { grant: Grant; onClose: () => void }) {
  const translate = useTranslate();
  const [end, setEnd] = useState(typedText(grant.endsAt));
  const shorten = useChange(async () => {
    await change("shortenGrant", { grantId: grant.id, endsAt: typedMoment(end)?.toISOString() ?? end });
    onClose();
  }, "app.grants.shortened");
  return (
    <FormDialog
      title={translate("app.grants.shorten_title")}
      submit={translate("app.grants.shorten")}
      problem={shorten.problem}
      busy={shorten.busy}
      onSubmit={shorten.act}
      onClose={onClose}
    >
      <DialogContentText>{translate("app.grants.shorten_text")}</DialogContentText>
      <TextField
        type="datetime-local"
        required
        label={translate("app.grants.to")}
        value={end}
        onChange={(event) => setEnd(event.target.value)}
        slotProps={{ inputLabel: { shrink: true }, htmlInput: { step: 1 } }}
      />
    </FormDialog>
  );
}
