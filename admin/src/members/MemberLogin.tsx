import { Button, Stack, Typography } from "@mui/material";
import { useState } from "react";
import { useTranslate } from "react-admin";
import { AskDialog } from "../access/AskDialog.tsx";
import { change, type Nodes, useAccess, useChange } from "../access/api.ts";
import { Secret } from "../account/Secret.tsx";
import { Ago, Moment } from "../components/Figures.tsx";
import { ProblemAlert } from "../components/ProblemAlert.tsx";
import { Section } from "../components/Section.tsx";
import { call } from "../providers/http.ts";

export interface SqlLogin {
  userId: string;
  email: string;
  roleName: string;
  createdAt: string;
  expiresAt: string | null;
  sessions: number;
}

export const SQL_LOGINS = `query SqlLogins($filter: ListSqlLoginsRecordFilter) {
  listSqlLogins(first: 1000, filter: $filter) { nodes { userId email roleName createdAt expiresAt sessions } }
}`;

interface Made {
  url: string;
  hint: string;
}

/** Somebody's login to PostgreSQL: made, given a new password, or ended. */
export function MemberLogin({ userId }: { userId: string }) {
  const translate = useTranslate();
  const [made, setMade] = useState<Made | null>(null);
  const [dropping, setDropping] = useState(false);
  const filter = { userId: { equalTo: userId } };
  const { data } = useAccess<{ listSqlLogins: Nodes<SqlLogin> }>(SQL_LOGINS, { filter });
  const login = data?.listSqlLogins.nodes[0];
  const make = useChange(async () => {
    setMade(await call<Made>("/access/v1/sql-logins", { userId, action: login ? "rotate" : "create" }));
  });
  return (
    <Section
      title={translate("app.members.sql_login")}
      hint={translate("app.members.sql_login_hint")}
      actions={
        <Stack direction="row" spacing={1}>
          <Button loading={make.busy} onClick={() => make.act()}>
            {translate(login ? "app.members.sql_rotate" : "app.members.sql_create")}
          </Button>
          {login && (
            <Button color="error" onClick={() => setDropping(true)}>
              {translate("app.access.revoke")}
            </Button>
          )}
        </Stack>
      }
    >
      {make.problem && <ProblemAlert problem={make.problem} />}
      {made && (
        <Stack spacing={1} sx={{ mb: 2 }}>
          <Typography>{translate("app.access.told_once")}</Typography>
          <Secret text={made.url} label={translate("app.members.sql_login")} />
          <Typography variant="body2" color="textSecondary" lang="en">
            {made.hint}
          </Typography>
        </Stack>
      )}
      {login ? (
        <Typography>
          <code>{login.roleName}</code> · {translate("app.members.begun")} <Ago at={login.createdAt} /> ·{" "}
          {login.expiresAt ? (
            <>
              {translate("app.access.until")} <Moment at={login.expiresAt} />
            </>
          ) : (
            translate("app.access.no_end")
          )}{" "}
          · {translate("app.access.open_sessions", { smart_count: login.sessions })}
        </Typography>
      ) : (
        <Typography color="textSecondary">{translate("app.members.no_sql_login")}</Typography>
      )}
      {dropping && (
        <AskDialog
          title={translate("app.members.sql_drop_title")}
          text={translate("app.members.sql_drop_text")}
          confirm={translate("app.access.revoke")}
          done="app.members.sql_dropped"
          act={() => change("dropSqlLogin", { userId })}
          onClose={() => setDropping(false)}
        />
      )}
    </Section>
  );
}
