import { Box, Button, MenuItem, Paper, Stack, TextField, Typography } from "@mui/material";
import { type FormEvent, useEffect, useState } from "react";
import {
  LocalesMenuButton,
  Notification,
  ToggleThemeButton,
  useCheckAuth,
  useLogin,
  useRedirect,
  useTranslate,
} from "react-admin";
import { useLocation } from "react-router-dom";
import { ProblemAlert } from "../components/ProblemAlert.tsx";
import { type Problem, problemOf } from "../providers/errors.ts";
import { type Choice, ChooseOrganization, currentSession } from "../providers/session.ts";
import { Mark } from "./Brand.tsx";
import { useDocumentLanguage } from "./useDocumentLanguage.ts";

const LAST_ORGANIZATION = "cadastre.organization";

interface State {
  problem: Problem | null;
  choices: Choice[];
  busy: boolean;
}

function useSignIn() {
  const login = useLogin();
  const [state, setState] = useState<State>({ problem: null, choices: [], busy: false });
  const submit = async (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    const read = (name: string) => String(form.get(name) ?? "").trim();
    const org = read("org") || null;
    setState((before) => ({ ...before, busy: true, problem: null }));
    try {
      await login({ email: read("email"), org, password: String(form.get("password") ?? "") });
      const slug = currentSession()?.org?.slug;
      if (slug) localStorage.setItem(LAST_ORGANIZATION, slug);
    } catch (error) {
      if (error instanceof ChooseOrganization) {
        setState({ problem: null, choices: error.organizations, busy: false });
      } else {
        setState((before) => ({ ...before, problem: problemOf(error), busy: false }));
      }
    }
  };
  return { ...state, submit };
}

function OrganizationField({ choices }: { choices: Choice[] }) {
  const translate = useTranslate();
  const last = localStorage.getItem(LAST_ORGANIZATION) ?? "";
  if (choices.length > 0) {
    return (
      <TextField
        // Made anew, so that the first choice is taken where nothing fitting was typed.
        key="choose"
        name="org"
        select
        label={translate("app.login.organization")}
        helperText={translate("app.login.choose")}
        defaultValue={choices.find((choice) => choice.slug === last)?.slug ?? choices[0]?.slug}
      >
        {choices.map((choice) => (
          <MenuItem key={choice.slug} value={choice.slug}>
            {choice.name}
          </MenuItem>
        ))}
      </TextField>
    );
  }
  return (
    <TextField
      key="type"
      name="org"
      label={translate("app.login.organization")}
      helperText={translate("app.login.organization_help")}
      defaultValue={last}
      autoComplete="organization"
      slotProps={{ htmlInput: { autoCapitalize: "none", spellCheck: false } }}
    />
  );
}

function SignInForm() {
  const translate = useTranslate();
  const { submit, problem, choices, busy } = useSignIn();
  return (
    <Stack component="form" spacing={1} onSubmit={submit}>
      {problem && <ProblemAlert problem={problem} />}
      <TextField
        name="email"
        type="email"
        label={translate("app.login.email")}
        required
        autoComplete="username"
      />
      <TextField
        name="password"
        type="password"
        label={translate("app.login.password")}
        required
        autoComplete="current-password"
      />
      <OrganizationField choices={choices} />
      <Box sx={{ pt: 1 }}>
        <Button type="submit" variant="contained" size="large" fullWidth loading={busy}>
          {translate("app.login.submit")}
        </Button>
      </Box>
    </Stack>
  );
}

export function LoginPage() {
  const translate = useTranslate();
  const checkAuth = useCheckAuth();
  const redirect = useRedirect();
  useDocumentLanguage();
  useEffect(() => {
    document.title = `${translate("app.login.title")} · Cadastre`;
  }, [translate]);
  const { state } = useLocation();
  const wanted =
    typeof state?.nextPathname === "string" ? state.nextPathname + (state.nextSearch ?? "") : "/";
  useEffect(() => {
    checkAuth({}, false).then(
      () => redirect(wanted),
      () => undefined,
    );
  }, [checkAuth, redirect, wanted]);
  return (
    <Box
      component="main"
      sx={{
        minHeight: "100vh",
        display: "flex",
        flexDirection: "column",
        bgcolor: "background.default",
        p: 2,
      }}
    >
      <Stack direction="row" sx={{ justifyContent: "flex-end" }}>
        <LocalesMenuButton />
        <ToggleThemeButton />
      </Stack>
      <Stack spacing={2.5} sx={{ width: "100%", maxWidth: 400, m: "auto", pb: 8 }}>
        <Stack direction="row" spacing={1.5} sx={{ alignItems: "center" }}>
          <Mark size={44} />
          <Box>
            <Typography variant="h4" component="h1">
              Cadastre
            </Typography>
            <Typography color="textSecondary">{translate("app.login.tagline")}</Typography>
          </Box>
        </Stack>
        <Paper variant="outlined" sx={{ p: 3 }}>
          <SignInForm />
        </Paper>
      </Stack>
      <Notification />
    </Box>
  );
}
