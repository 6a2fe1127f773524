import { Button } from "@mui/material";
import { useTranslate } from "react-admin";
import { change, type Nodes, useAccess, useChange } from "../access/api.ts";
import { PlainTable } from "../access/PlainTable.tsx";
import { Ago } from "../components/Figures.tsx";
import { ProblemAlert } from "../components/ProblemAlert.tsx";
import { Section } from "../components/Section.tsx";

export interface LiveSession {
  id: string;
  userId: string;
  method: string;
  createdAt: string;
  lastSeenAt: string;
  factorKind: string | null;
  ip: string | null;
  userAgent: string;
}

const SESSIONS = `query MemberSessions($id: UUID) {
  memberSessions(userId: $id, first: 500) { nodes { id userId method createdAt lastSeenAt factorKind ip userAgent } }
}`;

export function MemberSessions({ userId }: { userId: string }) {
  const translate = useTranslate();
  const { data } = useAccess<{ memberSessions: Nodes<LiveSession> }>(SESSIONS, { id: userId });
  const rows = data?.memberSessions.nodes;
  const end = useChange((id: string) => change("endSession", { id }), "app.members.session_ended");
  const endAll = useChange(() => change("endMemberSessions", { userId }), "app.members.sessions_ended");
  const problem = end.problem ?? endAll.problem;
  return (
    <Section
      title={translate("app.members.sessions")}
      hint={translate("app.members.sessions_hint")}
      actions={
        (rows?.length ?? 0) > 0 && (
          <Button color="error" loading={endAll.busy} onClick={() => endAll.act()}>
            {translate("app.members.end_all")}
          </Button>
        )
      }
      flush
    >
      {problem && <ProblemAlert problem={problem} />}
      <PlainTable
        rows={rows}
        keyOf={(row) => row.id}
        empty="app.members.no_sessions"
        columns={[
          { label: "app.members.device", cell: (row) => row.userAgent.slice(0, 80) || "–" },
          { label: "app.members.address", cell: (row) => row.ip ?? "–" },
          {
            label: "app.members.method",
            cell: (row) =>
              translate(`app.access.method.${row.method}`, { _: row.method }) +
              (row.factorKind ? ` + ${translate(`app.access.factor.${row.factorKind}`)}` : ""),
          },
          { label: "app.members.begun", cell: (row) => <Ago at={row.createdAt} /> },
          { label: "app.members.last_seen", cell: (row) => <Ago at={row.lastSeenAt} /> },
          {
            label: null,
            cell: (row) => (
              <Button color="error" disabled={end.busy} onClick={() => end.act(row.id)}>
                {translate("app.members.end")}
              </Button>
            ),
          },
        ]}
      />
    </Section>
  );
}
