import { Button, Link as MuiLink } from "@mui/material";
import { useState } from "react";
import { Link, useTranslate } from "react-admin";
import { AskDialog } from "../access/AskDialog.tsx";
import { change, type Nodes, useAccess } from "../access/api.ts";
import { PlainTable } from "../access/PlainTable.tsx";
import { Ago, Moment } from "../components/Figures.tsx";
import { Section } from "../components/Section.tsx";
import { SQL_LOGINS, type SqlLogin } from "../members/MemberLogin.tsx";

/** Logins to PostgreSQL of all members. */
export function SqlLogins() {
  const translate = useTranslate();
  const [dropping, setDropping] = useState<SqlLogin | null>(null);
  const { data } = useAccess<{ listSqlLogins: Nodes<SqlLogin> }>(SQL_LOGINS);
  return (
    <Section title={translate("app.security.rooms.sql")} hint={translate("app.members.sql_login_hint")} flush>
      <PlainTable
        rows={data?.listSqlLogins.nodes}
        keyOf={({ roleName }) => roleName}
        empty="app.security.no_sql"
        columns={[
          {
            label: "app.security.key_of",
            cell: ({ userId, email }) => (
              <MuiLink component={Link} to={`/members/${userId}/show`}>
                {email}
              </MuiLink>
            ),
          },
          { label: "app.security.login_role", cell: ({ roleName }) => <code>{roleName}</code> },
          { label: "app.members.begun", cell: ({ createdAt }) => <Ago at={createdAt} /> },
          { label: "app.members.expires", cell: ({ expiresAt }) => <Moment at={expiresAt} /> },
          { label: "app.security.open_sessions", cell: ({ sessions }) => sessions, align: "right" },
          {
            label: null,
            cell: (login) => (
              <Button color="error" onClick={() => setDropping(login)}>
                {translate("app.access.revoke")}
              </Button>
            ),
          },
        ]}
      />
      {dropping && (
        <AskDialog
          title={translate("app.members.sql_drop_title")}
          text={translate("app.members.sql_drop_text")}
          confirm={translate("app.access.revoke")}
          done="app.members.sql_dropped"
          act={() => change("dropSqlLogin", { userId: dropping.userId })}
          onClose={() => setDropping(null)}
        />
      )}
    </Section>
  );
}
