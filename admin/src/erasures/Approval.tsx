import { Alert, AlertTitle, Button, DialogContentText, Stack, TextField } from "@mui/material";
import { useState } from "react";
import { useTranslate } from "react-admin";
import { useChange } from "../access/api.ts";
import { FormDialog } from "../access/FormDialog.tsx";
import { useActorName, usePeopleById } from "../access/usePeople.ts";
import { Moment } from "../components/Figures.tsx";
import { ProblemAlert } from "../components/ProblemAlert.tsx";
import { MAX_REASON } from "../history/ReasonField.tsx";
import { useMay, useSession } from "../layout/useSession.ts";
import { decide, type Erasure, withdraw } from "./useErasures.ts";

/** Yes or no, with a note that stays. */
function DecideDialog({ id, approved, onClose }: { id: string; approved: boolean; onClose: () => void }) {
  const translate = useTranslate();
  const [note, setNote] = useState("");
  const verb = approved ? "approve" : "refuse";
  const save = useChange(async () => {
    await decide(id, approved, note);
    onClose();
  }, `app.erasure.${verb}_done`);
  return (
    <FormDialog
      title={translate(`app.erasure.${verb}_title`)}
      submit={translate(`app.erasure.${verb}`)}
      problem={save.problem}
      busy={save.busy}
      danger={approved}
      onSubmit={save.act}
      onClose={onClose}
    >
      <DialogContentText>{translate(`app.erasure.${verb}_text`)}</DialogContentText>
      <TextField
        multiline
        label={translate("app.erasure.note")}
        helperText={translate("app.erasure.note_help")}
        value={note}
        error={save.problem?.field === "note"}
        onChange={(event) => setNote(event.target.value)}
        slotProps={{ htmlInput: { maxLength: MAX_REASON } }}
      />
    </FormDialog>
  );
}

/** An erasure that waits for another person: for them to decide, and for the one who asked to take back. */
export function Approval({ erasure }: { erasure: Erasure }) {
  const translate = useTranslate();
  const actorName = useActorName();
  const people = usePeopleById([erasure.requestedBy]);
  const mayApprove = useMay("compliance.approve");
  const isMine = useSession()?.user.id === erasure.requestedBy;
  const [decision, setDecision] = useState<boolean | null>(null);
  const takeBack = useChange(() => withdraw(erasure.id), "app.erasure.withdrawn");
  const word = (key: string, more?: object) => translate(`app.erasure.${key}`, more);
  return (
    <Alert severity="warning">
      <AlertTitle sx={{ fontWeight: 650 }}>{word("approval_title")}</AlertTitle>
      {word(isMine ? "approval_mine" : mayApprove ? "approval_yours" : "approval_others", {
        who: actorName(people, erasure.requestedBy),
      })}{" "}
      {word("approval_until")} <Moment at={erasure.expiresAt} />.
      <Stack direction="row" spacing={1} useFlexGap sx={{ mt: 1.5, flexWrap: "wrap" }}>
        {isMine && (
          <Button variant="outlined" color="inherit" loading={takeBack.busy} onClick={() => takeBack.act()}>
            {word("withdraw")}
          </Button>
        )}
        {!isMine && mayApprove && (
          <>
            <Button variant="contained" color="error" onClick={() => setDecision(true)}>
              {word("approve")}
            </Button>
            <Button variant="outlined" color="inherit" onClick={() => setDecision(false)}>
              {word("refuse")}
            </Button>
          </>
        )}
      </Stack>
      {takeBack.problem && <ProblemAlert problem={takeBack.problem} />}
      {decision !== null && (
        <DecideDialog id={erasure.id} approved={decision} onClose={() => setDecision(null)} />
      )}
    </Alert>
  );
}
