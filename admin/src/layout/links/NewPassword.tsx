import { Box, Button, Stack } from "@mui/material";
import type { FormEvent } from "react";
import { useTranslate } from "react-admin";
import { useNavigate } from "react-router-dom";
import { PasswordField } from "../../account/PasswordField.tsx";
import { useAct } from "../../account/useAct.ts";
import { ProblemAlert } from "../../components/ProblemAlert.tsx";
import { send } from "../../providers/session.ts";
import { Doorway, StepTitle } from "../Doorway.tsx";
import { useLinkToken } from "./useLinkToken.ts";
import { useSessionKnown } from "./useSessionKnown.ts";

/** The link of a forgotten password: a new one, then the sign-in with it. */
export default function NewPassword() {
  const translate = useTranslate();
  const navigate = useNavigate();
  const token = useLinkToken();
  const known = useSessionKnown();
  const { act, busy, problem } = useAct(async (password: string) => {
    await send("/auth/password/reset", { token, password });
    navigate("/login?done=password", { replace: true });
  });
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    void act(String(new FormData(event.currentTarget).get("password") ?? ""));
  };
  const title = translate("app.signin.new_password");
  if (!known) {
    return (
      <Doorway title={title}>
        <Box sx={{ minHeight: 120 }} />
      </Doorway>
    );
  }
  return (
    <Doorway title={title}>
      <Stack component="form" spacing={2} onSubmit={submit}>
        <StepTitle text={translate("app.signin.new_password_text")}>{title}</StepTitle>
        {problem && <ProblemAlert problem={problem} />}
        <PasswordField name="password" label={translate("app.account.password.new")} fresh autoFocus />
        <Button type="submit" variant="contained" size="large" fullWidth loading={busy}>
          {translate("app.signin.new_password_submit")}
        </Button>
        <Button onClick={() => navigate("/login")}>{translate("app.signin.to_sign_in")}</Button>
      </Stack>
    </Doorway>
  );
}
