import { Box, Button, Link as MuiLink, Stack, Typography } from "@mui/material";
import { Link, useTranslate } from "react-admin";
import { change, useChange } from "../access/api.ts";
import { PlainTable } from "../access/PlainTable.tsx";
import { personName, usePeopleById } from "../access/usePeople.ts";
import { Ago, Count, Duration } from "../components/Figures.tsx";
import { ProblemAlert } from "../components/ProblemAlert.tsx";
import { Section } from "../components/Section.tsx";
import { useMay } from "../layout/useSession.ts";
import { hintOf, told } from "../providers/errors.ts";
import { StatusChip } from "../runs/StatusChip.tsx";
import { type Execution, isOpen } from "./usePipelines.ts";

function State({ run }: { run: Execution }) {
  const translate = useTranslate();
  return (
    <Stack spacing={0.5} sx={{ alignItems: "flex-start", maxWidth: 420 }}>
      <StatusChip status={run.status} />
      {run.rerunFrom && (
        <Typography variant="body2" color="textSecondary">
          {translate(`app.schedule.again_from.${run.rerunFrom}`)}
        </Typography>
      )}
      {run.error && (
        <Box>
          <Typography variant="body2" color={run.status === "failed" ? "error" : "textSecondary"}>
            {run.error.step ? `${translate("app.ingest.pipeline.wrong_at", { step: run.error.step })}: ` : ""}
            {told(run.error)}
          </Typography>
          {run.error.hint && (
            <Typography variant="body2" color="textSecondary">
              {hintOf(run.error)}
            </Typography>
          )}
          {run.status === "waiting" && run.error.retry_at && (
            <Typography variant="body2" color="textSecondary">
              {translate("app.ingest.next_try")} <Ago at={run.error.retry_at} />
            </Typography>
          )}
        </Box>
      )}
    </Stack>
  );
}

/** Rows after each step, as far as the execution came. */
function Steps({ run }: { run: Execution }) {
  const translate = useTranslate();
  return (
    <Typography variant="body2" component="ol" sx={{ m: 0, p: 0, listStyle: "none" }}>
      {run.pipelineRunSteps.nodes.map(({ position, kind, rowsOut }) => (
        <li key={position}>
          {position === 0
            ? translate("app.ingest.pipeline.input")
            : translate(`app.ingest.pipeline.kinds.${kind}`, { _: kind })}
          : <Count value={rowsOut} />
        </li>
      ))}
    </Typography>
  );
}

/** Every execution: what went in and out, what was wrong, the load that came of it. */
export function Executions({ runs }: { runs: Execution[] | undefined }) {
  const translate = useTranslate();
  const mayRun = useMay("pipeline.execute");
  const people = usePeopleById((runs ?? []).map(({ requestedBy }) => requestedBy));
  const again = useChange(
    (id: string) => change("rerunPipeline", { pipelineRunId: id }),
    "app.ingest.pipeline.started",
  );
  const cancel = useChange(
    (id: string) => change("cancelPipelineRun", { pipelineRunId: id }),
    "app.run.cancelled_done",
  );
  const problem = again.problem ?? cancel.problem;
  return (
    <Section flush title={translate("app.ingest.pipeline.executions")}>
      {problem && <ProblemAlert problem={problem} />}
      <PlainTable
        rows={runs}
        keyOf={({ id }) => id}
        empty="app.ingest.pipeline.never"
        columns={[
          { label: "app.run.status.label", cell: (run) => <State run={run} /> },
          { label: "app.ingest.pipeline.version", align: "right", cell: ({ version }) => version },
          { label: "app.ingest.pipeline.steps", cell: (run) => <Steps run={run} /> },
          {
            label: "app.ingest.pipeline.load",
            cell: ({ runId }) =>
              runId ? (
                <MuiLink component={Link} to={`/runs/${runId}/show`}>
                  {translate("app.ingest.pipeline.to_load")}
                </MuiLink>
              ) : (
                "–"
              ),
          },
          {
            label: "app.ingest.by",
            cell: ({ requestedBy, byService }) =>
              byService
                ? translate("app.ingest.pipeline.service")
                : personName(people.get(requestedBy ?? ""), requestedBy),
          },
          { label: "app.run.when", cell: ({ createdAt }) => <Ago at={createdAt} /> },
          {
            label: "app.run.took",
            cell: ({ startedAt, finishedAt }) => <Duration from={startedAt} to={finishedAt} />,
          },
          {
            label: null,
            cell: (run) =>
              mayRun &&
              (isOpen(run) ? (
                <Button color="error" loading={cancel.busy} onClick={() => cancel.act(run.id)}>
                  {translate("ra.action.cancel")}
                </Button>
              ) : (
                <Button loading={again.busy} onClick={() => again.act(run.id)}>
                  {translate("app.ingest.pipeline.rerun")}
                </Button>
              )),
          },
        ]}
      />
    </Section>
  );
}
