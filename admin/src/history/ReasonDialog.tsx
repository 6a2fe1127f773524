import { useState } from "react";
import { useTranslate } from "react-admin";
import { FormDialog } from "../access/FormDialog.tsx";
import { ReasonField } from "./ReasonField.tsx";

interface Props {
  onReason: (reason: string) => void;
  onClose: () => void;
}

/** Asks why, where the organization wants to know before it changes anything. */
export default function ReasonDialog({ onReason, onClose }: Props) {
  const translate = useTranslate();
  const [reason, setReason] = useState("");
  return (
    <FormDialog
      title={translate("app.history.reason_missing")}
      submit={translate("app.history.go_on")}
      problem={null}
      busy={false}
      onSubmit={() => reason.trim() && onReason(reason.trim())}
      onClose={onClose}
    >
      <ReasonField value={reason} onChange={setReason} />
    </FormDialog>
  );
}
