/** What a run's page says of undoing it. */
import UndoIcon from "@mui/icons-material/Undo";
import { Alert, Button } from "@mui/material";
import { useState } from "react";
import { Link, useTranslate } from "react-admin";
import { useMayOn } from "../access/useMayOn.ts";
import type { Run } from "../runs/types.ts";
import { useUndone } from "./api.ts";
import { UndoDialog } from "./UndoDialog.tsx";

/** Undoing the load, and what it changed. */
export function RunHistoryActions({ run }: { run: Run }) {
  const translate = useTranslate();
  const [asking, setAsking] = useState(false);
  const mayUndo = useMayOn("run.restore", run.datasetId ?? undefined);
  const mayCompare = useMayOn("record.view", run.datasetId ?? undefined);
  const undone = useUndone(run.id);
  if (run.status !== "succeeded" || !run.datasetId) return null;
  return (
    <>
      {mayCompare && (
        <Button component={Link} to={`/history/${run.datasetName}?load=${run.id}`} variant="outlined">
          {translate("app.history.what_changed")}
        </Button>
      )}
      {mayUndo && undone && !undone.undoneBy && (
        <Button variant="outlined" startIcon={<UndoIcon />} onClick={() => setAsking(true)}>
          {translate("app.history.undo_load")}
        </Button>
      )}
      {asking && (
        <UndoDialog
          target={{ kind: "run", runId: run.id, datasetId: run.datasetId }}
          title={translate("app.history.undo_load_title", { name: run.datasetName })}
          onClose={() => setAsking(false)}
        />
      )}
    </>
  );
}

/** That the run undid another, or was undone. */
export function UndoNotice({ run }: { run: Run }) {
  const translate = useTranslate();
  const undone = useUndone(run.id);
  const notices = [
    { text: "app.history.is_undo", to: undone?.undoOf },
    { text: "app.history.was_undone", to: undone?.undoneBy },
  ];
  return notices.map(({ text, to }) =>
    to ? (
      <Alert key={text} severity="info">
        {translate(text)}{" "}
        <Link to={`/runs/${to}/show`} underline="always">
          {translate(`${text}_link`)}
        </Link>
        {text === "app.history.is_undo" && undone?.reason && ` · “${undone.reason}”`}
      </Alert>
    ) : null,
  );
}
