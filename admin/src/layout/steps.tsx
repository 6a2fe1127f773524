/** The steps of a sign-in after its first proof, and a forgotten password. Loaded when one is needed. */
import KeyIcon from "@mui/icons-material/KeyOutlined";
import { Alert, Button, List, ListItem, ListItemButton, ListItemText, Stack, TextField } from "@mui/material";
import { type FormEvent, useState } from "react";
import { useTranslate } from "react-admin";
import { CodeField } from "../account/CodeField.tsx";
import { passkeysWork } from "../account/passkeys.ts";
import { useAct } from "../account/useAct.ts";
import { ProblemAlert } from "../components/ProblemAlert.tsx";
import { type Choice, type Factor, send } from "../providers/session.ts";
import { StepTitle } from "./Doorway.tsx";
import type { SignIn } from "./useSignIn.ts";

const ORDER: Factor[] = ["passkey", "totp", "recovery"];

function Back({ signIn }: { signIn: SignIn }) {
  const translate = useTranslate();
  return (
    <Button onClick={() => signIn.to({ kind: "password" })}>{translate("app.signin.start_again")}</Button>
  );
}

/** A second factor: the one that is easiest first, the others a click away. */
export function FactorStep({ signIn, factors }: { signIn: SignIn; factors: Factor[] }) {
  const translate = useTranslate();
  const usable = ORDER.filter((one) => factors.includes(one) && (one !== "passkey" || passkeysWork()));
  const [kind, setKind] = useState<Factor>(usable[0] ?? "recovery");
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    if (kind === "passkey") void signIn.passkeyFactor();
    else void signIn.code(kind, String(new FormData(event.currentTarget).get("code") ?? "").trim());
  };
  return (
    <Stack component="form" spacing={2} onSubmit={submit}>
      <StepTitle text={translate(`app.signin.${kind}_text`)}>{translate("app.signin.factor")}</StepTitle>
      {signIn.problem && <ProblemAlert problem={signIn.problem} />}
      {kind !== "passkey" && <CodeField kind={kind} />}
      <Button
        type="submit"
        variant="contained"
        size="large"
        fullWidth
        loading={signIn.busy}
        {...(kind === "passkey" ? { startIcon: <KeyIcon /> } : {})}
      >
        {translate(kind === "passkey" ? "app.signin.show_passkey" : "app.signin.continue")}
      </Button>
      <Stack direction="row" useFlexGap spacing={1} sx={{ flexWrap: "wrap" }}>
        {usable
          .filter((one) => one !== kind)
          .map((one) => (
            <Button key={one} onClick={() => setKind(one)}>
              {translate(`app.signin.use_${one}`)}
            </Button>
          ))}
        <Back signIn={signIn} />
      </Stack>
    </Stack>
  );
}

export function ChooseStep({ signIn, organizations }: { signIn: SignIn; organizations: Choice[] }) {
  const translate = useTranslate();
  return (
    <Stack spacing={2}>
      <StepTitle text={translate("app.login.choose")}>{translate("app.organization.yours")}</StepTitle>
      {signIn.problem && <ProblemAlert problem={signIn.problem} />}
      <List disablePadding sx={{ border: 1, borderColor: "divider", borderRadius: 1 }}>
        {organizations.map((organization, index) => (
          <ListItem key={organization.slug} disablePadding divider={index < organizations.length - 1}>
            <ListItemButton
              component="button"
              type="button"
              disabled={signIn.busy}
              onClick={() => signIn.choose(organization.slug)}
            >
              <ListItemText primary={organization.name} secondary={organization.slug} />
            </ListItemButton>
          </ListItem>
        ))}
      </List>
      <Back signIn={signIn} />
    </Stack>
  );
}

/** Asks for a mail with a link. The answer is the same whether there is such an account. */
export function ForgotStep({ signIn }: { signIn: SignIn }) {
  const translate = useTranslate();
  const [sent, setSent] = useState("");
  const { act, busy, problem } = useAct(async (email: string) => {
    await send("/auth/password/forgot", { email });
    setSent(email);
  });
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    void act(String(new FormData(event.currentTarget).get("email") ?? "").trim());
  };
  return (
    <Stack component="form" spacing={2} onSubmit={submit}>
      <StepTitle text={translate("app.signin.forgot_text")}>{translate("app.signin.forgot_title")}</StepTitle>
      {problem && <ProblemAlert problem={problem} />}
      {sent ? (
        <Alert severity="success">{translate("app.signin.forgot_sent", { email: sent })}</Alert>
      ) : (
        <>
          <TextField
            name="email"
            type="email"
            required
            autoFocus
            label={translate("app.login.email")}
            autoComplete="username"
          />
          <Button type="submit" variant="contained" size="large" fullWidth loading={busy}>
            {translate("app.signin.forgot_send")}
          </Button>
        </>
      )}
      <Back signIn={signIn} />
    </Stack>
  );
}
