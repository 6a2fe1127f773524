import { Alert, Button, Chip, MenuItem, Stack, TextField, Typography } from "@mui/material";
import { type FormEvent, useState } from "react";
import { useLocaleState, useNotify, useTranslate } from "react-admin";
import { ProblemAlert } from "../components/ProblemAlert.tsx";
import { Section } from "../components/Section.tsx";
import { useSession } from "../layout/useSession.ts";
import { problemOf } from "../providers/errors.ts";
import { call, graphql } from "../providers/http.ts";
import { renew } from "../providers/session.ts";
import type { Account } from "./api.ts";
import { FormDialog } from "./FormDialog.tsx";
import { PasswordField } from "./PasswordField.tsx";
import { useAccount } from "./useAccount.ts";
import { useAct } from "./useAct.ts";

const MAX_NAME = 200;
const MAX_EMAIL = 254;
const LANGUAGES = [
  { key: "en", name: "English" },
  { key: "fr", name: "Français" },
];

function Who({ account }: { account: Account }) {
  const translate = useTranslate();
  const notify = useNotify();
  const [, setLocale] = useLocaleState();
  const looking = Boolean(useSession()?.viewAs);
  const { act, busy, problem } = useAct(async (displayName: string, locale: string) => {
    await graphql(
      "platform",
      `mutation Profile($id: UUID!, $patch: UserPatch!) {
         updateUser(input: { id: $id, userPatch: $patch }) { clientMutationId }
       }`,
      { id: account.user.id, patch: { displayName, locale } },
    );
    await renew();
    setLocale(locale);
    notify("app.account.saved", { type: "success" });
  });
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    void act(String(form.get("name") ?? "").trim(), String(form.get("locale") ?? "en"));
  };
  return (
    <Section title={translate("app.account.profile.title")} hint={translate("app.account.profile.hint")}>
      <Stack component="form" spacing={1} onSubmit={submit} sx={{ maxWidth: 480 }}>
        {problem && <ProblemAlert problem={problem} />}
        <TextField
          name="name"
          label={translate("app.account.profile.name")}
          defaultValue={account.user.displayName}
          autoComplete="name"
          disabled={looking}
          slotProps={{ htmlInput: { maxLength: MAX_NAME } }}
        />
        <TextField
          name="locale"
          select
          label={translate("app.account.profile.locale")}
          helperText={translate("app.account.profile.locale_help")}
          defaultValue={account.user.locale}
          disabled={looking}
        >
          {LANGUAGES.map(({ key, name }) => (
            <MenuItem key={key} value={key}>
              {name}
            </MenuItem>
          ))}
        </TextField>
        {!looking && (
          <Button type="submit" variant="outlined" loading={busy} sx={{ alignSelf: "flex-start" }}>
            {translate("app.account.save")}
          </Button>
        )}
      </Stack>
    </Section>
  );
}

function ChangeEmail({ onClose, onSent }: { onClose: () => void; onSent: (email: string) => void }) {
  const translate = useTranslate();
  const { act, busy, problem } = useAct(async (email: string) => {
    await call("/auth/email/change", { email });
    onSent(email);
  });
  return (
    <FormDialog
      title={translate("app.account.email.change")}
      submit={translate("app.account.email.send")}
      busy={busy}
      problem={problem}
      onSubmit={(form) => act(String(form.get("email") ?? "").trim())}
      onClose={onClose}
    >
      <Typography color="textSecondary">{translate("app.account.email.change_text")}</Typography>
      <TextField
        name="email"
        type="email"
        required
        autoFocus
        label={translate("app.account.email.new")}
        autoComplete="email"
        slotProps={{ htmlInput: { maxLength: MAX_EMAIL } }}
      />
    </FormDialog>
  );
}

function Email({ account }: { account: Account }) {
  const translate = useTranslate();
  const [changing, setChanging] = useState(false);
  const [sent, setSent] = useState<string | null>(null);
  const verify = useAct(async () => {
    await call("/auth/email/verify", {});
    setSent(translate("app.account.email.verify_sent", { email: account.user.email }));
  });
  const { email, emailVerified } = account.user;
  return (
    <Section
      title={translate("app.account.email.title")}
      hint={translate("app.account.email.hint")}
      actions={<Button onClick={() => setChanging(true)}>{translate("app.account.email.change")}</Button>}
    >
      <Stack spacing={1.5}>
        <Stack direction="row" useFlexGap spacing={1} sx={{ alignItems: "center", flexWrap: "wrap" }}>
          <Typography sx={{ fontWeight: 600, overflowWrap: "anywhere" }}>{email}</Typography>
          <Chip
            color={emailVerified ? "success" : "warning"}
            label={translate(emailVerified ? "app.account.email.verified" : "app.account.email.unverified")}
          />
          {!emailVerified && (
            <Button loading={verify.busy} onClick={() => verify.act()}>
              {translate("app.account.email.verify")}
            </Button>
          )}
        </Stack>
        {verify.problem && <ProblemAlert problem={verify.problem} />}
        {sent && <Alert severity="success">{sent}</Alert>}
      </Stack>
      {changing && (
        <ChangeEmail
          onClose={() => setChanging(false)}
          onSent={(wanted) => {
            setChanging(false);
            setSent(translate("app.account.email.change_sent", { email: wanted }));
          }}
        />
      )}
    </Section>
  );
}

function ChangePassword({ account, onClose }: { account: Account; onClose: () => void }) {
  const translate = useTranslate();
  const notify = useNotify();
  const { act, busy, problem } = useAct(async (password: string, current: string) => {
    await call("/auth/password/change", { password, ...(current ? { current } : {}) });
    notify("app.account.password.changed", { type: "success" });
    onClose();
  });
  return (
    <FormDialog
      title={translate(account.hasPassword ? "app.account.password.change" : "app.account.password.set")}
      submit={translate("app.account.password.save")}
      busy={busy}
      problem={problem}
      onSubmit={(form) => act(String(form.get("password") ?? ""), String(form.get("current") ?? ""))}
      onClose={onClose}
    >
      <Typography color="textSecondary">{translate("app.account.password.change_text")}</Typography>
      {account.hasPassword && (
        <PasswordField name="current" label={translate("app.account.password.current")} autoFocus />
      )}
      <PasswordField name="password" label={translate("app.account.password.new")} fresh />
    </FormDialog>
  );
}

export default function Profile() {
  const translate = useTranslate();
  const { account, error, refresh } = useAccount();
  const [changing, setChanging] = useState(false);
  if (!account) return error ? <ProblemAlert problem={problemOf(error)} /> : null;
  const close = () => {
    setChanging(false);
    void refresh();
  };
  return (
    <Stack spacing={2}>
      <Who account={account} />
      <Email account={account} />
      <Section
        title={translate("app.account.password.title")}
        hint={translate(account.hasPassword ? "app.account.password.hint" : "app.account.password.none")}
        actions={
          <Button onClick={() => setChanging(true)}>
            {translate(account.hasPassword ? "app.account.password.change" : "app.account.password.set")}
          </Button>
        }
      >
        <Typography color="textSecondary">{translate("app.account.password.rules_long")}</Typography>
      </Section>
      {changing && <ChangePassword account={account} onClose={close} />}
    </Stack>
  );
}
