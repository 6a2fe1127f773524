import { Box, Button, Chip, Stack, TextField, Typography } from "@mui/material";
import { useState } from "react";
import { useTranslate } from "react-admin";
import { AskDialog } from "../access/AskDialog.tsx";
import { change, type Nodes, useAccess, useChange } from "../access/api.ts";
import { FormDialog } from "../access/FormDialog.tsx";
import { useRoleName } from "../access/names.ts";
import { PlainTable } from "../access/PlainTable.tsx";
import { personName, usePeopleById } from "../access/usePeople.ts";
import { Secret } from "../account/Secret.tsx";
import { Ago, Moment } from "../components/Figures.tsx";
import { Section } from "../components/Section.tsx";
import { call } from "../providers/http.ts";
import { JoinRole } from "./Domains.tsx";

interface Key {
  id: string;
  name: string;
  prefix: string;
  createdBy: string | null;
  expiresAt: string;
  lastUsedAt: string | null;
  revokedAt: string | null;
}

interface ApiKey extends Key {
  permissions: string[];
}

interface ScimToken extends Key {
  defaultRole: string;
}

const KEYS = `query ApiKeys {
  apiKeys(first: 500, orderBy: [CREATED_AT_DESC, PRIMARY_KEY_ASC]) { nodes {
    id name prefix permissions createdBy expiresAt lastUsedAt revokedAt
  } }
}`;
const TOKENS = `query ScimTokens {
  scimTokens(first: 100, orderBy: [CREATED_AT_DESC, PRIMARY_KEY_ASC]) { nodes {
    id name prefix defaultRole createdBy expiresAt lastUsedAt revokedAt
  } }
}`;

function KeyStatus({ row }: { row: Key }) {
  const translate = useTranslate();
  const state = row.revokedAt
    ? "revoked"
    : new Date(row.expiresAt).getTime() <= Date.now()
      ? "expired"
      : "active";
  return (
    <Chip
      label={translate(`app.access.status.${state}`)}
      color={state === "active" ? "success" : "default"}
    />
  );
}

function KeyName({ row }: { row: Key }) {
  return (
    <Box>
      <strong>{row.name}</strong>
      <Typography variant="body2" color="textSecondary">
        <code>{row.prefix}…</code>
      </Typography>
    </Box>
  );
}

const live = (row: Key): boolean => !row.revokedAt && new Date(row.expiresAt).getTime() > Date.now();

interface RevokeProps {
  row: Key;
  field: "revokeApiKey" | "revokeScimToken";
  onClose: () => void;
}

function RevokeDialog({ row, field, onClose }: RevokeProps) {
  const translate = useTranslate();
  return (
    <AskDialog
      title={translate("app.security.key_revoke", { name: row.name })}
      text={translate("app.security.key_revoke_text")}
      confirm={translate("app.access.revoke")}
      done="app.security.key_revoked"
      act={() => change(field, { id: row.id })}
      onClose={onClose}
    />
  );
}

/** API keys of all members; each makes and ends their own on the page of their account. */
export function ApiKeys() {
  const translate = useTranslate();
  const [revoking, setRevoking] = useState<Key | null>(null);
  const { data } = useAccess<{ apiKeys: Nodes<ApiKey> }>(KEYS);
  const people = usePeopleById((data?.apiKeys.nodes ?? []).map(({ createdBy }) => createdBy));
  return (
    <Section title={translate("app.security.rooms.keys")} hint={translate("app.security.keys_hint")} flush>
      <PlainTable
        rows={data?.apiKeys.nodes}
        keyOf={({ id }) => id}
        empty="app.security.no_keys"
        columns={[
          { label: "app.security.key_name", cell: (row) => <KeyName row={row} /> },
          {
            label: "app.security.key_of",
            cell: ({ createdBy }) => personName(people.get(createdBy ?? ""), createdBy),
          },
          {
            label: "app.security.key_permissions",
            cell: ({ permissions }) => (
              <Stack direction="row" useFlexGap spacing={0.5} sx={{ flexWrap: "wrap", maxWidth: 420 }}>
                {permissions.map((permission) => (
                  <Chip key={permission} label={permission} />
                ))}
              </Stack>
            ),
          },
          { label: "app.security.key_used", cell: ({ lastUsedAt }) => <Ago at={lastUsedAt} /> },
          { label: "app.members.expires", cell: ({ expiresAt }) => <Moment at={expiresAt} /> },
          { label: "app.members.status", cell: (row) => <KeyStatus row={row} /> },
          {
            label: null,
            cell: (row) =>
              live(row) && (
                <Button color="error" onClick={() => setRevoking(row)}>
                  {translate("app.access.revoke")}
                </Button>
              ),
          },
        ]}
      />
      {revoking && <RevokeDialog row={revoking} field="revokeApiKey" onClose={() => setRevoking(null)} />}
    </Section>
  );
}

interface Made {
  token: string;
  baseUrl: string;
}

function TokenDialog({ onClose, onMade }: { onClose: () => void; onMade: (made: Made) => void }) {
  const translate = useTranslate();
  const [name, setName] = useState("");
  const [days, setDays] = useState("365");
  const [defaultRole, setRole] = useState("viewer");
  const make = useChange(async () => {
    onMade(await call<Made>("/access/v1/scim-tokens", { name, days: Number(days), defaultRole }));
  });
  return (
    <FormDialog
      title={translate("app.security.scim_add")}
      submit={translate("ra.action.create")}
      problem={make.problem}
      busy={make.busy}
      onSubmit={make.act}
      onClose={onClose}
    >
      <TextField
        required
        autoFocus
        label={translate("app.security.key_name")}
        value={name}
        onChange={(event) => setName(event.target.value)}
      />
      <TextField
        type="number"
        required
        label={translate("app.security.valid_days")}
        value={days}
        onChange={(event) => setDays(event.target.value)}
        slotProps={{ htmlInput: { min: 1, max: 730 } }}
      />
      <JoinRole value={defaultRole} onChange={setRole} />
    </FormDialog>
  );
}

/** Keys by which a directory keeps members and groups. */
export function ScimTokens() {
  const translate = useTranslate();
  const roleName = useRoleName();
  const [adding, setAdding] = useState(false);
  const [made, setMade] = useState<Made | null>(null);
  const [revoking, setRevoking] = useState<Key | null>(null);
  const { data } = useAccess<{ scimTokens: Nodes<ScimToken> }>(TOKENS);
  return (
    <Section
      title={translate("app.security.rooms.scim")}
      hint={translate("app.security.scim_hint")}
      actions={<Button onClick={() => setAdding(true)}>{translate("app.security.scim_add")}</Button>}
      flush
    >
      {made && (
        <Stack spacing={1} sx={{ px: 2, pb: 2 }}>
          <Typography>{translate("app.access.told_once")}</Typography>
          <Secret text={made.token} label={translate("app.security.scim_token")} />
          <Typography variant="body2">
            {translate("app.security.scim_address")} <code>{made.baseUrl}</code>
          </Typography>
        </Stack>
      )}
      <PlainTable
        rows={data?.scimTokens.nodes}
        keyOf={({ id }) => id}
        empty="app.security.no_scim"
        columns={[
          { label: "app.security.key_name", cell: (row) => <KeyName row={row} /> },
          { label: "app.security.default_role", cell: ({ defaultRole }) => roleName(defaultRole) },
          { label: "app.security.key_used", cell: ({ lastUsedAt }) => <Ago at={lastUsedAt} /> },
          { label: "app.members.expires", cell: ({ expiresAt }) => <Moment at={expiresAt} /> },
          { label: "app.members.status", cell: (row) => <KeyStatus row={row} /> },
          {
            label: null,
            cell: (row) =>
              live(row) && (
                <Button color="error" onClick={() => setRevoking(row)}>
                  {translate("app.access.revoke")}
                </Button>
              ),
          },
        ]}
      />
      {adding && (
        <TokenDialog
          onClose={() => setAdding(false)}
          onMade={(token) => {
            setMade(token);
            setAdding(false);
          }}
        />
      )}
      {revoking && <RevokeDialog row={revoking} field="revokeScimToken" onClose={() => setRevoking(null)} />}
    </Section>
  );
}
