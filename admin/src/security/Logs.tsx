import { Box, Button, Chip, Stack, Typography } from "@mui/material";
import { useState } from "react";
import { useTranslate } from "react-admin";
import { type Nodes, useAccess } from "../access/api.ts";
import { PlainTable } from "../access/PlainTable.tsx";
import { type Person, personName, usePeopleById } from "../access/usePeople.ts";
import { Moment } from "../components/Figures.tsx";
import { ProblemAlert } from "../components/ProblemAlert.tsx";
import { Section } from "../components/Section.tsx";
import { problemOf } from "../providers/errors.ts";

interface Event {
  id: string;
  at: string;
  actorId: string | null;
  actorKind: string;
  action: string;
  objectKind: string | null;
  objectId: string | null;
  outcome: string;
  subjectId: string | null;
  ip: string | null;
  detail: Record<string, unknown>;
}

const PAGE = 50;
const EVENTS = `query Events($first: Int!, $offset: Int!, $filter: EventFilter) {
  events(first: $first, offset: $offset, orderBy: [AT_DESC, PRIMARY_KEY_ASC], filter: $filter) { nodes {
    id at actorId actorKind action objectKind objectId outcome subjectId ip detail
  } }
}`;

const starting = (groups: string[]) => ({
  or: groups.map((group) => ({ action: { startsWith: `${group}.` } })),
});

/** Ways in and out: sessions, factors, passwords, providers. */
const SIGN_INS = starting([
  "session",
  "login",
  "factor",
  "passkey",
  "password",
  "email",
  "identity",
  "account",
  "sql_login",
]);
/** Who may do what: members, roles, grants, policies, settings. */
const ACCESS = starting([
  "member",
  "invitation",
  "role",
  "grant",
  "delegation",
  "request",
  "policy",
  "view",
  "organization",
  "api_key",
  "provider",
  "domain",
  "scim",
  "dataset",
]);

const UUID = /^[0-9a-f]{8}-[0-9a-f-]{27}$/;
const shortId = (id: string | null): string | undefined =>
  id && UUID.test(id) ? `…${id.slice(-8)}` : id?.slice(0, 60);

/** The object of an event: a person's name where it is one. */
function objectOf(event: Event, people: Map<string, Person>): string {
  const person = people.get(event.objectId ?? "");
  return [event.objectKind, person ? personName(person, event.objectId) : shortId(event.objectId)]
    .filter(Boolean)
    .join(" ");
}

function Detail({ detail }: { detail: Record<string, unknown> }) {
  const text = JSON.stringify(detail);
  if (text === "{}") return <>–</>;
  return (
    <Typography
      variant="body2"
      color="textSecondary"
      title={text}
      sx={{
        fontFamily: "monospace",
        maxWidth: 380,
        overflow: "hidden",
        textOverflow: "ellipsis",
        whiteSpace: "nowrap",
      }}
    >
      {text}
    </Typography>
  );
}

function EventLog({ title, hint, filter }: { title: string; hint: string; filter: object }) {
  const translate = useTranslate();
  const [page, setPage] = useState(0);
  const { data, error } = useAccess<{ events: Nodes<Event> }>(EVENTS, {
    first: PAGE,
    offset: page * PAGE,
    filter,
  });
  const rows = data?.events.nodes;
  const people = usePeopleById(
    (rows ?? []).flatMap(({ actorId, subjectId, objectId, objectKind }) => [
      actorId,
      subjectId,
      objectKind === "user" ? objectId : null,
    ]),
  );
  return (
    <Section title={translate(title)} hint={translate(hint)} flush>
      {error ? <ProblemAlert problem={problemOf(error)} /> : null}
      <PlainTable
        rows={rows}
        keyOf={({ id }) => id}
        empty="app.security.no_events"
        columns={[
          {
            label: "app.security.when",
            cell: ({ at }) => (
              <Box component="span" sx={{ whiteSpace: "nowrap" }}>
                <Moment at={at} />
              </Box>
            ),
          },
          {
            label: "app.security.actor",
            cell: ({ actorId, actorKind, subjectId }) => (
              <>
                {actorId
                  ? personName(people.get(actorId), actorId)
                  : translate(`app.security.actors.${actorKind}`, { _: actorKind })}
                {subjectId && (
                  <Typography variant="body2" color="textSecondary">
                    {translate("app.security.as", { name: personName(people.get(subjectId), subjectId) })}
                  </Typography>
                )}
              </>
            ),
          },
          {
            label: "app.security.action",
            cell: ({ action, outcome }) => (
              <Stack direction="row" spacing={0.5} sx={{ alignItems: "center" }}>
                <Box component="code">{action}</Box>
                {outcome === "refused" && <Chip label={translate("app.security.refused")} color="error" />}
              </Stack>
            ),
          },
          { label: "app.security.object", cell: (event) => objectOf(event, people) || "–" },
          { label: "app.members.address", cell: ({ ip }) => ip?.replace(/\/(32|128)$/, "") ?? "–" },
          { label: "app.security.detail", cell: ({ detail }) => <Detail detail={detail} /> },
        ]}
      />
      <Stack direction="row" spacing={1} sx={{ p: 1, justifyContent: "flex-end" }}>
        <Button disabled={page === 0} onClick={() => setPage(page - 1)}>
          {translate("app.page.previous")}
        </Button>
        <Button disabled={(rows?.length ?? 0) < PAGE} onClick={() => setPage(page + 1)}>
          {translate("app.page.next")}
        </Button>
      </Stack>
    </Section>
  );
}

export function SignInLog() {
  return <EventLog title="app.security.rooms.sign-ins" hint="app.security.sign_ins_hint" filter={SIGN_INS} />;
}

export function AccessLog() {
  return <EventLog title="app.security.rooms.log" hint="app.security.log_hint" filter={ACCESS} />;
}
