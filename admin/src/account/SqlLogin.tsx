import {
  Alert,
  Box,
  Button,
  Dialog,
  DialogActions,
  DialogContent,
  DialogTitle,
  MenuItem,
  Stack,
  TextField,
  Typography,
} from "@mui/material";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslate } from "react-admin";
import { Ago } from "../components/Figures.tsx";
import { ProblemAlert } from "../components/ProblemAlert.tsx";
import { Section } from "../components/Section.tsx";
import { useMay, useSession } from "../layout/useSession.ts";
import { problemOf } from "../providers/errors.ts";
import { call, graphql } from "../providers/http.ts";
import { Confirm } from "./Confirm.tsx";
import { FormDialog } from "./FormDialog.tsx";
import { Secret } from "./Secret.tsx";
import { TimeLeft } from "./TimeLeft.tsx";
import { useAct } from "./useAct.ts";

const KEY = ["sqlLogin"];
const DAYS = [1, 7, 30, 90, 365];
const DEFAULT_DAYS = 30;

interface Login {
  roleName: string;
  createdAt: string;
  expiresAt: string | null;
  sessions: number;
}
interface Handed {
  url: string;
  role: string;
  host: string;
  port: number;
  database: string;
}

const isLocal = (host: string): boolean => /^(127\.|localhost$|\[?::1)/.test(host);

async function readLogin(me: string): Promise<Login | null> {
  const { list } = await graphql<{ list: { nodes: Login[] } }>(
    "platform",
    `query SqlLogin($me: UUID!) {
       list: listSqlLogins(first: 1, filter: { userId: { equalTo: $me } }) { nodes { roleName createdAt expiresAt sessions } }
     }`,
    { me },
  );
  return list.nodes[0] ?? null;
}

function HandedOut({ login, onClose }: { login: Handed; onClose: () => void }) {
  const translate = useTranslate();
  return (
    <Dialog open fullWidth maxWidth="sm" aria-labelledby="handed-out">
      <DialogTitle id="handed-out">{translate("app.account.sql.made")}</DialogTitle>
      <DialogContent>
        <Stack spacing={2} sx={{ pt: 1 }}>
          <Alert severity="warning">{translate("app.account.secret.once")}</Alert>
          <Secret text={login.url} label={translate("app.account.sql.url")} />
          <Secret text={`psql '${login.url}'`} label={translate("app.account.sql.psql")} />
          <Alert severity="info">
            {translate("app.account.sql.reach", { host: login.host, port: login.port })}{" "}
            {translate(`app.account.sql.reach_${isLocal(login.host) ? "local" : "network"}`)}
          </Alert>
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

function NewLogin({ onMade, onClose }: { onMade: (login: Handed) => void; onClose: () => void }) {
  const translate = useTranslate();
  const [days, setDays] = useState(DEFAULT_DAYS);
  const { act, busy, problem } = useAct(async () => {
    onMade(await call<Handed>("/access/v1/sql-logins", { days }));
  });
  return (
    <FormDialog
      title={translate("app.account.sql.make")}
      submit={translate("app.account.sql.make")}
      busy={busy}
      problem={problem}
      onSubmit={() => act()}
      onClose={onClose}
    >
      <Typography color="textSecondary">{translate("app.account.sql.make_text")}</Typography>
      <TextField
        select
        label={translate("app.account.sql.lasts")}
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

function Facts({ login }: { login: Login }) {
  const translate = useTranslate();
  const facts = [
    ["role", <code key="role">{login.roleName}</code>],
    ["since", <Ago key="since" at={login.createdAt} />],
    ["until", <TimeLeft key="until" until={login.expiresAt} />],
    ["open", login.sessions],
  ] as const;
  return (
    <Box
      component="dl"
      sx={{ m: 0, display: "grid", gridTemplateColumns: "max-content 1fr", columnGap: 3, rowGap: 0.5 }}
    >
      {facts.map(([name, value]) => (
        <Box key={name} sx={{ display: "contents" }}>
          <Typography component="dt" color="textSecondary">
            {translate(`app.account.sql.${name}`)}
          </Typography>
          <Box component="dd" sx={{ m: 0 }}>
            {value}
          </Box>
        </Box>
      ))}
    </Box>
  );
}

/** One's own login to PostgreSQL, for psql and BI tools. */
export function SqlLogin() {
  const translate = useTranslate();
  const client = useQueryClient();
  const session = useSession();
  const mayExport = useMay("record.export");
  const me = session?.user.id ?? "";
  const { data: login, error } = useQuery({ queryKey: KEY, queryFn: () => readLogin(me) });
  const [open, setOpen] = useState<Handed | "new" | "drop" | null>(null);
  const refresh = () => client.invalidateQueries({ queryKey: KEY });
  const made = (handed: Handed) => {
    setOpen(handed);
    void refresh();
  };
  const rotate = useAct(async () => made(await call<Handed>("/access/v1/sql-logins", { action: "rotate" })));
  const over = Boolean(login?.expiresAt && new Date(login.expiresAt).getTime() <= Date.now());
  const may = mayExport && !session?.viewAs;
  const actions = may && (
    <Stack direction="row" useFlexGap spacing={1} sx={{ flexWrap: "wrap", justifyContent: "flex-end" }}>
      {(!login || over) && (
        <Button variant="outlined" onClick={() => setOpen("new")}>
          {translate("app.account.sql.make")}
        </Button>
      )}
      {login && !over && (
        <Button variant="outlined" loading={rotate.busy} onClick={() => rotate.act()}>
          {translate("app.account.sql.rotate")}
        </Button>
      )}
      {login && (
        <Button color="error" onClick={() => setOpen("drop")}>
          {translate("app.account.sql.drop")}
        </Button>
      )}
    </Stack>
  );
  const problem = rotate.problem ?? (error ? problemOf(error) : null);
  return (
    <Section
      title={translate("app.account.sql.title")}
      hint={translate("app.account.sql.hint")}
      actions={actions}
    >
      <Stack spacing={1.5}>
        {problem && <ProblemAlert problem={problem} />}
        {login ? (
          <Facts login={login} />
        ) : (
          <Typography color="textSecondary">
            {translate(mayExport ? "app.account.sql.none" : "app.account.sql.refused")}
          </Typography>
        )}
      </Stack>
      {open === "new" && <NewLogin onMade={made} onClose={() => setOpen(null)} />}
      {open === "drop" && (
        <Confirm
          title={translate("app.account.sql.drop")}
          text={translate("app.account.sql.drop_text")}
          submit={translate("app.account.sql.drop")}
          work={async () => {
            await graphql(
              "platform",
              "mutation Drop($me: UUID!) { dropSqlLogin(input: { userId: $me }) { result } }",
              { me },
            );
            await refresh();
          }}
          onClose={() => setOpen(null)}
        />
      )}
      {open !== null && typeof open === "object" && <HandedOut login={open} onClose={() => setOpen(null)} />}
    </Section>
  );
}
