import { Box, Button, Link as MuiLink, Stack, Typography } from "@mui/material";
import { useState } from "react";
import { Link, useTranslate } from "react-admin";
import { useParams } from "react-router-dom";
import { change, type Nodes, useChange } from "../access/api.ts";
import { Gate } from "../access/Gate.tsx";
import { useMayOn } from "../access/useMayOn.ts";
import { personName, usePeopleById } from "../access/usePeople.ts";
import { Ago, Count, Moment } from "../components/Figures.tsx";
import { Page } from "../components/Page.tsx";
import { ProblemAlert } from "../components/ProblemAlert.tsx";
import { Section } from "../components/Section.tsx";
import { Tile, Tiles } from "../components/Tiles.tsx";
import { NOW_AND_THEN_MS, useAsked } from "../connectors/useAsked.ts";
import { useSession } from "../layout/useSession.ts";
import { capital, problemOf } from "../providers/errors.ts";
import { inWords } from "../providers/in-language.ts";
import { IncidentStateChip, SeverityChip } from "../quality/Chips.tsx";
import { Failing, ResultTrend } from "../quality/RuleResults.tsx";
import { definitionOf, fieldsOf, INCIDENT, type Incident } from "../quality/types.ts";
import { useRule } from "../quality/useQuality.ts";
import { type Comment, Comments } from "./Comments.tsx";
import { HandOverDialog, ResolveDialog } from "./Dialogs.tsx";
import { Due } from "./IncidentsTable.tsx";

type Whole = Incident & { incidentComments: Nodes<Comment> };

const ONE = `query Incident($id: UUID!) {
  incidents(first: 1, filter: { id: { equalTo: $id } }) { nodes {
    ${INCIDENT}
    incidentComments(first: 500, orderBy: [CREATED_AT_ASC]) { nodes { id authorId body createdAt } }
  } }
}`;

function Actions({ incident, onAsk }: { incident: Incident; onAsk: (what: "resolve" | "hand") => void }) {
  const translate = useTranslate();
  const me = useSession()?.user.id;
  const mayEdit = useMayOn("quality.edit", incident.datasetId);
  const mayResolve = useMayOn("quality.approve", incident.datasetId);
  const word = (key: string) => translate(`app.incident.${key}`);
  const set = (values: object) => change("changeIncident", { incidentId: incident.id, ...values });
  const take = useChange(() => set({ assigneeId: me, state: "acknowledged" }), "app.incident.taken");
  const acknowledge = useChange(() => set({ state: "acknowledged" }), "app.incident.acknowledged");
  const reopen = useChange(() => set({ state: "open" }), "app.incident.reopened");
  const problem = take.problem ?? acknowledge.problem ?? reopen.problem;
  if (incident.state === "resolved") return null;
  return (
    <Stack spacing={1}>
      <Stack direction="row" useFlexGap spacing={1} sx={{ flexWrap: "wrap" }}>
        {mayEdit && (
          <>
            {incident.assigneeId !== me && (
              <Button variant="outlined" loading={take.busy} onClick={() => take.act()}>
                {word("take")}
              </Button>
            )}
            <Button variant="outlined" onClick={() => onAsk("hand")}>
              {word("hand_over")}
            </Button>
            {incident.state === "open" ? (
              <Button loading={acknowledge.busy} onClick={() => acknowledge.act()}>
                {word("acknowledge")}
              </Button>
            ) : (
              <Button loading={reopen.busy} onClick={() => reopen.act()}>
                {word("reopen")}
              </Button>
            )}
          </>
        )}
        {mayResolve && (
          <Button variant="contained" onClick={() => onAsk("resolve")}>
            {word("resolve")}
          </Button>
        )}
      </Stack>
      {problem && <ProblemAlert problem={problem} />}
    </Stack>
  );
}

function Facts({ incident }: { incident: Incident }) {
  const translate = useTranslate();
  const people = usePeopleById([incident.assigneeId, incident.resolvedBy]);
  const tile = (key: string, content: React.ReactNode) => (
    <Tile label={translate(`app.incident.${key}`)}>{content}</Tile>
  );
  return (
    <Tiles>
      {tile(
        "assignee",
        incident.assigneeId
          ? personName(people.get(incident.assigneeId), incident.assigneeId)
          : translate("app.incident.nobody"),
      )}
      {tile("occurrences", <Count value={incident.occurrences} />)}
      {tile("opened", <Ago at={incident.openedAt} />)}
      {tile("last", <Ago at={incident.lastAt} />)}
      {tile(incident.state === "resolved" ? "resolved" : "due", <Due incident={incident} />)}
    </Tiles>
  );
}

function Evidence({ incident }: { incident: Incident }) {
  const translate = useTranslate();
  const { rule, results } = useRule(incident.datasetId, incident.ruleName);
  const version = rule?.ruleVersions.nodes.find((one) => one.version === rule.deployedVersion);
  const fields = version ? fieldsOf(definitionOf(incident.ruleName, version)) : [];
  const load = results?.find(({ checkId }) => checkId === incident.lastCheck);
  return (
    <Stack spacing={2}>
      {load && (
        <Section
          title={translate("app.incident.load")}
          actions={
            incident.dataset && (
              <MuiLink component={Link} to={`/quality/${incident.dataset.name}/rules/${incident.ruleName}`}>
                {translate("app.incident.rule")} {incident.ruleName}
              </MuiLink>
            )
          }
        >
          <Typography>
            {capital(inWords(load.message))} · <Moment at={load.checkedAt} />
          </Typography>
          {load.runId && (
            <MuiLink component={Link} to={`/runs/${load.runId}/show`}>
              {translate("app.ingest.pipeline.to_load")}
            </MuiLink>
          )}
        </Section>
      )}
      <ResultTrend results={results ?? []} title={translate("app.incident.trend")} />
      <Failing
        datasetId={incident.datasetId}
        check={incident.lastCheck}
        rule={incident.ruleName}
        fields={fields}
      />
    </Stack>
  );
}

function Room({ incident }: { incident: Whole }) {
  const translate = useTranslate();
  const [asking, setAsking] = useState<"resolve" | "hand" | null>(null);
  const mayComment = useMayOn("quality.edit", incident.datasetId);
  const close = () => setAsking(null);
  return (
    <Page
      title={capital(inWords(incident.title))}
      crumbs={[
        { label: translate("app.incident.title"), to: "/incidents" },
        ...(incident.dataset
          ? [{ label: incident.dataset.name, to: `/quality/${incident.dataset.name}` }]
          : []),
      ]}
      subtitle={
        <Stack direction="row" spacing={1}>
          <IncidentStateChip state={incident.state} />
          <SeverityChip severity={incident.severity} />
        </Stack>
      }
      actions={<Actions incident={incident} onAsk={setAsking} />}
    >
      <Stack spacing={2}>
        <Facts incident={incident} />
        <Box sx={{ display: "grid", gap: 2, gridTemplateColumns: { lg: "2fr 1fr" }, alignItems: "start" }}>
          <Box sx={{ minWidth: 0 }}>
            <Evidence incident={incident} />
          </Box>
          <Comments
            incidentId={incident.id}
            comments={incident.incidentComments.nodes}
            mayComment={mayComment}
          />
        </Box>
      </Stack>
      {asking === "resolve" && <ResolveDialog incidentId={incident.id} onClose={close} />}
      {asking === "hand" && <HandOverDialog incidentId={incident.id} onClose={close} />}
    </Page>
  );
}

/** One incident: what failed, the rows, whose it is, what was said. */
export default function IncidentShow() {
  const translate = useTranslate();
  const { id = "" } = useParams();
  const { data, error } = useAsked<{ incidents: Nodes<Whole> }>(
    ONE,
    { id },
    { every: () => NOW_AND_THEN_MS },
  );
  const incident = data?.incidents.nodes[0];
  const title = translate("app.incident.one");
  return (
    <Gate permissions={["quality.view"]} title={title}>
      {incident ? (
        <Room incident={incident} />
      ) : (
        <Page title={title} crumbs={[{ label: translate("app.incident.title"), to: "/incidents" }]}>
          {error ? <ProblemAlert problem={problemOf(error)} /> : null}
          {data && (
            <ProblemAlert
              severity="warning"
              problem={{ code: "NOT_FOUND", message: translate("app.incident.gone") }}
            />
          )}
        </Page>
      )}
    </Gate>
  );
}
