import PauseIcon from "@mui/icons-material/Pause";
import PlayIcon from "@mui/icons-material/PlayArrow";
import { Box, Button, Chip, Link as MuiLink, Stack, Typography } from "@mui/material";
import { useState } from "react";
import { Link, useTranslate } from "react-admin";
import { Gate } from "../access/Gate.tsx";
import { PlainTable } from "../access/PlainTable.tsx";
import { CopyButton } from "../account/Secret.tsx";
import { Ago, Count, Duration } from "../components/Figures.tsx";
import { toNumber } from "../components/format.ts";
import { Page } from "../components/Page.tsx";
import { ProblemAlert } from "../components/ProblemAlert.tsx";
import { Section } from "../components/Section.tsx";
import { useSession } from "../layout/useSession.ts";
import { problemOf } from "../providers/errors.ts";
import { StatusChip } from "../runs/StatusChip.tsx";
import { type Batch, type Change, type StreamState, useStreams } from "./useStreams.ts";

function Waiting({ states }: { states: StreamState[] | undefined }) {
  const translate = useTranslate();
  return (
    <Section
      flush
      title={translate("app.ingest.stream.waiting")}
      hint={translate("app.ingest.stream.waiting_hint")}
    >
      <PlainTable
        rows={states}
        keyOf={({ datasetId }) => datasetId}
        empty="app.ingest.stream.nothing_waits"
        columns={[
          { label: "app.ingest.source.dataset", cell: ({ dataset }) => <strong>{dataset}</strong> },
          {
            label: "app.ingest.stream.events",
            align: "right",
            cell: ({ waiting }) => <Count value={waiting} />,
          },
          {
            label: "app.ingest.stream.since",
            cell: ({ waitingSince }) => <Duration from={waitingSince} />,
          },
        ]}
      />
    </Section>
  );
}

function Batches({ batches }: { batches: Batch[] | undefined }) {
  const translate = useTranslate();
  return (
    <Section
      flush
      title={translate("app.ingest.stream.batches")}
      hint={translate("app.ingest.stream.batches_hint")}
    >
      <PlainTable
        rows={batches}
        keyOf={({ id }) => id}
        empty="app.ingest.stream.no_batches"
        columns={[
          {
            label: "app.ingest.source.dataset",
            cell: ({ id, datasetName }) => (
              <MuiLink component={Link} to={`/runs/${id}/show`} sx={{ fontWeight: 600 }}>
                {datasetName}
              </MuiLink>
            ),
          },
          { label: "app.run.status.label", cell: ({ status }) => <StatusChip status={status} /> },
          {
            label: "app.ingest.stream.events",
            align: "right",
            cell: ({ readRows }) => <Count value={readRows} />,
          },
          {
            label: "app.run.counts.rejected",
            align: "right",
            cell: ({ rejectedRows }) => (
              <Typography
                component="span"
                variant="body2"
                color={toNumber(rejectedRows) > 0 ? "error" : "textPrimary"}
              >
                <Count value={rejectedRows} />
              </Typography>
            ),
          },
          { label: "app.run.when", cell: ({ createdAt }) => <Ago at={createdAt} /> },
          {
            label: "app.run.took",
            cell: ({ startedAt, finishedAt }) => <Duration from={startedAt} to={finishedAt} />,
          },
        ]}
      />
    </Section>
  );
}

const FIGURES = ["inserted", "updated", "deleted"] as const;

function Feed({ changes }: { changes: Change[] | undefined }) {
  const translate = useTranslate();
  return (
    <Section
      flush
      title={translate("app.ingest.stream.feed")}
      hint={translate("app.ingest.stream.feed_hint")}
    >
      <PlainTable
        rows={changes}
        keyOf={({ number }) => number}
        empty="app.ingest.stream.no_changes"
        columns={[
          {
            label: "app.ingest.source.dataset",
            cell: ({ dataset }) =>
              dataset ? (
                <MuiLink component={Link} to={`/records/${dataset.name}`} sx={{ fontWeight: 600 }}>
                  {dataset.name}
                </MuiLink>
              ) : (
                "–"
              ),
          },
          {
            label: "app.ingest.stream.change",
            cell: ({ kind }) => <Chip label={translate(`app.ingest.stream.kinds.${kind}`, { _: kind })} />,
          },
          ...FIGURES.map((name) => ({
            label: `app.run.counts.${name}`,
            align: "right" as const,
            cell: (change: Change) => <Count value={change[`${name}Rows`]} />,
          })),
          {
            label: "app.ingest.pipeline.load",
            cell: ({ runId }) =>
              runId ? (
                <MuiLink component={Link} to={`/runs/${runId}/show`}>
                  {translate("app.ingest.pipeline.to_load")}
                </MuiLink>
              ) : (
                translate("app.record.by_hand")
              ),
          },
          { label: "app.run.when", cell: ({ changedAt }) => <Ago at={changedAt} /> },
        ]}
      />
    </Section>
  );
}

/** How another system sends its events here. */
function Sending() {
  const translate = useTranslate();
  const slug = useSession()?.org?.slug ?? "";
  const command = `curl -X POST ${window.location.origin}/orgs/${slug}/streams/DATASET \\
  -H "Authorization: Bearer API_KEY" -H "Content-Type: application/x-ndjson" \\
  --data-binary @events.ndjson`;
  return (
    <Section
      title={translate("app.ingest.stream.send")}
      hint={translate("app.ingest.stream.send_hint")}
      actions={<CopyButton text={command} label={translate("app.ingest.stream.send")} />}
    >
      <Box
        component="pre"
        sx={{
          m: 0,
          fontSize: "0.8rem",
          whiteSpace: "pre-wrap",
          overflowWrap: "anywhere",
          fontFamily: "monospace",
        }}
      >
        {command}
      </Box>
    </Section>
  );
}

/** Events on their way in, and changes on their way out, as they happen. */
export default function Streams() {
  const translate = useTranslate();
  const [paused, setPaused] = useState(false);
  const { data, error } = useStreams(paused);
  const title = translate("app.ingest.stream.title");
  return (
    <Gate permissions={["run.view"]} title={title}>
      <Page
        title={title}
        subtitle={translate("app.ingest.stream.subtitle")}
        actions={
          <Button
            variant="outlined"
            startIcon={paused ? <PlayIcon /> : <PauseIcon />}
            onClick={() => setPaused(!paused)}
          >
            {translate(paused ? "app.ingest.stream.follow" : "app.ingest.stream.hold")}
          </Button>
        }
      >
        <Stack spacing={2}>
          {error ? <ProblemAlert problem={problemOf(error)} /> : null}
          <Waiting states={data?.streamStates.nodes} />
          <Batches batches={data?.batches.nodes} />
          <Feed changes={data?.datasetChanges.nodes} />
          <Sending />
        </Stack>
      </Page>
    </Gate>
  );
}
