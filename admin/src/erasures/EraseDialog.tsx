import { Checkbox, DialogContentText, FormControlLabel } from "@mui/material";
import { useState } from "react";
import { useRedirect, useTranslate } from "react-admin";
import { useChange } from "../access/api.ts";
import { FormDialog } from "../access/FormDialog.tsx";
import { type Place, request, useApproval } from "./useErasures.ts";

/** The last question before a person's data goes for good. */
export function EraseDialog({
  places,
  reason,
  onClose,
}: {
  places: Place[];
  reason: string;
  onClose: () => void;
}) {
  const translate = useTranslate();
  const redirect = useRedirect();
  const [sure, setSure] = useState(false);
  const waits = useApproval()?.needed === true;
  const erase = useChange(
    async () => {
      const id = await request(places, reason, false);
      redirect(`/erasures/${id}`);
    },
    `app.erasure.${waits ? "asked" : "erase_begun"}`,
  );
  return (
    <FormDialog
      title={translate(`app.erasure.${waits ? "ask_title" : "erase_title"}`)}
      submit={translate(`app.erasure.${waits ? "ask" : "erase"}`)}
      problem={erase.problem}
      busy={erase.busy}
      danger
      onSubmit={erase.act}
      onClose={onClose}
    >
      <DialogContentText>{translate(`app.erasure.${waits ? "ask_text" : "erase_text"}`)}</DialogContentText>
      <FormControlLabel
        control={<Checkbox required checked={sure} onChange={(event) => setSure(event.target.checked)} />}
        label={translate("app.erasure.erase_sure")}
      />
    </FormDialog>
  );
}
