import { DialogContentText, TextField } from "@mui/material";
import { useState } from "react";
import { useTranslate } from "react-admin";
import { change, useChange } from "../access/api.ts";
import { FormDialog } from "../access/FormDialog.tsx";
import { PersonPicker } from "../access/pickers.tsx";
import type { Person } from "../access/usePeople.ts";

interface Props {
  incidentId: string;
  onClose: () => void;
}

function Why({ value, onChange }: { value: string; onChange: (value: string) => void }) {
  const translate = useTranslate();
  return (
    <TextField
      label={translate("app.incident.comment_why")}
      value={value}
      onChange={(event) => onChange(event.target.value)}
      multiline
      minRows={2}
      maxRows={8}
    />
  );
}

export function ResolveDialog({ incidentId, onClose }: Props) {
  const translate = useTranslate();
  const [comment, setComment] = useState("");
  const resolve = useChange(async () => {
    await change("changeIncident", { incidentId, state: "resolved", comment });
    onClose();
  }, "app.incident.resolved_done");
  return (
    <FormDialog
      title={translate("app.incident.resolve_title")}
      submit={translate("app.incident.resolve")}
      problem={resolve.problem}
      busy={resolve.busy}
      onSubmit={resolve.act}
      onClose={onClose}
    >
      <DialogContentText>{translate("app.incident.resolve_text")}</DialogContentText>
      <Why value={comment} onChange={setComment} />
    </FormDialog>
  );
}

export function HandOverDialog({ incidentId, onClose }: Props) {
  const translate = useTranslate();
  const [person, setPerson] = useState<Person | null>(null);
  const [comment, setComment] = useState("");
  const hand = useChange(async () => {
    await change("changeIncident", { incidentId, assigneeId: person?.userId ?? null, comment });
    onClose();
  }, "app.incident.handed");
  return (
    <FormDialog
      title={translate("app.incident.hand_over")}
      submit={translate("app.incident.hand_over")}
      problem={hand.problem}
      busy={hand.busy}
      onSubmit={() => person && hand.act()}
      onClose={onClose}
    >
      <PersonPicker required label={translate("app.incident.member")} value={person} onChange={setPerson} />
      <Why value={comment} onChange={setComment} />
    </FormDialog>
  );
}
