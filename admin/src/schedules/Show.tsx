import PlayIcon from "@mui/icons-material/PlayArrow";
import { Box, Button, Chip, Link as MuiLink, Stack, Typography } from "@mui/material";
import { useState } from "react";
import { Link, useRedirect, useTranslate } from "react-admin";
import { useParams } from "react-router-dom";
import { AskDialog } from "../access/AskDialog.tsx";
import { change, useChange } from "../access/api.ts";
import { Gate } from "../access/Gate.tsx";
import { PlainTable } from "../access/PlainTable.tsx";
import { Ago, Count, Duration, Moment } from "../components/Figures.tsx";
import { Page } from "../components/Page.tsx";
import { ProblemAlert } from "../components/ProblemAlert.tsx";
import { Section } from "../components/Section.tsx";
import { Tile, Tiles } from "../components/Tiles.tsx";
import { useMay } from "../layout/useSession.ts";
import { capital, hintOf, problemOf, told } from "../providers/errors.ts";
import { StatusChip } from "../runs/StatusChip.tsx";
import { Target } from "./List.tsx";
import { ScheduleDialog } from "./ScheduleDialog.tsx";
import { isUnderWay, type ScheduleRun, useSchedule, type Whole } from "./useSchedules.ts";
import { useScheduleWords } from "./words.ts";

const MAX_LOADS = 5;

function State({ run }: { run: ScheduleRun }) {
  const translate = useTranslate();
  return (
    <Stack spacing={0.5} sx={{ alignItems: "flex-start", maxWidth: 420 }}>
      <StatusChip status={run.state} />
      {run.error && (
        <Typography variant="body2" color="error">
          {told(run.error)}
        </Typography>
      )}
      {run.error?.hint && (
        <Typography variant="body2" color="textSecondary">
          {hintOf(run.error)}
        </Typography>
      )}
      {run.state === "waiting" && run.reason && (
        <Typography variant="body2" color="textSecondary">
          {capital(run.reason)}
        </Typography>
      )}
      {run.rerunFrom && (
        <Typography variant="body2" color="textSecondary">
          {translate(`app.schedule.again_from.${run.rerunFrom}`)}
        </Typography>
      )}
    </Stack>
  );
}

function Loads({ ids }: { ids: string[] }) {
  const translate = useTranslate();
  if (ids.length === 0) return <>–</>;
  return (
    <Stack>
      {ids.slice(0, MAX_LOADS).map((id, index) => (
        <MuiLink key={id} component={Link} to={`/runs/${id}/show`}>
          {translate("app.ingest.pull.load", { number: index + 1 })}
        </MuiLink>
      ))}
      {ids.length > MAX_LOADS && (
        <Typography variant="body2" color="textSecondary">
          {translate("app.ingest.find.more", { smart_count: ids.length - MAX_LOADS })}
        </Typography>
      )}
    </Stack>
  );
}

function Runs({ runs }: { runs: ScheduleRun[] }) {
  const translate = useTranslate();
  const mayRun = useMay("pipeline.execute");
  const again = useChange(
    (id: string) => change("rerunScheduleRun", { scheduleRunId: id }),
    "app.schedule.started",
  );
  const cancel = useChange(
    (id: string) => change("cancelScheduleRun", { scheduleRunId: id }),
    "app.run.cancelled_done",
  );
  const problem = again.problem ?? cancel.problem;
  return (
    <Section flush title={translate("app.schedule.runs")} hint={translate("app.schedule.runs_hint")}>
      {problem && <ProblemAlert problem={problem} />}
      <PlainTable
        rows={runs}
        keyOf={({ id }) => id}
        empty="app.schedule.no_runs"
        columns={[
          { label: "app.run.status.label", cell: (run) => <State run={run} /> },
          {
            label: "app.schedule.trigger_label",
            cell: ({ trigger }) => translate(`app.schedule.trigger.${trigger}`, { _: trigger }),
          },
          { label: "app.schedule.due", cell: ({ dueAt }) => <Moment at={dueAt} /> },
          { label: "app.ingest.pull.loads", cell: ({ loadIds }) => <Loads ids={loadIds} /> },
          {
            label: "app.run.took",
            cell: ({ startedAt, endedAt }) => <Duration from={startedAt} to={endedAt} />,
          },
          {
            label: null,
            cell: (run) =>
              mayRun &&
              (isUnderWay(run) ? (
                <Button color="error" loading={cancel.busy} onClick={() => cancel.act(run.id)}>
                  {translate("ra.action.cancel")}
                </Button>
              ) : (
                run.state === "failed" && (
                  <Button loading={again.busy} onClick={() => again.act(run.id)}>
                    {translate("app.run.again")}
                  </Button>
                )
              )),
          },
        ]}
      />
    </Section>
  );
}

interface ActionsProps {
  schedule: Whole;
  onEdit: () => void;
  onRemove: () => void;
}

function Actions({ schedule, onEdit, onRemove }: ActionsProps) {
  const translate = useTranslate();
  const { name, paused } = schedule;
  const may = {
    edit: useMay("pipeline.edit"),
    run: useMay("pipeline.execute"),
    remove: useMay("pipeline.delete"),
  };
  const run = useChange(() => change("runSchedule", { name }), "app.schedule.started");
  const turn = useChange(
    () => change(paused ? "resumeSchedule" : "pauseSchedule", { name }),
    "app.ingest.saved",
  );
  const problem = run.problem ?? turn.problem;
  return (
    <Stack spacing={1}>
      <Stack direction="row" useFlexGap spacing={1} sx={{ flexWrap: "wrap" }}>
        {may.remove && (
          <Button color="error" onClick={onRemove}>
            {translate("ra.action.remove")}
          </Button>
        )}
        {may.edit && <Button onClick={onEdit}>{translate("ra.action.edit")}</Button>}
        {may.edit && (
          <Button variant="outlined" loading={turn.busy} onClick={() => turn.act()}>
            {translate(`app.ingest.source.${paused ? "resume" : "pause"}`)}
          </Button>
        )}
        {may.run && (
          <Button variant="contained" startIcon={<PlayIcon />} loading={run.busy} onClick={() => run.act()}>
            {translate("app.schedule.run")}
          </Button>
        )}
      </Stack>
      {problem && <ProblemAlert problem={problem} />}
    </Stack>
  );
}

function Room({ schedule }: { schedule: Whole }) {
  const translate = useTranslate();
  const redirect = useRedirect();
  const words = useScheduleWords();
  const [removing, setRemoving] = useState(false);
  const [editing, setEditing] = useState(false);
  return (
    <Page
      title={schedule.name}
      crumbs={[{ label: translate("app.schedule.title"), to: "/schedules" }]}
      subtitle={
        <Stack direction="row" spacing={1} sx={{ alignItems: "center" }}>
          <span>{words.when(schedule)}</span>
          {schedule.paused && <Chip color="warning" label={translate("app.ingest.source.paused")} />}
        </Stack>
      }
      actions={
        <Actions schedule={schedule} onEdit={() => setEditing(true)} onRemove={() => setRemoving(true)} />
      }
    >
      <Stack spacing={2}>
        {schedule.problem && <ProblemAlert problem={{ message: schedule.problem }} />}
        <Tiles>
          <Tile label={translate("app.schedule.starts")}>
            <Target schedule={schedule} />
          </Tile>
          <Tile label={translate("app.schedule.next")}>
            <Moment at={schedule.nextDueAt} />
          </Tile>
          <Tile label={translate("app.schedule.last")}>
            <Ago at={schedule.lastEndedAt} />
          </Tile>
          <Tile label={translate("app.schedule.missed")}>
            <Count value={schedule.missedCount} />
          </Tile>
          <Tile label={translate("app.schedule.catch_up.label")}>
            <Box component="span" sx={{ fontSize: "0.9rem" }}>
              {translate(`app.schedule.catch_up.${schedule.catchUp}`)}
            </Box>
          </Tile>
        </Tiles>
        <Runs runs={schedule.scheduleRuns.nodes} />
      </Stack>
      {editing && <ScheduleDialog schedule={schedule} onClose={() => setEditing(false)} />}
      {removing && (
        <AskDialog
          title={translate("app.ingest.source.remove", { name: schedule.name })}
          text={translate("app.schedule.remove_text")}
          confirm={translate("ra.action.remove")}
          done="app.ingest.removed"
          act={async () => {
            await change("dropSchedule", { name: schedule.name });
            redirect("/schedules");
          }}
          onClose={() => setRemoving(false)}
        />
      )}
    </Page>
  );
}

/** One schedule: when it falls, and what came of each time. */
export default function ScheduleShow() {
  const translate = useTranslate();
  const { name = "" } = useParams();
  const { schedule, error } = useSchedule(name);
  return (
    <Gate permissions={["pipeline.view"]} title={name}>
      {schedule ? (
        <Room schedule={schedule} />
      ) : (
        <Page title={name} crumbs={[{ label: translate("app.schedule.title"), to: "/schedules" }]}>
          {error ? <ProblemAlert problem={problemOf(error)} /> : null}
          {schedule === null && (
            <ProblemAlert
              severity="warning"
              problem={{ code: "NOT_FOUND", message: translate("app.schedule.gone") }}
            />
          )}
        </Page>
      )}
    </Gate>
  );
}
