import { DialogContentText } from "@mui/material";
import { useState } from "react";
import { useNotify, useTranslate } from "react-admin";
import { useChange } from "../access/api.ts";
import { FormDialog } from "../access/FormDialog.tsx";
import { restoreRow } from "../providers/operations.ts";
import { type Description, sqlKey } from "../providers/records.ts";
import type { Version } from "../records/types.ts";
import { ReasonField } from "./ReasonField.tsx";

interface Props {
  description: Description;
  version: Version;
  onRestored: () => void;
  onClose: () => void;
}

/** Asks before a row is brought back to a version, and why. */
export function RestoreDialog({ description, version, onRestored, onClose }: Props) {
  const translate = useTranslate();
  const notify = useNotify();
  const [reason, setReason] = useState("");
  const restore = useChange(async () => {
    const { row } = version;
    const made = await restoreRow(
      description.dataset.id,
      sqlKey(description, row),
      row.version,
      reason.trim(),
    );
    notify("app.record.restored", { type: "success", messageArgs: { version: made } });
    onRestored();
    onClose();
  });
  return (
    <FormDialog
      title={translate("app.record.restore_title", { version: version.row.version })}
      submit={translate("app.record.restore")}
      problem={restore.problem}
      busy={restore.busy}
      onSubmit={restore.act}
      onClose={onClose}
    >
      <DialogContentText>{translate("app.record.restore_text")}</DialogContentText>
      <ReasonField value={reason} onChange={setReason} />
    </FormDialog>
  );
}
