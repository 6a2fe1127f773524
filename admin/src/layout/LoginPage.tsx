import { Alert, Stack } from "@mui/material";
import { useEffect, useState } from "react";
import { useTranslate } from "react-admin";
import { useLocation, useNavigate, useSearchParams } from "react-router-dom";
import { lazily } from "../components/lazily.ts";
import { ensureSession, maySignInAgain, sessionHasEnded } from "../providers/session.ts";
import { Doorway } from "./Doorway.tsx";
import { PasswordStep } from "./PasswordStep.tsx";
import { ProofGate } from "./ProofGate.tsx";
import { useSession } from "./useSession.ts";
import { standIn, useSignIn } from "./useSignIn.ts";

const FactorStep = lazily(() => import("./steps.tsx").then(({ FactorStep }) => ({ default: FactorStep })));
const ChooseStep = lazily(() => import("./steps.tsx").then(({ ChooseStep }) => ({ default: ChooseStep })));
const ForgotStep = lazily(() => import("./steps.tsx").then(({ ForgotStep }) => ({ default: ForgotStep })));
const EnrolStep = lazily(() => import("./EnrolStep.tsx"));

/** What brought the person here, where it is not their own wish to sign in. */
function Reason() {
  const translate = useTranslate();
  const [query] = useSearchParams();
  const refused = query.get("error");
  const done = query.get("done");
  if (refused) {
    const text = translate(`app.signin.error.${refused}`, { _: translate("app.signin.error.provider") });
    return <Alert severity="error">{text}</Alert>;
  }
  if (done) return <Alert severity="success">{translate(`app.signin.done.${done}`, { _: "" })}</Alert>;
  if (sessionHasEnded()) return <Alert severity="info">{translate("app.signin.ended")}</Alert>;
  return null;
}

/** Where the person wanted to go, across the sign-in. */
function useWanted(brought: string | null): string {
  const { state } = useLocation();
  if (brought) return brought;
  const wanted: unknown = state?.nextPathname;
  if (typeof wanted !== "string" || wanted.startsWith("/login")) return "/";
  return wanted + (typeof state.nextSearch === "string" ? state.nextSearch : "");
}

export function LoginPage() {
  const translate = useTranslate();
  const navigate = useNavigate();
  const session = useSession();
  const { hash } = useLocation();
  const [brought] = useState(() => standIn(hash));
  const signIn = useSignIn(brought?.stand ?? { kind: "password" });
  const wanted = useWanted(brought?.path ?? null);
  const [query] = useSearchParams();
  const refused = query.has("error");
  // A challenge counts once, and stands in no history.
  useEffect(() => {
    if (brought) window.history.replaceState(window.history.state, "", window.location.pathname);
  }, [brought]);
  useEffect(() => {
    // Somebody who is signed in has nothing to do here; whoever a provider sent back refused has no session.
    if (maySignInAgain() && !refused && !brought) ensureSession().catch(() => undefined);
  }, [refused, brought]);
  useEffect(() => {
    if (session && !session.pending) navigate(wanted, { replace: true });
  }, [session, navigate, wanted]);
  const { stand } = signIn;
  return (
    <Doorway title={translate("app.login.title")}>
      {session?.pending ? (
        <EnrolStep session={session} />
      ) : (
        <Stack spacing={2}>
          {stand.kind === "password" && <Reason />}
          {stand.kind === "password" && <PasswordStep signIn={signIn} wanted={wanted} />}
          {stand.kind === "forgot" && <ForgotStep signIn={signIn} />}
          {stand.kind === "factor" && <FactorStep signIn={signIn} factors={stand.factors} />}
          {stand.kind === "choose" && <ChooseStep signIn={signIn} organizations={stand.organizations} />}
        </Stack>
      )}
      <ProofGate />
    </Doorway>
  );
}
