import { Button, Chip, Link as MuiLink, Stack, Typography } from "@mui/material";
import { useState } from "react";
import { Link, useTranslate } from "react-admin";
import { AskDialog } from "../access/AskDialog.tsx";
import { change } from "../access/api.ts";
import { useGivenName } from "../access/names.ts";
import { type Column, PlainTable } from "../access/PlainTable.tsx";
import { useCatalog } from "../access/useCatalog.ts";
import { useDatasets } from "../access/useDatasets.ts";
import { personName, usePeopleById } from "../access/usePeople.ts";
import { Moment } from "../components/Figures.tsx";
import { useMay, useSession } from "../layout/useSession.ts";
import { ShortenDialog } from "./ShortenDialog.tsx";
import { type Grant, stateOf } from "./types.ts";

/** What a grant or request is for, in words. */
export function useObjectName(): (kind: string, id: string | null) => string {
  const translate = useTranslate();
  const { datasets } = useDatasets();
  return (kind, id) => {
    if (kind === "organization" || id === null) return translate("app.access.object.organization");
    const name = kind === "dataset" ? (datasets.find((one) => one.id === id)?.name ?? id.slice(0, 8)) : id;
    return `${translate(`app.access.object.${kind}`, { _: kind })} ${name}`;
  };
}

function Ends({ grant }: { grant: Grant }) {
  const translate = useTranslate();
  if (!grant.revokedAt) return <Moment at={grant.endsAt} />;
  return (
    <>
      {translate("app.grants.revoked_at")} <Moment at={grant.revokedAt} />
    </>
  );
}

function useActions(onShorten: (grant: Grant) => void, onRevoke: (grant: Grant) => void): Column<Grant> {
  const translate = useTranslate();
  const mayShare = useMay("role.share");
  const own = useSession()?.user.id;
  return {
    label: null,
    cell: (grant) => {
      if (stateOf(grant) === "ended" || !(mayShare || grant.delegatedBy === own)) return null;
      return (
        <>
          <Button onClick={() => onShorten(grant)}>{translate("app.grants.shorten")}</Button>
          <Button color="error" onClick={() => onRevoke(grant)}>
            {translate("app.access.revoke")}
          </Button>
        </>
      );
    },
  };
}

/** Grants and delegations, with what ends them. */
export function GrantsTable({
  grants,
  person = true,
  empty,
}: {
  grants: Grant[] | undefined;
  person?: boolean;
  empty: string;
}) {
  const translate = useTranslate();
  const givenName = useGivenName();
  const objectName = useObjectName();
  const { catalog } = useCatalog();
  const [shortening, setShortening] = useState<Grant | null>(null);
  const [revoking, setRevoking] = useState<Grant | null>(null);
  const actions = useActions(setShortening, setRevoking);
  const people = usePeopleById((grants ?? []).flatMap((one) => [one.userId, one.grantedBy, one.delegatedBy]));
  const who: Column<Grant> = {
    label: "app.grants.who",
    cell: ({ userId }) => (
      <MuiLink component={Link} to={`/members/${userId}/show`} sx={{ fontWeight: 600 }}>
        {personName(people.get(userId), userId)}
      </MuiLink>
    ),
  };
  const columns: Column<Grant>[] = [
    ...(person ? [who] : []),
    {
      label: "app.access.what",
      cell: (grant) => (
        <Stack direction="row" spacing={0.5} useFlexGap sx={{ flexWrap: "wrap", alignItems: "center" }}>
          {grant.effect === "deny" && <Chip label={translate("app.grants.deny")} color="error" />}
          <span>{givenName(grant, catalog)}</span>
          {grant.delegatedBy && <Chip label={translate("app.grants.delegation")} />}
        </Stack>
      ),
    },
    { label: "app.access.on", cell: (grant) => objectName(grant.objectKind, grant.objectId) },
    { label: "app.grants.from", cell: (grant) => <Moment at={grant.startsAt} /> },
    { label: "app.grants.to", cell: (grant) => <Ends grant={grant} /> },
    {
      label: "app.grants.by",
      cell: ({ delegatedBy, grantedBy, reason }) => (
        <>
          {personName(people.get(delegatedBy ?? grantedBy ?? ""), delegatedBy ?? grantedBy)}
          {reason && (
            <Typography variant="body2" color="textSecondary">
              {reason}
            </Typography>
          )}
        </>
      ),
    },
    actions,
  ];
  return (
    <>
      <PlainTable rows={grants} columns={columns} keyOf={(grant) => grant.id} empty={empty} />
      {shortening && <ShortenDialog grant={shortening} onClose={() => setShortening(null)} />}
      {revoking && (
        <AskDialog
          title={translate("app.grants.revoke_title")}
          text={translate(revoking.effect === "deny" ? "app.grants.revoke_denial" : "app.grants.revoke_text")}
          confirm={translate("app.access.revoke")}
          done="app.grants.revoked"
          act={() => change("revokeGrant", { grantId: revoking.id })}
          onClose={() => setRevoking(null)}
        />
      )}
    </>
  );
}
