import { Box, Button, Chip, Stack, Typography } from "@mui/material";
import { useState } from "react";
import { useTranslate } from "react-admin";
import { type Nodes, useAccess } from "../access/api.ts";
import { lengthText } from "../access/duration.ts";
import { Gate } from "../access/Gate.tsx";
import { useGivenName } from "../access/names.ts";
import { type Column, PlainTable } from "../access/PlainTable.tsx";
import { useCatalog } from "../access/useCatalog.ts";
import { type Person, personName, usePeopleById } from "../access/usePeople.ts";
import { Ago } from "../components/Figures.tsx";
import { Page } from "../components/Page.tsx";
import { ProblemAlert } from "../components/ProblemAlert.tsx";
import { Section } from "../components/Section.tsx";
import { useLanguage } from "../components/useLanguage.ts";
import { useObjectName } from "../grants/GrantsTable.tsx";
import { useMay, useSession } from "../layout/useSession.ts";
import { problemOf } from "../providers/errors.ts";
import { DecideDialog } from "./DecideDialog.tsx";
import { type AccessRequest, REQUEST_FIELDS } from "./types.ts";

const LOOK_EVERY_MS = 15_000;

const REQUESTS = `query Requests {
  open: requests(first: 200, orderBy: [CREATED_AT_ASC, PRIMARY_KEY_ASC],
                 filter: { status: { equalTo: "pending" } }) { nodes { ${REQUEST_FIELDS} } }
  done: requests(first: 200, orderBy: [DECIDED_AT_DESC, PRIMARY_KEY_ASC],
                 filter: { status: { notEqualTo: "pending" } }) { nodes { ${REQUEST_FIELDS} } }
  orgSecurities(first: 1) { nodes { fourEyes } }
}`;

type People = Map<string, Person>;

/** Who has said what, and who is still missing. */
function Voices({
  request,
  people,
  fourEyes,
}: {
  request: AccessRequest;
  people: People;
  fourEyes: boolean;
}) {
  const translate = useTranslate();
  const said = request.requestDecisions.nodes;
  return (
    <Stack spacing={0.5}>
      {said.map((voice) => (
        <Box key={voice.userId}>
          <Chip
            label={`${translate(voice.approved ? "app.requests.approved_by" : "app.requests.refused_by")} ${personName(people.get(voice.userId), voice.userId)}`}
            color={voice.approved ? "success" : "error"}
          />
          {voice.note && (
            <Typography variant="body2" color="textSecondary">
              {voice.note}
            </Typography>
          )}
        </Box>
      ))}
      {request.status === "pending" && (said.length > 0 || fourEyes) && (
        <Typography variant="body2" color="textSecondary">
          {translate("app.requests.four_eyes", { said: said.length })}
        </Typography>
      )}
    </Stack>
  );
}

const STATUS_COLOUR = {
  pending: "info",
  approved: "success",
  refused: "error",
  withdrawn: "default",
} as const;

function useColumns(people: People): Column<AccessRequest>[] {
  const locale = useLanguage();
  const givenName = useGivenName();
  const objectName = useObjectName();
  const { catalog } = useCatalog();
  const lasting = (request: AccessRequest) => lengthText(locale, request.duration);
  return [
    {
      label: "app.grants.who",
      cell: (request) => (
        <Box sx={{ fontWeight: 600 }}>{personName(people.get(request.userId), request.userId)}</Box>
      ),
    },
    { label: "app.access.what", cell: (request) => givenName(request, catalog) },
    {
      label: "app.access.on",
      cell: (request) => (
        <>
          {objectName(request.objectKind, request.objectId)}
          {request.columns.length > 0 && (
            <Typography variant="body2" color="textSecondary">
              {request.columns.join(", ")}
            </Typography>
          )}
        </>
      ),
    },
    { label: "app.grants.lasts", cell: lasting },
    { label: "app.access.reason_label", cell: (request) => request.reason },
    { label: "app.requests.asked", cell: (request) => <Ago at={request.createdAt} /> },
  ];
}

function useActions(decide: (request: AccessRequest, approved: boolean) => void): Column<AccessRequest> {
  const translate = useTranslate();
  const mayDecide = useMay("role.approve");
  const own = useSession()?.user.id;
  return {
    label: null,
    cell: (request) => {
      if (request.userId === own)
        return <Typography variant="body2">{translate("app.requests.own")}</Typography>;
      if (request.requestDecisions.nodes.some(({ userId }) => userId === own))
        return <Typography variant="body2">{translate("app.requests.said")}</Typography>;
      if (!mayDecide) return null;
      return (
        <>
          <Button variant="contained" onClick={() => decide(request, true)} sx={{ mr: 1 }}>
            {translate("app.requests.approve")}
          </Button>
          <Button color="error" onClick={() => decide(request, false)}>
            {translate("app.requests.refuse")}
          </Button>
        </>
      );
    },
  };
}

function Content() {
  const translate = useTranslate();
  const [deciding, setDeciding] = useState<{ request: AccessRequest; approved: boolean } | null>(null);
  const { data, error } = useAccess<{
    open: Nodes<AccessRequest>;
    done: Nodes<AccessRequest>;
    orgSecurities: Nodes<{ fourEyes: boolean }>;
  }>(REQUESTS, {}, { every: LOOK_EVERY_MS });
  const all = [...(data?.open.nodes ?? []), ...(data?.done.nodes ?? [])];
  const people = usePeopleById(
    all.flatMap((one) => [one.userId, ...one.requestDecisions.nodes.map(({ userId }) => userId)]),
  );
  const columns = useColumns(people);
  const actions = useActions((request, approved) => setDeciding({ request, approved }));
  const voices: Column<AccessRequest> = {
    label: "app.requests.voices",
    cell: (request) => (
      <Voices request={request} people={people} fourEyes={data?.orgSecurities.nodes[0]?.fourEyes ?? false} />
    ),
  };
  const status: Column<AccessRequest> = {
    label: "app.requests.status",
    cell: ({ status: is }) => (
      <Chip label={translate(`app.requests.states.${is}`)} color={STATUS_COLOUR[is]} />
    ),
  };
  const decided: Column<AccessRequest> = {
    label: "app.requests.decided",
    cell: (request) => <Ago at={request.decidedAt} />,
  };
  return (
    <Stack spacing={2}>
      {error ? <ProblemAlert problem={problemOf(error)} /> : null}
      <Section title={translate("app.requests.inbox")} hint={translate("app.requests.inbox_hint")} flush>
        <PlainTable
          rows={data?.open.nodes}
          columns={[...columns, voices, actions]}
          keyOf={(request) => request.id}
          empty="app.requests.none"
        />
      </Section>
      <Section title={translate("app.requests.history")} flush>
        <PlainTable
          rows={data?.done.nodes}
          columns={[...columns, status, voices, decided]}
          keyOf={(request) => request.id}
          empty="app.requests.no_history"
        />
      </Section>
      {deciding && <DecideDialog {...deciding} onClose={() => setDeciding(null)} />}
    </Stack>
  );
}

/** Requests for access that wait for a decision, and what became of earlier ones. */
export default function RequestList() {
  const translate = useTranslate();
  const title = translate("app.requests.title");
  return (
    <Gate permissions={["role.approve", "audit.view"]} title={title}>
      <Page title={title} subtitle={translate("app.requests.subtitle")}>
        <Content />
      </Page>
    </Gate>
  );
}
