import { Button, Stack } from "@mui/material";
import { type ReactNode, useState } from "react";
import { useGetOne, useRedirect, useTranslate } from "react-admin";
import { useParams } from "react-router-dom";
import { AskDialog } from "../access/AskDialog.tsx";
import { change } from "../access/api.ts";
import { Ago } from "../components/Figures.tsx";
import { Page } from "../components/Page.tsx";
import { ProblemAlert } from "../components/ProblemAlert.tsx";
import { Tile, Tiles } from "../components/Tiles.tsx";
import { MemberGrants } from "../grants/MemberGrants.tsx";
import { useMay, useSession } from "../layout/useSession.ts";
import { problemOf } from "../providers/errors.ts";
import { Attributes } from "./Attributes.tsx";
import { AttributesDialog } from "./AttributesDialog.tsx";
import { StatusChip } from "./List.tsx";
import { MemberCan } from "./MemberCan.tsx";
import { MemberLogin } from "./MemberLogin.tsx";
import { MemberSessions } from "./MemberSessions.tsx";
import { RoleChips } from "./RoleChips.tsx";
import { RoleDialog } from "./RoleDialog.tsx";
import { type Member, useMemberAccounts } from "./types.ts";
import { ViewAsDialog } from "./ViewAsDialog.tsx";

function Factors({ userId }: { userId: string }) {
  const translate = useTranslate();
  const account = useMemberAccounts(true, userId).get(userId);
  if (!account) return <>–</>;
  const present = [
    account.totp ? translate("app.access.factor.totp") : null,
    account.passkeys > 0 ? translate("app.members.passkeys", { smart_count: account.passkeys }) : null,
  ].filter((one) => one !== null);
  return <>{present.join(", ") || translate("app.members.no_factor")}</>;
}

function LastSeen({ userId }: { userId: string }) {
  return <Ago at={useMemberAccounts(true, userId).get(userId)?.lastSeenAt} />;
}

function Facts({ member }: { member: Member }) {
  const translate = useTranslate();
  const maySeeAccount = useMay("member.security");
  const tile = (label: string, value: ReactNode) => <Tile label={translate(label)}>{value}</Tile>;
  return (
    <Tiles>
      {tile("app.members.role", <RoleChips roleKey={member.roleKey} ownRoles={member.ownRoles} />)}
      {tile("app.members.status", <StatusChip status={member.status} />)}
      {tile("app.members.source", translate(`app.access.source.${member.source}`, { _: member.source }))}
      {tile("app.members.since", <Ago at={member.createdAt} />)}
      {maySeeAccount && tile("app.members.last_seen", <LastSeen userId={member.userId} />)}
      {maySeeAccount && tile("app.members.factors", <Factors userId={member.userId} />)}
    </Tiles>
  );
}

type Doing = "role" | "attributes" | "suspend" | "remove" | "view_as" | null;

function Dialogs({ member, doing, onClose }: { member: Member; doing: Doing; onClose: () => void }) {
  const translate = useTranslate();
  const redirect = useRedirect();
  const name = member.displayName || member.email;
  const { userId } = member;
  const suspended = member.status === "suspended";
  if (doing === "role") return <RoleDialog member={member} onClose={onClose} />;
  if (doing === "attributes") return <AttributesDialog member={member} onClose={onClose} />;
  if (doing === "view_as") return <ViewAsDialog member={member} onClose={onClose} />;
  if (doing === "suspend") {
    const verb = suspended ? "resume" : "suspend";
    return (
      <AskDialog
        title={translate(`app.members.${verb}_title`, { name })}
        text={translate(`app.members.${verb}_text`)}
        confirm={translate(`app.members.${verb}`)}
        done={`app.members.${verb}_done`}
        act={() => change("suspendMember", { userId, suspended: !suspended })}
        onClose={onClose}
      />
    );
  }
  if (doing === "remove") {
    return (
      <AskDialog
        title={translate("app.members.remove_title", { name })}
        text={translate("app.members.remove_text")}
        confirm={translate("app.members.remove")}
        done="app.members.remove_done"
        act={async () => {
          await change("removeMember", { userId });
          redirect("/members");
        }}
        onClose={onClose}
      />
    );
  }
  return null;
}

function Actions({ member, onDo }: { member: Member; onDo: (doing: Doing) => void }) {
  const translate = useTranslate();
  const mayEdit = useMay("member.edit");
  const mayRemove = useMay("member.delete");
  const mayLook = useMay("member.monitor");
  const oneself = useSession()?.user.id === member.userId;
  return (
    <>
      {mayLook && !oneself && member.status === "active" && (
        <Button variant="outlined" onClick={() => onDo("view_as")}>
          {translate("app.members.view_as")}
        </Button>
      )}
      {mayEdit && (
        <Button variant="contained" onClick={() => onDo("role")}>
          {translate("app.members.change_role")}
        </Button>
      )}
      {mayEdit && !oneself && (
        <Button color="warning" variant="outlined" onClick={() => onDo("suspend")}>
          {translate(member.status === "suspended" ? "app.members.resume" : "app.members.suspend")}
        </Button>
      )}
      {mayRemove && !oneself && (
        <Button color="error" variant="outlined" onClick={() => onDo("remove")}>
          {translate("app.members.remove")}
        </Button>
      )}
    </>
  );
}

/** One member: what they are, what they can do and why, where they are signed in. */
export default function MemberShow() {
  const translate = useTranslate();
  const { id = "" } = useParams();
  const { data: member, error } = useGetOne<Member>("members", { id });
  const [doing, setDoing] = useState<Doing>(null);
  const mayExplain = useMay("audit.view");
  const maySeeSecurity = useMay("member.security");
  const mayEdit = useMay("member.edit");
  const oneself = useSession()?.user.id === id;
  const crumbs = [{ label: translate("app.members.title"), to: "/members" }];
  if (!member) {
    return (
      <Page title={translate("app.members.one")} crumbs={crumbs}>
        {error ? <ProblemAlert problem={problemOf(error)} /> : null}
      </Page>
    );
  }
  return (
    <Page
      title={member.displayName || member.email}
      crumbs={crumbs}
      subtitle={member.email}
      actions={<Actions member={member} onDo={setDoing} />}
    >
      <Stack spacing={2}>
        <Facts member={member} />
        <Attributes
          attributes={member.attributes}
          onEdit={mayEdit && !oneself ? () => setDoing("attributes") : null}
        />
        <MemberGrants userId={id} />
        {(mayExplain || oneself) && <MemberCan userId={id} />}
        {maySeeSecurity && <MemberSessions userId={id} />}
        {maySeeSecurity && <MemberLogin userId={id} />}
      </Stack>
      <Dialogs member={member} doing={doing} onClose={() => setDoing(null)} />
    </Page>
  );
}
