import { Button, Chip, FormControlLabel, MenuItem, Switch, TextField, Typography } from "@mui/material";
import { useState } from "react";
import { useTranslate } from "react-admin";
import { AskDialog } from "../access/AskDialog.tsx";
import { change, type Nodes, useAccess, useChange } from "../access/api.ts";
import { FormDialog } from "../access/FormDialog.tsx";
import { useRoleName } from "../access/names.ts";
import { PlainTable } from "../access/PlainTable.tsx";
import { Section } from "../components/Section.tsx";
import { call } from "../providers/http.ts";
import { JoinRole } from "./Domains.tsx";

const KINDS = ["oidc", "google", "cognito", "github"] as const;
/** Kinds whose issuer is always the same. */
const PRESET: readonly string[] = ["google", "github"];

interface Provider {
  id: string;
  orgId: string | null;
  name: string;
  title: string;
  kind: (typeof KINDS)[number];
  issuer: string;
  clientId: string;
  scopes: string[];
  claims: Record<string, string>;
  trustedDomains: string[];
  joinMembers: boolean;
  defaultRole: string;
  enabled: boolean;
}

const PROVIDERS = `query Providers {
  identityProviders(first: 100, orderBy: [TITLE_ASC], filter: { orgId: { isNull: false } }) { nodes {
    id orgId name title kind issuer clientId scopes claims trustedDomains joinMembers defaultRole enabled
  } }
}`;

const NEW: Provider = {
  id: "",
  orgId: null,
  name: "",
  title: "",
  kind: "oidc",
  issuer: "",
  clientId: "",
  scopes: ["openid", "email", "profile"],
  claims: {},
  trustedDomains: [],
  joinMembers: false,
  defaultRole: "viewer",
  enabled: true,
};

function ProviderDialog({
  provider,
  onClose,
  onSaved,
}: {
  provider: Provider;
  onClose: () => void;
  onSaved: (callbackUrl: string) => void;
}) {
  const translate = useTranslate();
  const [form, setForm] = useState(provider);
  const [secret, setSecret] = useState("");
  const set = (part: Partial<Provider>) => setForm((before) => ({ ...before, ...part }));
  const save = useChange(async () => {
    const { id: _id, orgId: _org, issuer, trustedDomains: _trusted, ...rest } = form;
    const { callbackUrl } = await call<{ callbackUrl: string }>("/access/v1/identity-providers", {
      ...rest,
      ...(PRESET.includes(form.kind) ? {} : { issuer }),
      ...(secret ? { clientSecret: secret } : {}),
    });
    onSaved(callbackUrl);
  }, "app.security.provider_saved");
  const text = (name: "name" | "title" | "issuer" | "clientId", disabled = false) => (
    <TextField
      required
      disabled={disabled}
      label={translate(`app.security.provider.${name}`)}
      value={form[name]}
      onChange={(event) => set({ [name]: event.target.value })}
    />
  );
  return (
    <FormDialog
      title={translate("app.security.provider_add")}
      submit={translate("ra.action.save")}
      problem={save.problem}
      busy={save.busy}
      onSubmit={save.act}
      onClose={onClose}
    >
      <TextField
        select
        label={translate("app.security.provider.kind")}
        value={form.kind}
        onChange={(event) => set({ kind: event.target.value as Provider["kind"] })}
      >
        {KINDS.map((kind) => (
          <MenuItem key={kind} value={kind}>
            {translate(`app.security.provider.kinds.${kind}`)}
          </MenuItem>
        ))}
      </TextField>
      {text("title")}
      {text("name", provider.id !== "")}
      {!PRESET.includes(form.kind) && text("issuer")}
      {text("clientId")}
      <TextField
        type="password"
        required={provider.id === ""}
        autoComplete="off"
        label={translate("app.security.provider.clientSecret")}
        helperText={translate("app.security.provider.secret_help")}
        value={secret}
        onChange={(event) => setSecret(event.target.value)}
      />
      <FormControlLabel
        control={
          <Switch
            checked={form.joinMembers}
            onChange={(event) => set({ joinMembers: event.target.checked })}
          />
        }
        label={translate("app.security.join")}
      />
      <JoinRole value={form.defaultRole} onChange={(defaultRole) => set({ defaultRole })} />
      <FormControlLabel
        control={
          <Switch checked={form.enabled} onChange={(event) => set({ enabled: event.target.checked })} />
        }
        label={translate("app.policies.enabled")}
      />
    </FormDialog>
  );
}

/** The organization's own identity providers: where its people may sign in from. */
export function Providers() {
  const translate = useTranslate();
  const roleName = useRoleName();
  const [editing, setEditing] = useState<Provider | null>(null);
  const [removing, setRemoving] = useState<Provider | null>(null);
  const [callback, setCallback] = useState<string | null>(null);
  const { data } = useAccess<{ identityProviders: Nodes<Provider> }>(PROVIDERS);
  return (
    <Section
      title={translate("app.security.rooms.providers")}
      hint={translate("app.security.providers_hint")}
      actions={<Button onClick={() => setEditing(NEW)}>{translate("app.security.provider_add")}</Button>}
      flush
    >
      {callback && (
        <Typography role="status" sx={{ px: 2, pb: 1 }}>
          {translate("app.security.callback")} <code>{callback}</code>
        </Typography>
      )}
      <PlainTable
        rows={data?.identityProviders.nodes}
        keyOf={({ id }) => id}
        empty="app.security.no_providers"
        columns={[
          { label: "app.security.provider.title", cell: ({ title, name }) => `${title} (${name})` },
          {
            label: "app.security.provider.kind",
            cell: ({ kind }) => translate(`app.security.provider.kinds.${kind}`),
          },
          { label: "app.security.provider.issuer", cell: ({ issuer }) => issuer },
          {
            label: "app.security.joins",
            cell: ({ joinMembers, defaultRole }) =>
              joinMembers ? roleName(defaultRole) : translate("app.access.no"),
          },
          {
            label: "app.policies.enabled",
            cell: ({ enabled }) => (
              <Chip
                label={translate(enabled ? "app.access.yes" : "app.access.no")}
                color={enabled ? "success" : "default"}
              />
            ),
          },
          {
            label: null,
            cell: (provider) => (
              <>
                <Button onClick={() => setEditing(provider)}>{translate("ra.action.edit")}</Button>
                <Button color="error" onClick={() => setRemoving(provider)}>
                  {translate("ra.action.remove")}
                </Button>
              </>
            ),
          },
        ]}
      />
      {editing && (
        <ProviderDialog
          provider={editing}
          onClose={() => setEditing(null)}
          onSaved={(url) => {
            setCallback(url);
            setEditing(null);
          }}
        />
      )}
      {removing && (
        <AskDialog
          title={translate("app.security.provider_remove", { title: removing.title })}
          text={translate("app.security.provider_remove_text")}
          confirm={translate("ra.action.remove")}
          done="app.security.removed"
          act={() => change("removeIdentityProvider", { name: removing.name })}
          onClose={() => setRemoving(null)}
        />
      )}
    </Section>
  );
}
