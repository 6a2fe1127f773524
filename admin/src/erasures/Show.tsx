import DownloadIcon from "@mui/icons-material/Download";
import { Button, Link as MuiLink, Stack, Typography } from "@mui/material";
import type { ReactNode } from "react";
import { Link, useTranslate } from "react-admin";
import { useParams } from "react-router-dom";
import { Gate } from "../access/Gate.tsx";
import { PlainTable } from "../access/PlainTable.tsx";
import { personName, useActorName, usePeopleById } from "../access/usePeople.ts";
import { useAct } from "../account/useAct.ts";
import { Moment } from "../components/Figures.tsx";
import { Page } from "../components/Page.tsx";
import { ProblemAlert } from "../components/ProblemAlert.tsx";
import { Section } from "../components/Section.tsx";
import { Tile, Tiles } from "../components/Tiles.tsx";
import { useMay } from "../layout/useSession.ts";
import { problemOf } from "../providers/errors.ts";
import { Approval } from "./Approval.tsx";
import { FoundTable, NotErased, Progress, StateChip, useDatasetNames } from "./parts.tsx";
import { saveReport } from "./report.ts";
import { type Erasure, isSearch, useErasure, useTrail } from "./useErasures.ts";

function Facts({ erasure, names }: { erasure: Erasure; names: string[] }) {
  const translate = useTranslate();
  const actorName = useActorName();
  const people = usePeopleById([erasure.requestedBy, erasure.decidedBy]);
  const tile = (label: string, value: ReactNode) => (
    <Tile label={translate(`app.erasure.${label}`)}>{value}</Tile>
  );
  return (
    <Tiles>
      {tile("state.label", <StateChip state={erasure.state} />)}
      {tile("datasets", names.join(", "))}
      {tile("by", actorName(people, erasure.requestedBy))}
      {tile("when", <Moment at={erasure.createdAt} />)}
      {erasure.decidedAt &&
        tile(erasure.approved ? "approved_by" : "refused_by", actorName(people, erasure.decidedBy))}
      {erasure.decisionNote && tile("note", erasure.decisionNote)}
      {tile("finished", <Moment at={erasure.finishedAt} />)}
    </Tiles>
  );
}

function Proof({ erasure }: { erasure: Erasure }) {
  const translate = useTranslate();
  const maySeeTrail = useMay("audit.view");
  const events = useTrail(erasure.id, maySeeTrail);
  const people = usePeopleById((events ?? []).map(({ actorId }) => actorId));
  return (
    <Section flush title={translate("app.erasure.proof")} hint={translate("app.erasure.proof_hint")}>
      {maySeeTrail ? (
        <PlainTable
          rows={events}
          keyOf={({ id }) => id}
          empty="app.audit.none"
          columns={[
            { label: "app.audit.when", cell: ({ at }) => <Moment at={at} /> },
            { label: "app.audit.what", cell: ({ action }) => <code>{action}</code> },
            {
              label: "app.audit.who",
              cell: ({ actorId, actorKind }) =>
                actorId
                  ? personName(people.get(actorId), actorId)
                  : translate(`app.security.actors.${actorKind}`, { _: actorKind }),
            },
            {
              label: "app.erasure.proof",
              cell: ({ id }) => (
                <MuiLink component={Link} to={`/audit/event/${id}`}>
                  {translate("app.erasure.verify")}
                </MuiLink>
              ),
            },
          ]}
        />
      ) : (
        <Typography sx={{ px: 2, pb: 2 }} color="textSecondary">
          {translate("app.erasure.no_events")}
        </Typography>
      )}
    </Section>
  );
}

function Report({ erasure, names }: { erasure: Erasure; names: string[] }) {
  const translate = useTranslate();
  const maySeeTrail = useMay("audit.view");
  const save = useAct(() => saveReport(erasure, names, maySeeTrail));
  return (
    <Section title={translate("app.erasure.report")} hint={translate("app.erasure.report_hint")}>
      <Button variant="contained" startIcon={<DownloadIcon />} loading={save.busy} onClick={() => save.act()}>
        {translate("app.erasure.report")}
      </Button>
      {save.problem && <ProblemAlert problem={save.problem} />}
    </Section>
  );
}

/** One request: how far it is, what it found or erased, and the proof of it. */
export default function ErasureShow() {
  const translate = useTranslate();
  const { id = "" } = useParams();
  const { erasure, error } = useErasure(id);
  const namesOf = useDatasetNames();
  const names = namesOf(erasure?.datasetIds ?? []);
  const title = translate(
    erasure ? `app.erasure.${isSearch(erasure) ? "search" : "erasure"}` : "app.erasure.one",
  );
  return (
    <Gate permissions={["compliance.view"]} title={title}>
      <Page
        title={title}
        subtitle={erasure?.reason}
        crumbs={[{ label: translate("app.erasure.title"), to: "/erasures" }]}
      >
        {error ? <ProblemAlert problem={problemOf(error)} /> : null}
        {erasure === null && (
          <ProblemAlert
            severity="warning"
            problem={{ code: "NOT_FOUND", message: translate("app.erasure.gone") }}
          />
        )}
        {erasure && (
          <Stack spacing={2}>
            <Progress erasure={erasure} />
            {erasure.state === "approval" && <Approval erasure={erasure} />}
            <Facts erasure={erasure} names={names} />
            <Section flush title={translate(`app.erasure.places_${erasure.dryRun ? "search" : "done"}`)}>
              <FoundTable found={erasure.found} />
            </Section>
            <Section title={translate("app.erasure.not_erased")}>
              <NotErased names={names} notes={erasure.notes} />
            </Section>
            <Proof erasure={erasure} />
            {erasure.finishedAt && <Report erasure={erasure} names={names} />}
          </Stack>
        )}
      </Page>
    </Gate>
  );
}
