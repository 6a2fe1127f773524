import { DialogContentText, TextField } from "@mui/material";
import { useState } from "react";
import { useTranslate } from "react-admin";
import { change, useChange } from "../access/api.ts";
import { FormDialog } from "../access/FormDialog.tsx";
import { Moment } from "../components/Figures.tsx";

interface Props {
  datasetId: string;
  measure: string;
  moment: string;
  onClose: () => void;
}

/** Says of a point that it was expected, so that its like is not told of again. */
export function ExpectedDialog({ datasetId, measure, moment, onClose }: Props) {
  const translate = useTranslate();
  const [note, setNote] = useState("");
  const say = useChange(async () => {
    await change("giveFeedback", { datasetId, measure, moment, verdict: "expected", note });
    onClose();
  }, "app.anomaly.expected_done");
  return (
    <FormDialog
      title={translate("app.anomaly.expected_title")}
      submit={translate("app.anomaly.expected")}
      problem={say.problem}
      busy={say.busy}
      onSubmit={say.act}
      onClose={onClose}
    >
      <DialogContentText>
        <Moment at={moment} />. {translate("app.anomaly.expected_text")}
      </DialogContentText>
      <TextField
        label={translate("app.anomaly.note")}
        value={note}
        onChange={(event) => setNote(event.target.value)}
      />
    </FormDialog>
  );
}
