import KeyIcon from "@mui/icons-material/VpnKeyOutlined";
import {
  Alert,
  Box,
  Button,
  Chip,
  Dialog,
  DialogActions,
  DialogContent,
  DialogTitle,
  MenuItem,
  Stack,
  Table,
  TableBody,
  TableCell,
  TableHead,
  TableRow,
  TextField,
  Typography,
} from "@mui/material";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslate } from "react-admin";
import { ActionsCell } from "../components/ActionsCell.tsx";
import { EmptyState } from "../components/EmptyState.tsx";
import { Ago } from "../components/Figures.tsx";
import { ProblemAlert } from "../components/ProblemAlert.tsx";
import { Section } from "../components/Section.tsx";
import { useSession } from "../layout/useSession.ts";
import { problemOf } from "../providers/errors.ts";
import { graphql } from "../providers/http.ts";
import { Confirm } from "./Confirm.tsx";
import { FormDialog } from "./FormDialog.tsx";
import { PermissionPicker } from "./PermissionPicker.tsx";
import { Secret } from "./Secret.tsx";
import { TimeLeft } from "./TimeLeft.tsx";
import { useAct } from "./useAct.ts";

const MAX_KEYS = 200;
const MAX_NAME = 200;
const DAYS = [7, 30, 90, 180, 365];
const DEFAULT_DAYS = 90;
const SHOWN_PERMISSIONS = 4;
const KEYS = ["apiKeys"];

interface ApiKey {
  id: string;
  name: string;
  prefix: string;
  permissions: string[];
  createdAt: string;
  expiresAt: string;
  lastUsedAt: string | null;
  revokedAt: string | null;
}

async function readKeys(me: string): Promise<ApiKey[]> {
  const { list } = await graphql<{ list: { nodes: ApiKey[] } }>(
    "platform",
    `query Keys($me: UUID!, $first: Int) {
       list: apiKeys(first: $first, orderBy: [CREATED_AT_DESC], filter: { createdBy: { equalTo: $me }, revokedAt: { isNull: true } }) {
         nodes { id name prefix permissions createdAt expiresAt lastUsedAt revokedAt }
       } }`,
    { me, first: MAX_KEYS },
  );
  return list.nodes;
}

async function makeKey(name: string, permissions: string[], days: number): Promise<string> {
  const { made } = await graphql<{ made: { result: { apiKey: string } } }>(
    "platform",
    `mutation MakeKey($name: String!, $permissions: [String]!, $validFor: IntervalInput) {
       made: createApiKey(input: { name: $name, permissions: $permissions, validFor: $validFor }) { result { apiKey } }
     }`,
    { name, permissions, validFor: { days } },
  );
  return made.result.apiKey;
}

function NewKey({ onMade, onClose }: { onMade: (key: string) => void; onClose: () => void }) {
  const translate = useTranslate();
  const own = useSession()?.permissions ?? [];
  const [permissions, setPermissions] = useState<string[]>([]);
  const [days, setDays] = useState(DEFAULT_DAYS);
  const { act, busy, problem } = useAct(async (name: string) =>
    onMade(await makeKey(name, permissions, days)),
  );
  return (
    <FormDialog
      title={translate("app.account.key.make")}
      submit={translate("app.account.key.make")}
      busy={busy}
      problem={problem}
      onSubmit={(form) => act(String(form.get("name") ?? "").trim())}
      onClose={onClose}
      wide
    >
      <TextField
        name="name"
        required
        autoFocus
        label={translate("app.account.key.name")}
        helperText={translate("app.account.key.name_help")}
        slotProps={{ htmlInput: { maxLength: MAX_NAME } }}
      />
      <PermissionPicker
        label={translate("app.account.key.permissions")}
        help={translate("app.account.key.permissions_help")}
        options={own}
        value={permissions}
        onChange={setPermissions}
      />
      <TextField
        select
        label={translate("app.account.key.lasts")}
        value={days}
        onChange={(event) => setDays(Number(event.target.value))}
      >
        {DAYS.map((count) => (
          <MenuItem key={count} value={count}>
            {translate("app.account.days", { smart_count: count })}
          </MenuItem>
        ))}
      </TextField>
    </FormDialog>
  );
}

function MadeKey({ apiKey, onClose }: { apiKey: string; onClose: () => void }) {
  const translate = useTranslate();
  return (
    <Dialog open fullWidth maxWidth="sm" aria-labelledby="made-key">
      <DialogTitle id="made-key">{translate("app.account.key.made")}</DialogTitle>
      <DialogContent>
        <Stack spacing={1.5} sx={{ pt: 1 }}>
          <Alert severity="warning">{translate("app.account.secret.once")}</Alert>
          <Secret text={apiKey} label={translate("app.account.key.one")} />
          <Typography variant="body2" color="textSecondary">
            {translate("app.account.key.use")}
          </Typography>
          <Secret
            text={`curl ${window.location.origin}/graphql -H 'Authorization: Bearer ${apiKey}' -H 'Content-Type: application/json' -d '{"query":"{ datasets { nodes { name } } }"}'`}
            label={translate("app.account.key.example")}
          />
        </Stack>
      </DialogContent>
      <DialogActions>
        <Button variant="contained" onClick={onClose}>
          {translate("app.account.secret.kept")}
        </Button>
      </DialogActions>
    </Dialog>
  );
}

function KeyRow({ apiKey, onRevoke }: { apiKey: ApiKey; onRevoke: () => void }) {
  const translate = useTranslate();
  const more = apiKey.permissions.length - SHOWN_PERMISSIONS;
  return (
    <TableRow sx={{ verticalAlign: "top" }}>
      <TableCell>
        <Typography sx={{ fontWeight: 600 }}>{apiKey.name}</Typography>
        <Box component="code" sx={{ color: "text.secondary" }}>
          {apiKey.prefix}…
        </Box>
      </TableCell>
      <TableCell title={apiKey.permissions.join(", ")}>
        <Stack direction="row" useFlexGap spacing={0.5} sx={{ flexWrap: "wrap" }}>
          {apiKey.permissions.slice(0, SHOWN_PERMISSIONS).map((permission) => (
            <Chip key={permission} label={permission} />
          ))}
          {more > 0 && <Chip label={`+${more}`} />}
        </Stack>
      </TableCell>
      <TableCell>
        <Ago at={apiKey.createdAt} />
      </TableCell>
      <TableCell>
        {apiKey.lastUsedAt ? <Ago at={apiKey.lastUsedAt} /> : translate("app.account.key.never")}
      </TableCell>
      <TableCell>
        <TimeLeft until={apiKey.expiresAt} />
      </TableCell>
      <TableCell align="right">
        <Button
          color="error"
          onClick={onRevoke}
          aria-label={translate("app.account.key.revoke_of", { name: apiKey.name })}
        >
          {translate("app.account.key.revoke")}
        </Button>
      </TableCell>
    </TableRow>
  );
}

function KeyTable({ keys, onRevoke }: { keys: ApiKey[]; onRevoke: (key: ApiKey) => void }) {
  const translate = useTranslate();
  return (
    <Table size="small">
      <TableHead>
        <TableRow>
          {["one", "permissions", "since", "used", "until"].map((name) => (
            <TableCell key={name}>{translate(`app.account.key.${name}`)}</TableCell>
          ))}
          <ActionsCell />
        </TableRow>
      </TableHead>
      <TableBody>
        {keys.map((key) => (
          <KeyRow key={key.id} apiKey={key} onRevoke={() => onRevoke(key)} />
        ))}
      </TableBody>
    </Table>
  );
}

export function ApiKeys() {
  const translate = useTranslate();
  const client = useQueryClient();
  const session = useSession();
  const me = session?.user.id ?? "";
  const { data: keys = [], error, isPending } = useQuery({ queryKey: KEYS, queryFn: () => readKeys(me) });
  const [open, setOpen] = useState<{ made: string } | { revoke: ApiKey } | "new" | null>(null);
  const refresh = () => client.invalidateQueries({ queryKey: KEYS });
  const readOnly = Boolean(session?.viewAs);
  const makeButton = readOnly ? null : (
    <Button variant="outlined" onClick={() => setOpen("new")}>
      {translate("app.account.key.make")}
    </Button>
  );
  const made = (key: string) => {
    setOpen({ made: key });
    void refresh();
  };
  return (
    <Section
      title={translate("app.account.key.title")}
      hint={translate("app.account.key.hint")}
      actions={keys.length > 0 && makeButton}
      flush
    >
      {error && <ProblemAlert problem={problemOf(error)} />}
      {keys.length === 0 && !isPending && (
        <EmptyState
          icon={<KeyIcon />}
          title={translate("app.account.key.empty")}
          text={translate("app.account.key.empty_text")}
          action={makeButton}
        />
      )}
      {keys.length > 0 && <KeyTable keys={keys} onRevoke={(key) => setOpen({ revoke: key })} />}
      {open === "new" && <NewKey onMade={made} onClose={() => setOpen(null)} />}
      {open !== null && typeof open === "object" && "made" in open && (
        <MadeKey apiKey={open.made} onClose={() => setOpen(null)} />
      )}
      {open !== null && typeof open === "object" && "revoke" in open && (
        <Confirm
          title={translate("app.account.key.revoke")}
          text={translate("app.account.key.revoke_text", { name: open.revoke.name })}
          submit={translate("app.account.key.revoke")}
          work={async () => {
            await graphql(
              "platform",
              "mutation Revoke($id: UUID!) { revokeApiKey(input: { id: $id }) { result } }",
              { id: open.revoke.id },
            );
            await refresh();
          }}
          onClose={() => setOpen(null)}
        />
      )}
    </Section>
  );
}
