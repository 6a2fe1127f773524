import { Link as MuiLink, Stack, Typography } from "@mui/material";
import { useState } from "react";
import { Link, useTranslate } from "react-admin";
import { useParams } from "react-router-dom";
import { Gate } from "../access/Gate.tsx";
import { type Column, PlainTable } from "../access/PlainTable.tsx";
import { Pager } from "../audit/Pager.tsx";
import { Ago, Duration } from "../components/Figures.tsx";
import { Page } from "../components/Page.tsx";
import { ProblemAlert } from "../components/ProblemAlert.tsx";
import { Section } from "../components/Section.tsx";
import { Tile, Tiles } from "../components/Tiles.tsx";
import { hintOf, problemOf, told } from "../providers/errors.ts";
import { StatusChip } from "../runs/StatusChip.tsx";
import { BackfillActions, Progress, TargetLink } from "./parts.tsx";
import { type Backfill, SLICES, type Slice, useBackfill } from "./useBackfills.ts";

const MAX_LOADS = 5;

function Loads({ slice }: { slice: Slice }) {
  const translate = useTranslate();
  const load = slice.pipelineRun?.runId;
  const ids = slice.pull?.runIds.slice(0, MAX_LOADS) ?? (load ? [load] : []);
  if (ids.length === 0) return <>–</>;
  return (
    <Stack>
      {ids.map((id, index) => (
        <MuiLink key={id} component={Link} to={`/runs/${id}/show`}>
          {translate("app.ingest.pull.load", { number: index + 1 })}
        </MuiLink>
      ))}
    </Stack>
  );
}

const COLUMNS: Column<Slice>[] = [
  { label: "app.backfill.slice", align: "right", cell: ({ position }) => position },
  { label: "app.backfill.from", cell: ({ rangeFrom }) => rangeFrom },
  { label: "app.backfill.before", cell: ({ rangeTo }) => rangeTo },
  {
    label: "app.run.status.label",
    cell: ({ state, error }) => (
      <Stack spacing={0.5} sx={{ alignItems: "flex-start", maxWidth: 420 }}>
        <StatusChip status={state} />
        {error && (
          <Typography variant="body2" color="error">
            {told(error)}
          </Typography>
        )}
        {error?.hint && (
          <Typography variant="body2" color="textSecondary">
            {hintOf(error)}
          </Typography>
        )}
      </Stack>
    ),
  },
  { label: "app.dataset.loads", cell: (slice) => <Loads slice={slice} /> },
  {
    label: "app.run.took",
    cell: ({ startedAt, endedAt }) => <Duration from={startedAt} to={endedAt} />,
  },
];

function Head({ backfill }: { backfill: Backfill }) {
  const translate = useTranslate();
  const word = (key: string) => translate(`app.backfill.${key}`);
  return (
    <Tiles>
      <Tile label={translate("app.run.status.label")}>
        <StatusChip status={backfill.state} />
      </Tile>
      <Tile label={word("progress")}>
        <Progress backfill={backfill} width="100%" />
      </Tile>
      <Tile label={word("step")}>{backfill.step}</Tile>
      {backfill.pipeline && (
        <Tile label={word("at_once")}>
          {backfill.atOnce}
          {backfill.newestFirst && ` · ${word("newest_first")}`}
        </Tile>
      )}
      <Tile label={translate("app.run.when")}>
        <Ago at={backfill.createdAt} />
      </Tile>
      <Tile label={translate("app.run.took")}>
        <Duration from={backfill.createdAt} to={backfill.endedAt} />
      </Tile>
    </Tiles>
  );
}

/** One range that is read again: how far it is, and what became of every slice. */
export default function BackfillShow() {
  const translate = useTranslate();
  const { id = "" } = useParams();
  const [page, setPage] = useState(0);
  const { backfill, slices, error } = useBackfill(id, page);
  const title = backfill ? `${backfill.rangeFrom} → ${backfill.rangeTo}` : translate("app.backfill.one");
  return (
    <Gate permissions={["datasource.view", "pipeline.view"]} title={translate("app.backfill.one")}>
      <Page
        title={title}
        crumbs={[{ label: translate("app.backfill.title"), to: "/backfills" }]}
        subtitle={backfill && <TargetLink backfill={backfill} />}
        actions={backfill && <BackfillActions backfill={backfill} />}
      >
        {error ? <ProblemAlert problem={problemOf(error)} /> : null}
        {backfill === null && (
          <ProblemAlert
            severity="warning"
            problem={{ code: "NOT_FOUND", message: translate("app.backfill.gone") }}
          />
        )}
        {backfill && (
          <Stack spacing={2}>
            {backfill.error && (
              <ProblemAlert problem={backfill.error} title={translate("app.backfill.stopped")} />
            )}
            {backfill.state === "running" && backfill.reason && (
              <ProblemAlert
                severity="info"
                title={translate("app.backfill.waits")}
                problem={{ message: backfill.reason }}
              />
            )}
            <Head backfill={backfill} />
            <Section
              flush
              title={translate("app.backfill.slices")}
              hint={translate(backfill.atOnce > 1 ? "app.backfill.slices_many" : "app.backfill.slices_hint")}
            >
              <PlainTable
                rows={slices}
                columns={COLUMNS}
                keyOf={({ position }) => String(position)}
                empty="app.backfill.empty"
              />
            </Section>
            {backfill.slices > SLICES && (
              <Pager page={page} more={(page + 1) * SLICES < backfill.slices} onChange={setPage} />
            )}
          </Stack>
        )}
      </Page>
    </Gate>
  );
}
