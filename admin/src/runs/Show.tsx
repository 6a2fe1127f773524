import { Chip, Stack, Typography } from "@mui/material";
import { Suspense } from "react";
import { useGetOne, useTranslate } from "react-admin";
import { useParams } from "react-router-dom";
import { Ago, Bytes, Duration } from "../components/Figures.tsx";
import { toNumber } from "../components/format.ts";
import { lazily } from "../components/lazily.ts";
import { Page } from "../components/Page.tsx";
import { ProblemAlert } from "../components/ProblemAlert.tsx";
import { Section } from "../components/Section.tsx";
import { useUndone } from "../history/api.ts";
import { UndoNotice } from "../history/RunUndo.tsx";
import { useMay } from "../layout/useSession.ts";
import { problemOf } from "../providers/errors.ts";
import { Counts } from "./CountsBar.tsx";
import { Inspection } from "./Inspection.tsx";
import { ProposalPanel } from "./proposal/ProposalPanel.tsx";
import { useProposal } from "./proposal/useProposal.ts";
import { Rejected } from "./Rejected.tsx";
import { RunActions, RunProblem } from "./RunActions.tsx";
import { StatusChip } from "./StatusChip.tsx";
import { Steps } from "./Steps.tsx";
import { Timeline } from "./timeline/Timeline.tsx";
import type { Run } from "./types.ts";
import { useRun } from "./useRun.ts";

const RunQuality = lazily(() => import("../quality/RunQuality.tsx"));

function Subtitle({ run }: { run: Run }) {
  const translate = useTranslate();
  const { data: file } = useGetOne("files", { id: run.fileId });
  return (
    <Stack direction="row" useFlexGap spacing={1} sx={{ flexWrap: "wrap", alignItems: "center" }}>
      <StatusChip status={run.status} />
      {run.mode && <Chip label={translate(`app.mode.${run.mode}`)} />}
      {run.replayOf && <Chip label={translate("app.run.replay")} />}
      <Typography component="span" variant="body2">
        {file && (
          <>
            {String(file.fileName)} · <Bytes value={file.sizeBytes} /> ·{" "}
          </>
        )}
        <Ago at={run.createdAt} />
        {run.startedAt && run.finishedAt && (
          <>
            {" · "}
            <Duration from={run.startedAt} to={run.finishedAt} />
          </>
        )}
      </Typography>
    </Stack>
  );
}

export default function RunShow() {
  const translate = useTranslate();
  const { id = "" } = useParams();
  const { run, error, steps, moving, refetch } = useRun(id);
  const waiting = useProposal(id, run?.status === "held");
  // An undo is one transaction, without steps.
  const undone = useUndone(id);
  const maySeeQuality = useMay("quality.view");
  const crumbs = [{ label: translate("app.run.title"), to: "/runs" }];
  if (!run) {
    return (
      <Page title={translate("app.run.one")} crumbs={crumbs}>
        {error ? <ProblemAlert problem={problemOf(error)} /> : null}
      </Page>
    );
  }
  const read = toNumber(run.readRows) > 0 || run.status === "succeeded";
  return (
    <Page
      title={run.datasetName}
      crumbs={crumbs}
      subtitle={<Subtitle run={run} />}
      actions={<RunActions run={run} moving={moving} refetch={refetch} />}
    >
      <Stack spacing={2}>
        <UndoNotice run={run} />
        {waiting !== undefined && !(waiting && !waiting.isAdvice) && (
          <RunProblem run={run} refetch={refetch} />
        )}
        {waiting && <ProposalPanel key={run.id} run={run} proposal={waiting} refetch={refetch} />}
        {run.status !== "duplicate" && !(undone?.undoOf && steps.length === 0) && (
          <Section title={translate("app.run.steps")}>
            <Steps run={run} steps={steps} />
          </Section>
        )}
        {steps.length > 0 && <Timeline run={run} steps={steps} />}
        {read && (
          <Section title={translate("app.run.counts.title")}>
            <Counts run={run} />
          </Section>
        )}
        {maySeeQuality && run.datasetId !== null && !moving && (
          <Suspense>
            <RunQuality runId={run.id} datasetId={run.datasetId} datasetName={run.datasetName} />
          </Suspense>
        )}
        {toNumber(run.rejectedRows) > 0 && !moving && <Rejected run={run} />}
        {run.datasetId !== null && !moving && <Inspection run={run} />}
      </Stack>
    </Page>
  );
}
