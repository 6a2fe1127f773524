import { DialogContentText, TextField } from "@mui/material";
import { useState } from "react";
import { useTranslate } from "react-admin";
import { change, useChange } from "../access/api.ts";
import { FormDialog } from "../access/FormDialog.tsx";
import { typedMoment, typedText } from "../components/zone.ts";
import { MAX_REASON } from "../history/ReasonField.tsx";
import { EndField } from "./EndField.tsx";
import type { Hold } from "./useHolds.ts";

/** Another end for a hold in force, or none. */
export function EndDialog({ hold, what, onClose }: { hold: Hold; what: string; onClose: () => void }) {
  const translate = useTranslate();
  const [end, setEnd] = useState(hold.endsAt ? typedText(hold.endsAt).slice(0, 10) : "");
  const [reason, setReason] = useState("");
  const save = useChange(async () => {
    const until = typedMoment(end)?.toISOString() ?? null;
    await change("setHoldEnd", { holdId: hold.id, until, reason });
    onClose();
  }, "app.hold.end_saved");
  return (
    <FormDialog
      title={translate("app.hold.end_title", { what })}
      submit={translate("app.hold.end_save")}
      problem={save.problem}
      busy={save.busy}
      onSubmit={save.act}
      onClose={onClose}
    >
      <DialogContentText>{translate("app.hold.end_text")}</DialogContentText>
      <EndField value={end} wrong={save.problem?.field === "until"} onChange={setEnd} />
      <TextField
        required
        multiline
        label={translate("app.hold.reason")}
        value={reason}
        error={save.problem?.field === "reason"}
        onChange={(event) => setReason(event.target.value)}
        slotProps={{ htmlInput: { maxLength: MAX_REASON } }}
      />
    </FormDialog>
  );
}
