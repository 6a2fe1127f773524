import { Alert, Button, Stack } from "@mui/material";
import { useState } from "react";
import { useTranslate } from "react-admin";
import { useNavigate } from "react-router-dom";
import { useAct } from "../../account/useAct.ts";
import { ProblemAlert } from "../../components/ProblemAlert.tsx";
import { maySignInAgain, renew, send } from "../../providers/session.ts";
import { Doorway, StepTitle } from "../Doorway.tsx";
import { useLinkToken } from "./useLinkToken.ts";
import { useSessionKnown } from "./useSessionKnown.ts";

type Outcome = "verified" | "waiting" | "changed";

/** A click and not the mere visit: mail programs visit links by themselves. */
export default function ConfirmEmail() {
  const translate = useTranslate();
  const navigate = useNavigate();
  const token = useLinkToken();
  const known = useSessionKnown();
  const [outcome, setOutcome] = useState<Outcome | null>(null);
  const { act, busy, problem } = useAct(async () => {
    const answer = await send<Partial<Record<Outcome, true>>>("/auth/email/confirm", { token });
    setOutcome((Object.keys(answer)[0] as Outcome | undefined) ?? "verified");
    // The session tells the address and whether it is confirmed.
    if (maySignInAgain()) await renew().catch(() => undefined);
  });
  const title = translate("app.signin.confirm_email");
  return (
    <Doorway title={title}>
      <Stack spacing={2}>
        <StepTitle text={translate("app.signin.confirm_email_text")}>{title}</StepTitle>
        {problem && <ProblemAlert problem={problem} />}
        {outcome ? (
          <>
            <Alert severity={outcome === "waiting" ? "info" : "success"}>
              {translate(`app.signin.email_${outcome}`)}
            </Alert>
            <Button variant="contained" size="large" onClick={() => navigate("/")}>
              {translate("app.signin.go_on")}
            </Button>
          </>
        ) : (
          <Button variant="contained" size="large" fullWidth loading={busy || !known} onClick={() => act()}>
            {translate("app.signin.confirm_email_submit")}
          </Button>
        )}
      </Stack>
    </Doorway>
  );
}
