import { DialogContentText, TextField } from "@mui/material";
import { useState } from "react";
import { useRedirect, useTranslate } from "react-admin";
import { change, useChange } from "../access/api.ts";
import { FormDialog } from "../access/FormDialog.tsx";
import { renew } from "../providers/session.ts";
import type { Member } from "./types.ts";

/** Looks at the organization as somebody else: read-only, for a time, with a reason that is kept. */
export function ViewAsDialog({ member, onClose }: { member: Member; onClose: () => void }) {
  const translate = useTranslate();
  const redirect = useRedirect();
  const [reason, setReason] = useState("");
  const [minutes, setMinutes] = useState("30");
  const start = useChange(async () => {
    await change("startViewAs", { subject: member.userId, reason, minutes: Number(minutes) });
    // The session now has the other person's permissions; what the page hides goes by them.
    await renew();
    onClose();
    redirect("/");
  });
  return (
    <FormDialog
      title={translate("app.members.view_as_title", { name: member.displayName || member.email })}
      submit={translate("app.members.view_as_start")}
      problem={start.problem}
      busy={start.busy}
      onSubmit={start.act}
      onClose={onClose}
    >
      <DialogContentText>{translate("app.members.view_as_text")}</DialogContentText>
      <TextField
        required
        autoFocus
        multiline
        label={translate("app.access.reason_label")}
        value={reason}
        onChange={(event) => setReason(event.target.value)}
        slotProps={{ htmlInput: { maxLength: 2000 } }}
      />
      <TextField
        type="number"
        required
        label={translate("app.members.minutes")}
        value={minutes}
        onChange={(event) => setMinutes(event.target.value)}
        slotProps={{ htmlInput: { min: 1, max: 480 } }}
      />
    </FormDialog>
  );
}
