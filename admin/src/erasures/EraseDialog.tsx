import { Checkbox, DialogContentText, FormControlLabel } from "@mui/material";
import { useState } from "react";
import { useRedirect, useTranslate } from "react-admin";
import { useChange } from "../access/api.ts";
import { FormDialog } from "../access/FormDialog.tsx";
import { type Place, request } from "./useErasures.ts";

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
  const erase = useChange(async () => {
    const id = await request(places, reason, false);
    redirect(`/erasures/${id}`);
  }, "app.erasure.erase_begun");
  return (
    <FormDialog
      title={translate("app.erasure.erase_title")}
      submit={translate("app.erasure.erase")}
      problem={erase.problem}
      busy={erase.busy}
      danger
      onSubmit={erase.act}
      onClose={onClose}
    >
      <DialogContentText>{translate("app.erasure.erase_text")}</DialogContentText>
      <FormControlLabel
        control={<Checkbox required checked={sure} onChange={(event) => setSure(event.target.checked)} />}
        label={translate("app.erasure.erase_sure")}
      />
    </FormDialog>
  );
}
