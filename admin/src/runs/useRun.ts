import { useEffect, useState } from "react";
import { useGetList, useGetOne } from "react-admin";
import { listen } from "../providers/live.ts";
import { MOVING, type Run, type RunStep } from "./types.ts";

/** How often a moving run is asked for: often while nobody tells us, seldom while the server does. */
const POLL_MS = 1_000;
const POLL_LIVE_MS = 3_000;

const NEWS = "subscription RunNews($id: UUID!) { runChanged(runId: $id) { runId } }";

/** A run and its steps, kept up to date while the run moves. */
export function useRun(id: string) {
  const [live, setLive] = useState(false);
  const interval = live ? POLL_LIVE_MS : POLL_MS;
  const run = useGetOne<Run>(
    "runs",
    { id },
    { refetchInterval: (query) => (MOVING.has(query.state.data?.status ?? "") ? interval : false) },
  );
  const moving = MOVING.has(run.data?.status ?? "");
  const steps = useGetList<RunStep>(
    "runSteps",
    {
      filter: { runId: id },
      sort: { field: "startedAt", order: "ASC" },
      pagination: { page: 1, perPage: 100 },
    },
    { refetchInterval: moving ? interval : false },
  );
  const refetchRun = run.refetch;
  const refetchSteps = steps.refetch;
  useEffect(() => {
    if (!moving) {
      // The last step ends together with the run.
      refetchSteps();
      return;
    }
    return listen(
      NEWS,
      { id },
      {
        onNews: () => {
          refetchRun();
          refetchSteps();
        },
        onState: setLive,
      },
    );
  }, [id, moving, refetchRun, refetchSteps]);
  return { run: run.data, error: run.error, steps: steps.data ?? [], moving, live, refetch: refetchRun };
}
