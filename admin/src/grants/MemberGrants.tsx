import { Button } from "@mui/material";
import { useState } from "react";
import { useTranslate } from "react-admin";
import { type Nodes, useAccess } from "../access/api.ts";
import { usePeopleById } from "../access/usePeople.ts";
import { Section } from "../components/Section.tsx";
import { useMay } from "../layout/useSession.ts";
import { GrantDialog } from "./GrantDialog.tsx";
import { GrantsTable } from "./GrantsTable.tsx";
import { GRANT_FIELDS, type Grant, stateOf } from "./types.ts";

const OF_MEMBER = `query GrantsOf($id: UUID!) {
  grants(first: 1000, orderBy: [ENDS_AT_DESC, PRIMARY_KEY_ASC],
         filter: { userId: { equalTo: $id }, revokedAt: { isNull: true } }) { nodes { ${GRANT_FIELDS} } }
}`;

/** What a member has beside their roles, now and soon. */
export function MemberGrants({ userId }: { userId: string }) {
  const translate = useTranslate();
  const mayGive = useMay("role.share");
  const [giving, setGiving] = useState(false);
  const person = usePeopleById([userId]).get(userId) ?? null;
  const { data } = useAccess<{ grants: Nodes<Grant> }>(OF_MEMBER, { id: userId });
  return (
    <Section
      title={translate("app.grants.title")}
      hint={translate("app.grants.member_hint")}
      actions={mayGive && <Button onClick={() => setGiving(true)}>{translate("app.grants.give")}</Button>}
      flush
    >
      <GrantsTable
        grants={data?.grants.nodes.filter((grant) => stateOf(grant) !== "ended")}
        person={false}
        empty="app.grants.none_in_force"
      />
      {giving && <GrantDialog person={person} onClose={() => setGiving(false)} />}
    </Section>
  );
}
