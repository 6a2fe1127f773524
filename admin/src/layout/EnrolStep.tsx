/** The organization requires a second factor and there is none yet: nothing else is open before one is set up. */

import KeyIcon from "@mui/icons-material/KeyOutlined";
import PhoneIcon from "@mui/icons-material/PhonelinkLockOutlined";
import { Button, Stack } from "@mui/material";
import { useState } from "react";
import { useTranslate } from "react-admin";
import { passkeysWork } from "../account/passkeys.ts";
import { RecoveryCodes } from "../account/RecoveryCodes.tsx";
import { useAct } from "../account/useAct.ts";
import { lazily } from "../components/lazily.ts";
import { ProblemAlert } from "../components/ProblemAlert.tsx";
import { renew, type Session, signOut } from "../providers/session.ts";
import { StepTitle } from "./Doorway.tsx";

const TotpSetup = lazily(() => import("../account/TotpSetup.tsx"));
const PasskeySetup = lazily(() => import("../account/PasskeySetup.tsx"));

type Stand = "choose" | "totp" | "passkey" | { codes: string[] };

export default function EnrolStep({ session }: { session: Session }) {
  const translate = useTranslate();
  const [stand, setStand] = useState<Stand>("choose");
  // From here on the session is a full one; the page hears of it and goes on.
  const { act: enter, busy, problem } = useAct(async () => void (await renew()));
  const done = (codes: string[] | null) => {
    if (codes) setStand({ codes });
    else void enter();
  };
  const back = () => setStand("choose");
  if (typeof stand === "object") {
    return (
      <Stack spacing={2}>
        <StepTitle text={translate("app.account.recovery.text")}>
          {translate("app.account.recovery.title")}
        </StepTitle>
        {problem && <ProblemAlert problem={problem} />}
        <RecoveryCodes codes={stand.codes} />
        <Button variant="contained" size="large" loading={busy} onClick={() => enter()}>
          {translate("app.account.recovery.kept")}
        </Button>
      </Stack>
    );
  }
  return (
    <Stack spacing={2}>
      <StepTitle text={translate("app.signin.enrol_text", { org: session.org?.name ?? "" })}>
        {translate("app.signin.enrol")}
      </StepTitle>
      {problem && <ProblemAlert problem={problem} />}
      {stand === "totp" && <TotpSetup onDone={done} onBack={back} />}
      {stand === "passkey" && <PasskeySetup onDone={done} onBack={back} />}
      {stand === "choose" && (
        <>
          <Button
            variant="contained"
            size="large"
            fullWidth
            startIcon={<PhoneIcon />}
            onClick={() => setStand("totp")}
          >
            {translate("app.account.totp.add")}
          </Button>
          {passkeysWork() && (
            <Button
              variant="outlined"
              size="large"
              fullWidth
              startIcon={<KeyIcon />}
              onClick={() => setStand("passkey")}
            >
              {translate("app.account.passkey.add")}
            </Button>
          )}
          <Button onClick={() => signOut()}>{translate("app.account.sign_out")}</Button>
        </>
      )}
    </Stack>
  );
}
