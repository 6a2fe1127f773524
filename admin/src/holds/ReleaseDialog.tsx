import { DialogContentText, TextField } from "@mui/material";
import { useState } from "react";
import { useTranslate } from "react-admin";
import { change, useChange } from "../access/api.ts";
import { FormDialog } from "../access/FormDialog.tsx";
import { MAX_REASON } from "../history/ReasonField.tsx";
import type { Hold } from "./useHolds.ts";

/** Ends a hold, by somebody and for a reason. */
export function ReleaseDialog({ hold, what, onClose }: { hold: Hold; what: string; onClose: () => void }) {
  const translate = useTranslate();
  const [reason, setReason] = useState("");
  const release = useChange(async () => {
    await change("releaseHold", { holdId: hold.id, reason });
    onClose();
  }, "app.hold.released");
  return (
    <FormDialog
      title={translate("app.hold.release_title", { what })}
      submit={translate("app.hold.release")}
      problem={release.problem}
      busy={release.busy}
      danger
      onSubmit={release.act}
      onClose={onClose}
    >
      <DialogContentText>{translate("app.hold.release_text")}</DialogContentText>
      <TextField
        required
        multiline
        label={translate("app.hold.reason")}
        value={reason}
        error={release.problem?.field === "reason"}
        onChange={(event) => setReason(event.target.value)}
        slotProps={{ htmlInput: { maxLength: MAX_REASON } }}
      />
    </FormDialog>
  );
}
