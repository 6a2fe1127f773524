import { Button, Link as MuiLink, Stack, Typography } from "@mui/material";
import { Link, useTranslate } from "react-admin";
import { change, useChange } from "../access/api.ts";
import { Meter } from "../components/charts/Meter.tsx";
import { ProblemAlert } from "../components/ProblemAlert.tsx";
import { useMay } from "../layout/useSession.ts";
import type { Backfill } from "./useBackfills.ts";

const TONE = {
  running: "primary",
  paused: "warning",
  succeeded: "success",
  failed: "error",
  cancelled: "warning",
} as const;

export function Progress({ backfill, width = 160 }: { backfill: Backfill; width?: number | string }) {
  const translate = useTranslate();
  const { done, slices, state } = backfill;
  const text = translate("app.backfill.done_of", { done, smart_count: slices });
  return (
    <Stack spacing={0.5} sx={{ width }}>
      <Meter value={done / slices} label={text} tone={TONE[state]} />
      <Typography variant="body2" color="textSecondary">
        {text}
      </Typography>
    </Stack>
  );
}

/** The source or pipeline that it is of. */
export function TargetLink({ backfill: { source, pipeline } }: { backfill: Backfill }) {
  const to = source ? `/sources/${source.name}` : pipeline && `/pipelines/${pipeline.name}`;
  if (!to) return null;
  return (
    <MuiLink component={Link} to={to}>
      {(source ?? pipeline)!.name}
    </MuiLink>
  );
}

/** Resting or stopping what goes on, or going on with what does not. */
export function BackfillActions({ backfill }: { backfill: Backfill }) {
  const translate = useTranslate();
  const maySource = useMay("datasource.execute");
  const mayPipeline = useMay("pipeline.execute");
  const may = backfill.pipeline ? mayPipeline : maySource;
  const input = { backfillId: backfill.id };
  const cancel = useChange(() => change("cancelBackfill", input), "app.backfill.cancelled");
  const resume = useChange(() => change("resumeBackfill", input), "app.backfill.resumed");
  const pause = useChange(() => change("pauseBackfill", input), "app.backfill.paused");
  const problem = cancel.problem ?? resume.problem ?? pause.problem;
  if (!may || backfill.state === "succeeded") return null;
  return (
    <Stack spacing={1} sx={{ alignItems: "flex-end" }}>
      {backfill.state === "running" ? (
        <Stack direction="row" spacing={1}>
          <Button color="error" loading={cancel.busy} onClick={cancel.act}>
            {translate("app.backfill.cancel")}
          </Button>
          <Button variant="outlined" loading={pause.busy} onClick={pause.act}>
            {translate("app.backfill.pause")}
          </Button>
        </Stack>
      ) : (
        <Button variant="contained" loading={resume.busy} onClick={resume.act}>
          {translate("app.backfill.resume")}
        </Button>
      )}
      {problem && <ProblemAlert problem={problem} />}
    </Stack>
  );
}
