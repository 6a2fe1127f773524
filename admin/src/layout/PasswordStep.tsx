import KeyIcon from "@mui/icons-material/KeyOutlined";
import LoginIcon from "@mui/icons-material/LoginOutlined";
import { Box, Button, Divider, Link as MuiLink, Stack, TextField } from "@mui/material";
import { useQuery } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { useTranslate } from "react-admin";
import { useSearchParams } from "react-router-dom";
import { passkeysWork } from "../account/passkeys.ts";
import { ProblemAlert } from "../components/ProblemAlert.tsx";
import { expectSession } from "../providers/session.ts";
import { lastOrganization, type SignIn } from "./useSignIn.ts";

interface Provider {
  address: string;
  title: string;
  kind: string;
}

async function readProviders(org: string): Promise<Provider[]> {
  const response = await fetch(`/auth/providers${org ? `?org=${encodeURIComponent(org)}` : ""}`);
  if (!response.ok) return [];
  return ((await response.json()) as { providers: Provider[] }).providers;
}

/** The installation's identity providers, and those of the organization that is named. */
function useProviders(org: string): Provider[] {
  const { data = [] } = useQuery({
    queryKey: ["providers", org],
    queryFn: () => readProviders(org),
    placeholderData: (before) => before,
    retry: false,
  });
  return data;
}

function Providers({ list, org, wanted }: { list: Provider[]; org: string; wanted: string }) {
  const translate = useTranslate();
  const start = (provider: Provider) => {
    const query = new URLSearchParams({ return: wanted, ...(org ? { org } : {}) });
    // Whether it worked, the page finds out when it is back.
    expectSession();
    window.location.assign(`/auth/oidc/${encodeURIComponent(provider.address)}/start?${query}`);
  };
  return list.map((provider) => (
    <Button
      key={provider.address}
      variant="outlined"
      size="large"
      fullWidth
      startIcon={<LoginIcon />}
      onClick={() => start(provider)}
    >
      {translate("app.signin.with", { name: provider.title })}
    </Button>
  ));
}

export function PasswordStep({ signIn, wanted }: { signIn: SignIn; wanted: string }) {
  const translate = useTranslate();
  const [query] = useSearchParams();
  const [org, setOrg] = useState(query.get("org") ?? lastOrganization());
  const providers = useProviders(org);
  const otherWays = passkeysWork() || providers.length > 0;
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    const read = (name: string) => String(form.get(name) ?? "");
    void signIn.password({
      email: read("email").trim(),
      password: read("password"),
      org: read("org").trim() || null,
    });
  };
  return (
    <Stack component="form" spacing={1} onSubmit={submit}>
      {signIn.problem && <ProblemAlert problem={signIn.problem} />}
      <TextField
        name="email"
        type="email"
        label={translate("app.login.email")}
        required
        autoComplete="username"
        defaultValue={query.get("email") ?? ""}
      />
      <TextField
        name="password"
        type="password"
        label={translate("app.login.password")}
        required
        autoComplete="current-password"
      />
      <TextField
        name="org"
        label={translate("app.login.organization")}
        helperText={translate("app.login.organization_help")}
        defaultValue={org}
        onBlur={(event) => setOrg(event.target.value.trim())}
        autoComplete="organization"
        slotProps={{ htmlInput: { autoCapitalize: "none", spellCheck: false } }}
      />
      <Stack spacing={1.25} sx={{ pt: 1 }}>
        <Button type="submit" variant="contained" size="large" fullWidth loading={signIn.busy}>
          {translate("app.login.submit")}
        </Button>
        <Box sx={{ textAlign: "center" }}>
          <MuiLink component="button" type="button" onClick={() => signIn.to({ kind: "forgot" })}>
            {translate("app.signin.forgot")}
          </MuiLink>
        </Box>
        {otherWays && (
          <Divider sx={{ color: "text.secondary", fontSize: "0.85rem" }}>
            {translate("app.signin.or")}
          </Divider>
        )}
        {passkeysWork() && (
          <Button
            variant="outlined"
            size="large"
            fullWidth
            startIcon={<KeyIcon />}
            disabled={signIn.busy}
            onClick={() => signIn.passkey(org || null)}
          >
            {translate("app.signin.with_passkey")}
          </Button>
        )}
        <Providers list={providers} org={org} wanted={wanted} />
      </Stack>
    </Stack>
  );
}
