import CheckIcon from "@mui/icons-material/Check";
import CloseIcon from "@mui/icons-material/Close";
import RemoveIcon from "@mui/icons-material/Remove";
import { Box, CircularProgress, LinearProgress, Stack, Typography } from "@mui/material";
import { useTranslate } from "react-admin";
import { Bytes, Duration } from "../components/Figures.tsx";
import { toNumber } from "../components/format.ts";
import { type Run, type RunStep, STEPS, type StepName } from "./types.ts";

/** The newest attempt of each step. */
function latest(steps: RunStep[]): Map<StepName, RunStep> {
  const found = new Map<StepName, RunStep>();
  for (const step of steps) {
    if ((found.get(step.step)?.attempt ?? 0) <= step.attempt) found.set(step.step, step);
  }
  return found;
}

function Dot({ state }: { state: string }) {
  const colour =
    state === "failed"
      ? "error.main"
      : state === "succeeded" || state === "running"
        ? "primary.main"
        : "divider";
  return (
    <Box
      aria-hidden
      sx={{
        width: 26,
        height: 26,
        flexShrink: 0,
        borderRadius: "50%",
        border: 2,
        borderColor: colour,
        color: colour === "divider" ? "text.secondary" : colour,
        display: "grid",
        placeItems: "center",
        "& svg": { fontSize: 16 },
      }}
    >
      {state === "succeeded" && <CheckIcon />}
      {state === "failed" && <CloseIcon />}
      {state === "skipped" && <RemoveIcon />}
      {state === "running" && <CircularProgress size={14} thickness={6} color="inherit" />}
    </Box>
  );
}

function Step({ name, step, over }: { name: StepName; step: RunStep | undefined; over: boolean }) {
  const translate = useTranslate();
  const state = step?.status ?? (over ? "succeeded" : "todo");
  return (
    <Stack
      component="li"
      direction="row"
      spacing={1}
      aria-current={state === "running" ? "step" : undefined}
      sx={{ flex: "1 1 118px", alignItems: "flex-start" }}
    >
      <Dot state={state} />
      <Box>
        <Typography
          sx={{ fontWeight: 600, lineHeight: "26px" }}
          color={state === "todo" ? "textSecondary" : "textPrimary"}
        >
          {translate(`app.run.step.${name}`)}
        </Typography>
        <Typography variant="body2" color="textSecondary">
          {translate(`app.run.step_state.${state}`)}
          {step && state !== "skipped" && (
            <>
              {" · "}
              <Duration from={step.startedAt} to={step.finishedAt} />
            </>
          )}
          {step && step.attempt > 1 && ` · ${translate("app.run.attempt", { attempt: step.attempt })}`}
        </Typography>
      </Box>
    </Stack>
  );
}

/** The way of the file, all of it visible from the start, with where it is now. */
export function Steps({ run, steps }: { run: Run; steps: RunStep[] }) {
  const translate = useTranslate();
  const found = latest(steps);
  // What the merge's transaction commits along with it has no time of its own.
  const over = run.status === "succeeded";
  const total = toNumber(run.bytesTotal);
  const done = toNumber(run.bytesDone);
  const reading = run.status === "running" && total > 0 && done < total;
  return (
    <Stack spacing={2}>
      <Stack
        component="ol"
        direction="row"
        useFlexGap
        sx={{ flexWrap: "wrap", gap: 2, listStyle: "none", p: 0, m: 0 }}
      >
        {STEPS.map((name) => (
          <Step key={name} name={name} step={found.get(name)} over={over} />
        ))}
      </Stack>
      {reading && (
        <Box>
          <LinearProgress
            variant="determinate"
            value={Math.min(100, (done / total) * 100)}
            aria-label={translate("app.run.read_bytes")}
          />
          <Typography variant="body2" color="textSecondary" sx={{ mt: 0.5 }}>
            <Bytes value={done} /> / <Bytes value={total} />
          </Typography>
        </Box>
      )}
    </Stack>
  );
}
