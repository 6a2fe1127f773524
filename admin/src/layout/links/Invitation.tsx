import { Alert, Box, Button, Stack, TextField } from "@mui/material";
import { useQuery } from "@tanstack/react-query";
import type { FormEvent } from "react";
import { useTranslate } from "react-admin";
import { useNavigate } from "react-router-dom";
import { PasswordField } from "../../account/PasswordField.tsx";
import { useAct } from "../../account/useAct.ts";
import { useProblem } from "../../account/useProblem.ts";
import { ProblemAlert } from "../../components/ProblemAlert.tsx";
import { acceptInvitation, send, signOut, switchOrganization } from "../../providers/session.ts";
import { Doorway, StepTitle } from "../Doorway.tsx";
import { useSession } from "../useSession.ts";
import { useLinkToken } from "./useLinkToken.ts";
import { useSessionKnown } from "./useSessionKnown.ts";

const MAX_NAME = 200;

interface About {
  email: string;
  org: string;
  orgSlug: string;
  role: string;
  hasPassword: boolean;
}

function useAccept(token: string, about: About | undefined) {
  const navigate = useNavigate();
  const session = useSession();
  const own = session?.user.email.toLowerCase() === about?.email.toLowerCase();
  return useAct(async (body: { password?: string; displayName?: string }) => {
    const outcome = await acceptInvitation({ token, ...body });
    if ("kind" in outcome) {
      navigate("/", { replace: true });
    } else if (session && own) {
      navigate("/", { replace: true });
      await switchOrganization(outcome.org);
    } else {
      // Somebody else may be signed in at this browser.
      await signOut();
      const query = new URLSearchParams({ done: "invitation", org: outcome.org, email: about?.email ?? "" });
      navigate(`/login?${query}`, { replace: true });
    }
  });
}

function NewAccount({ about, token }: { about: About; token: string }) {
  const translate = useTranslate();
  const { act, busy, problem } = useAccept(token, about);
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    const displayName = String(form.get("name") ?? "").trim();
    void act({ password: String(form.get("password") ?? ""), ...(displayName ? { displayName } : {}) });
  };
  return (
    <Stack component="form" spacing={1.5} onSubmit={submit}>
      {problem && <ProblemAlert problem={problem} />}
      {/* Password managers keep the address with the password. */}
      <TextField
        label={translate("app.login.email")}
        value={about.email}
        autoComplete="username"
        slotProps={{ htmlInput: { readOnly: true } }}
      />
      <TextField
        name="name"
        label={translate("app.account.profile.name")}
        autoComplete="name"
        autoFocus
        slotProps={{ htmlInput: { maxLength: MAX_NAME } }}
      />
      <PasswordField name="password" label={translate("app.login.password")} fresh />
      <Button type="submit" variant="contained" size="large" fullWidth loading={busy}>
        {translate("app.signin.invitation_new")}
      </Button>
    </Stack>
  );
}

function KnownAccount({ about, token }: { about: About; token: string }) {
  const translate = useTranslate();
  const session = useSession();
  const { act, busy, problem } = useAccept(token, about);
  const own = session?.user.email.toLowerCase() === about.email.toLowerCase();
  return (
    <Stack spacing={1.5}>
      {problem && <ProblemAlert problem={problem} />}
      {session && !own && (
        <Alert severity="warning">
          {translate("app.signin.invitation_other", { email: about.email, own: session.user.email })}
        </Alert>
      )}
      <Button variant="contained" size="large" fullWidth loading={busy} onClick={() => act({})}>
        {translate(own ? "app.signin.invitation_join" : "app.signin.invitation_known")}
      </Button>
    </Stack>
  );
}

export default function Invitation() {
  const translate = useTranslate();
  const explain = useProblem();
  const navigate = useNavigate();
  const token = useLinkToken();
  const known = useSessionKnown();
  const { data, error } = useQuery({
    queryKey: ["invitation", token],
    queryFn: () => send<About>("/auth/invitations/look", { token }),
    retry: false,
    // What was used up is not asked for again.
    staleTime: Number.POSITIVE_INFINITY,
  });
  const role = translate(`app.roles.${data?.role ?? ""}`, { _: data?.role ?? "" });
  const title = translate("app.signin.invitation");
  return (
    <Doorway title={title}>
      <Stack spacing={2}>
        <StepTitle
          text={data && translate("app.signin.invitation_text", { org: data.org, role, email: data.email })}
        >
          {title}
        </StepTitle>
        {error && <ProblemAlert problem={explain(error)} />}
        {error && <Button onClick={() => navigate("/login")}>{translate("app.signin.to_sign_in")}</Button>}
        {data && known && !data.hasPassword && <NewAccount about={data} token={token} />}
        {data && known && data.hasPassword && <KnownAccount about={data} token={token} />}
        {!data && !error && <Box sx={{ minHeight: 120 }} />}
      </Stack>
    </Doorway>
  );
}
