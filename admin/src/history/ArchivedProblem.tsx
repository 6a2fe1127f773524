/** A moment whose versions are archived: one click shows it, and it goes back to the archive by itself. */
import HistoryIcon from "@mui/icons-material/History";
import { Box, Button, LinearProgress, Typography } from "@mui/material";
import { useState } from "react";
import { useRefresh, useTranslate } from "react-admin";
import { useAct } from "../account/useAct.ts";
import { ProblemAlert } from "../components/ProblemAlert.tsx";
import type { Problem } from "../providers/errors.ts";
import { bringBack } from "./archives.ts";

/** Code of the error of such a moment. */
export const ARCHIVED = "RT005";

interface Props {
  problem: Problem;
  datasetId: string;
  /** ISO 8601 */
  moment: string;
}

export function ArchivedProblem({ problem, datasetId, moment }: Props) {
  const translate = useTranslate();
  const refresh = useRefresh();
  const [progress, setProgress] = useState({ done: 0, of: 0 });
  const show = useAct(async () => {
    await bringBack(datasetId, moment, setProgress);
    refresh();
  });
  const text = translate("app.history.looking", { done: progress.done, smart_count: progress.of });
  return (
    <>
      <ProblemAlert
        severity="info"
        title={translate("app.history.archived")}
        problem={{ ...problem, message: translate("app.history.archived_text"), hint: null }}
        action={
          <Button
            variant="contained"
            startIcon={<HistoryIcon />}
            loading={show.busy}
            onClick={() => show.act()}
          >
            {translate("app.history.look")}
          </Button>
        }
      />
      {show.busy && (
        <Box role="status">
          <LinearProgress
            aria-label={text}
            {...(progress.of > 1
              ? { variant: "determinate", value: (100 * progress.done) / progress.of }
              : {})}
          />
          <Typography variant="body2" color="textSecondary" sx={{ mt: 0.5 }}>
            {text}
          </Typography>
        </Box>
      )}
      {show.problem && <ProblemAlert problem={show.problem} />}
    </>
  );
}
