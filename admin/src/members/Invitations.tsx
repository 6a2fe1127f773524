import { Button, Chip } from "@mui/material";
import { useState } from "react";
import { useLocaleState, useTranslate } from "react-admin";
import { AskDialog } from "../access/AskDialog.tsx";
import { change, type Nodes, useAccess, useChange } from "../access/api.ts";
import { PlainTable } from "../access/PlainTable.tsx";
import { personName, usePeopleById } from "../access/usePeople.ts";
import { Ago } from "../components/Figures.tsx";
import { ProblemAlert } from "../components/ProblemAlert.tsx";
import { Section } from "../components/Section.tsx";
import { RoleChips } from "./RoleChips.tsx";

interface Invitation {
  id: string;
  email: string;
  roleKey: string;
  ownRoles: string[];
  invitedBy: string | null;
  createdAt: string;
  expiresAt: string;
}

const OPEN = `query Invitations {
  invitations(first: 200, orderBy: [CREATED_AT_DESC, PRIMARY_KEY_ASC],
              filter: { acceptedAt: { isNull: true }, revokedAt: { isNull: true } }) {
    nodes { id email roleKey ownRoles invitedBy createdAt expiresAt }
  }
}`;

function Expiry({ at }: { at: string }) {
  const translate = useTranslate();
  if (new Date(at).getTime() > Date.now()) return <Ago at={at} />;
  return <Chip label={translate("app.members.expired")} color="warning" />;
}

/** Who was asked to join and has not answered. */
export function Invitations() {
  const translate = useTranslate();
  const [locale] = useLocaleState();
  const [revoking, setRevoking] = useState<Invitation | null>(null);
  const { data } = useAccess<{ invitations: Nodes<Invitation> }>(OPEN);
  const rows = data?.invitations.nodes;
  const people = usePeopleById((rows ?? []).map((row) => row.invitedBy));
  const resend = useChange((id: string) => change("resendInvitation", { id, locale }), "app.members.resent");
  return (
    <Section
      title={translate("app.members.invitations")}
      hint={translate("app.members.invitations_hint")}
      flush
    >
      {resend.problem && <ProblemAlert problem={resend.problem} />}
      <PlainTable
        rows={rows}
        keyOf={(row) => row.id}
        empty="app.members.no_invitations"
        columns={[
          { label: "app.members.email", cell: (row) => row.email },
          {
            label: "app.members.role",
            cell: (row) => <RoleChips roleKey={row.roleKey} ownRoles={row.ownRoles} />,
          },
          {
            label: "app.members.invited_by",
            cell: (row) => personName(people.get(row.invitedBy ?? ""), row.invitedBy),
          },
          { label: "app.members.sent", cell: (row) => <Ago at={row.createdAt} /> },
          { label: "app.members.expires", cell: (row) => <Expiry at={row.expiresAt} /> },
          {
            label: null,
            cell: (row) => (
              <>
                <Button
                  disabled={resend.busy}
                  onClick={() => resend.act(row.id)}
                  aria-label={`${translate("app.members.resend")}: ${row.email}`}
                >
                  {translate("app.members.resend")}
                </Button>
                <Button
                  color="error"
                  onClick={() => setRevoking(row)}
                  aria-label={`${translate("app.access.revoke")}: ${row.email}`}
                >
                  {translate("app.access.revoke")}
                </Button>
              </>
            ),
          },
        ]}
      />
      {revoking && (
        <AskDialog
          title={translate("app.members.revoke_title", { email: revoking.email })}
          text={translate("app.members.revoke_text")}
          confirm={translate("app.access.revoke")}
          done="app.members.revoked"
          act={() => change("revokeInvitation", { id: revoking.id })}
          onClose={() => setRevoking(null)}
        />
      )}
    </Section>
  );
}
