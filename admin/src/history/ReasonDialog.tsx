import { useState } from "react";
import { useTranslate } from "react-admin";
import { FormDialog } from "../access/FormDialog.tsx";
import { ProblemAlert } from "../components/ProblemAlert.tsx";
import type { Problem } from "../providers/errors.ts";
import { ReasonField } from "./ReasonField.tsx";

interface Props {
  /** What rules say against the change, where it is to go against them. */
  refused: Problem | null;
  onReason: (reason: string) => void;
  onClose: () => void;
}

/** Asks why, where the organization wants to know before it changes anything, or rules refuse the change. */
export default function ReasonDialog({ refused, onReason, onClose }: Props) {
  const translate = useTranslate();
  const [reason, setReason] = useState("");
  return (
    <FormDialog
      title={translate(refused ? "app.history.rules_refuse" : "app.history.reason_missing")}
      submit={translate(refused ? "app.history.go_against" : "app.history.go_on")}
      problem={null}
      busy={false}
      onSubmit={() => reason.trim() && onReason(reason.trim())}
      onClose={onClose}
    >
      {refused && <ProblemAlert problem={{ ...refused, field: null }} severity="warning" />}
      <ReasonField value={reason} onChange={setReason} needed={refused !== null} />
    </FormDialog>
  );
}
