import { Button, Stack, Typography } from "@mui/material";
import { useState } from "react";
import { Confirm, Link, useNotify, useRedirect, useTranslate } from "react-admin";
import { change } from "../access/api.ts";
import { Ago, Moment } from "../components/Figures.tsx";
import { ProblemAlert } from "../components/ProblemAlert.tsx";
import { RunHistoryActions } from "../history/RunUndo.tsx";
import { useMay } from "../layout/useSession.ts";
import { problemOf, sentence } from "../providers/errors.ts";
import { cancelRun, rejectRun, releaseRun } from "../providers/operations.ts";
import type { Run } from "./types.ts";

function useAction(refetch: () => void) {
  const notify = useNotify();
  const [busy, setBusy] = useState(false);
  const act = async (work: () => Promise<unknown>, done: string) => {
    setBusy(true);
    try {
      await work();
      notify(done, { type: "success" });
    } catch (error) {
      notify(sentence(problemOf(error)), { type: "error" });
    } finally {
      setBusy(false);
      refetch();
    }
  };
  return { busy, act };
}

/** A held run: why, and the decision that it waits for. */
export function HeldAlert({ run, refetch }: { run: Run; refetch: () => void }) {
  const translate = useTranslate();
  const { busy, act } = useAction(refetch);
  const [asking, setAsking] = useState(false);
  const mayDecide = useMay("run.approve");
  const problem = run.error ?? { message: translate("app.run.held_text") };
  return (
    <>
      <ProblemAlert
        severity="warning"
        title={translate("app.run.held_title")}
        problem={mayDecide ? problem : { ...problem, hint: translate("app.run.held_ask") }}
        action={
          mayDecide && (
            <Stack direction="row" spacing={1} sx={{ alignSelf: "center" }}>
              <Button
                variant="contained"
                loading={busy}
                onClick={() => act(() => releaseRun(run.id), "app.run.released")}
              >
                {translate("app.run.release")}
              </Button>
              <Button color="error" variant="outlined" disabled={busy} onClick={() => setAsking(true)}>
                {translate("app.run.reject")}
              </Button>
            </Stack>
          )
        }
      />
      <Confirm
        isOpen={asking}
        title="app.run.reject_title"
        content="app.run.reject_text"
        confirm="app.run.reject"
        confirmColor="warning"
        onConfirm={() => {
          setAsking(false);
          act(() => rejectRun(run.id), "app.run.rejected_done");
        }}
        onClose={() => setAsking(false)}
      />
    </>
  );
}

/** What is wrong with the run, in the server's words. */
export function RunProblem({ run, refetch }: { run: Run; refetch: () => void }) {
  const translate = useTranslate();
  if (run.status === "held") return <HeldAlert run={run} refetch={refetch} />;
  if (run.status === "duplicate") {
    return (
      <ProblemAlert
        severity="info"
        title={translate("app.run.duplicate_title")}
        problem={{ message: translate("app.run.duplicate_text") }}
      />
    );
  }
  if (!run.error) return null;
  const severity = run.status === "failed" ? "error" : "warning";
  const at = run.step && severity === "error" ? ` · ${translate(`app.run.step.${run.step}`)}` : "";
  return (
    <>
      <ProblemAlert
        severity={severity}
        title={`${translate(`app.run.problem_${severity}`)}${at}`}
        problem={run.error}
      />
      {run.status === "waiting" && run.error.retry_at && (
        <Typography color="textSecondary" role="status">
          {translate("app.ingest.next_try")} <Ago at={run.error.retry_at} /> (
          <Moment at={run.error.retry_at} />)
        </Typography>
      )}
    </>
  );
}

/** Statuses after which a file can be loaded again. */
const AGAIN: ReadonlySet<string> = new Set(["failed", "cancelled"]);

/** Buttons of a run's page. */
export function RunActions({ run, moving, refetch }: { run: Run; moving: boolean; refetch: () => void }) {
  const translate = useTranslate();
  const { busy, act } = useAction(refetch);
  const redirect = useRedirect();
  const mayRun = useMay("run.execute");
  // What replayed rejected rows is replayed again from them.
  const mayAgain = mayRun && AGAIN.has(run.status) && run.replayOf === null;
  const again = async () => {
    const { result } = await change<{ result: { id: string } }>("rerun", { runId: run.id }, "result { id }");
    redirect(`/runs/${result.id}/show`);
  };
  return (
    <>
      {mayAgain && (
        <Button variant="outlined" loading={busy} onClick={() => act(again, "app.run.again_done")}>
          {translate("app.run.again")}
        </Button>
      )}
      {mayRun && moving && (
        <Button
          color="error"
          loading={busy}
          onClick={() => act(() => cancelRun(run.id), "app.run.cancelled_done")}
        >
          {translate("app.run.cancel")}
        </Button>
      )}
      {run.datasetId && (
        <>
          <RunHistoryActions run={run} />
          <Button component={Link} to={`/datasets/${run.datasetId}/show`} variant="outlined">
            {translate("app.run.to_dataset")}
          </Button>
          <Button component={Link} to={`/records/${run.datasetName}`} variant="contained">
            {translate("app.run.to_records")}
          </Button>
        </>
      )}
    </>
  );
}
