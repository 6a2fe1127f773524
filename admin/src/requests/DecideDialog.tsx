import { DialogContentText, TextField } from "@mui/material";
import { useState } from "react";
import { useTranslate } from "react-admin";
import { change, useChange } from "../access/api.ts";
import { FormDialog } from "../access/FormDialog.tsx";
import type { AccessRequest } from "./types.ts";

interface Props {
  request: AccessRequest;
  approved: boolean;
  onClose: () => void;
}

/** Says yes or no to a request, with a note that the asker reads. */
export function DecideDialog({ request, approved, onClose }: Props) {
  const translate = useTranslate();
  const [note, setNote] = useState("");
  const verb = approved ? "approve" : "refuse";
  const decide = useChange(async () => {
    await change("decideRequest", { requestId: request.id, approved, note });
    onClose();
  }, `app.requests.${verb}_done`);
  return (
    <FormDialog
      title={translate(`app.requests.${verb}_title`)}
      submit={translate(`app.requests.${verb}`)}
      problem={decide.problem}
      busy={decide.busy}
      danger={!approved}
      onSubmit={decide.act}
      onClose={onClose}
    >
      <DialogContentText>{translate(`app.requests.${verb}_text`)}</DialogContentText>
      <TextField
        autoFocus
        multiline
        label={translate("app.requests.note")}
        value={note}
        onChange={(event) => setNote(event.target.value)}
        slotProps={{ htmlInput: { maxLength: 2000 } }}
      />
    </FormDialog>
  );
}
