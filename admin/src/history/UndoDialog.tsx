import {
  Alert,
  Box,
  Button,
  Checkbox,
  Dialog,
  DialogActions,
  DialogContent,
  DialogTitle,
  FormControl,
  FormControlLabel,
  FormLabel,
  Radio,
  RadioGroup,
  Skeleton,
  Stack,
  Typography,
} from "@mui/material";
import { useQuery } from "@tanstack/react-query";
import { useId, useState } from "react";
import { Link, useTranslate } from "react-admin";
import { useForget } from "../access/api.ts";
import { useAct } from "../account/useAct.ts";
import { ProblemAlert } from "../components/ProblemAlert.tsx";
import { SCROLLING_FORM } from "../components/styles.ts";
import { problemOf } from "../providers/errors.ts";
import { type OnConflict, type Refusal, type Target, type Told, undo } from "./api.ts";
import { ReasonField } from "./ReasonField.tsx";
import { UndoPreview } from "./UndoPreview.tsx";

const CHOICES: readonly OnConflict[] = ["abort", "skip", "force"];

function ConflictChoice({ value, onChange }: { value: OnConflict; onChange: (choice: OnConflict) => void }) {
  const translate = useTranslate();
  const id = useId();
  return (
    <FormControl>
      <FormLabel id={id}>{translate("app.history.on_conflict")}</FormLabel>
      <RadioGroup
        aria-labelledby={id}
        value={value}
        onChange={(event) => onChange(event.target.value as OnConflict)}
      >
        {CHOICES.map((choice) => (
          <FormControlLabel
            key={choice}
            value={choice}
            control={<Radio size="small" />}
            sx={{ alignItems: "flex-start", mt: 0.5 }}
            label={
              <Box sx={{ pt: 0.75 }}>
                {translate(`app.history.choice.${choice}`)}
                <Typography variant="body2" color="textSecondary">
                  {translate(`app.history.choice.${choice}_text`)}
                </Typography>
              </Box>
            }
          />
        ))}
      </RadioGroup>
    </FormControl>
  );
}

function RulesChoice({
  refused,
  value,
  onChange,
}: {
  refused: Refusal[];
  value: boolean;
  onChange: (against: boolean) => void;
}) {
  const translate = useTranslate();
  return (
    <Alert severity="warning">
      {translate("app.history.refused")}
      <Box component="ul" sx={{ my: 0.5, pl: 3 }}>
        {refused.map((one) => (
          <li key={one.rule + one.field}>
            {translate("app.history.refused_rows", {
              smart_count: one.rows,
              rule: one.rule,
              message: one.message,
            })}
          </li>
        ))}
      </Box>
      <FormControlLabel
        control={<Checkbox size="small" checked={value} onChange={(_, checked) => onChange(checked)} />}
        label={translate("app.history.against_rules")}
      />
    </Alert>
  );
}

function Outcome({ told }: { told: Told }) {
  const translate = useTranslate();
  const written = told.inserted + told.updated + told.deleted;
  return (
    <Alert severity={written > 0 ? "success" : "info"} role="status">
      {translate(written > 0 ? "app.history.undone" : "app.history.nothing_to_undo", {
        inserted: told.inserted,
        updated: told.updated,
        deleted: told.deleted,
      })}
      {told.skipped > 0 && ` ${translate("app.history.skipped", { smart_count: told.skipped })}`}
      {told.undoRun && (
        <>
          {" "}
          <Link to={`/runs/${told.undoRun}/show`} underline="always">
            {translate("app.history.to_undo_run")}
          </Link>
        </>
      )}
    </Alert>
  );
}

interface Props {
  target: Target;
  title: string;
  onClose: () => void;
}

function useUndo(target: Target) {
  const forget = useForget();
  const [outcome, setOutcome] = useState<Told | null>(null);
  const preview = useQuery({
    queryKey: ["undo", target],
    queryFn: () => undo(target, { dryRun: true, onConflict: "abort", reason: null }),
    // What has changed meanwhile is to be seen, and an undo that was done is no preview any more.
    staleTime: 0,
    gcTime: 0,
    enabled: outcome === null,
  });
  const work = useAct(async (onConflict: OnConflict, reason: string, againstRules: boolean) => {
    setOutcome(
      await undo(target, { dryRun: false, onConflict, reason: reason.trim() || null, againstRules }),
    );
    await forget();
  });
  return { outcome, preview, work };
}

/** What an undo would do, the choice about conflicts, the reason; then what it did. */
export function UndoDialog({ target, title, onClose }: Props) {
  const translate = useTranslate();
  const id = useId();
  const { outcome, preview, work } = useUndo(target);
  const [choice, setChoice] = useState<OnConflict>("abort");
  const [reason, setReason] = useState("");
  const [against, setAgainst] = useState(false);
  const told = preview.data;
  const conflicts = told?.conflicts ?? 0;
  const refused = told?.refused ?? [];
  const anything = told ? told.inserted + told.updated + told.deleted > 0 : false;
  return (
    <Dialog open onClose={onClose} fullWidth maxWidth="md" aria-labelledby={id}>
      <Box
        component="form"
        sx={SCROLLING_FORM}
        onSubmit={(event) => {
          event.preventDefault();
          work.act(choice, reason, against);
        }}
      >
        <DialogTitle id={id}>{title}</DialogTitle>
        <DialogContent>
          <Stack spacing={2}>
            {outcome && <Outcome told={outcome} />}
            {preview.error && !outcome ? <ProblemAlert problem={problemOf(preview.error)} /> : null}
            {work.problem && <ProblemAlert problem={work.problem} />}
            {!outcome && !told && !preview.error && <Skeleton variant="rounded" height={160} />}
            {!outcome && told && (
              <>
                <Typography>{translate(`app.history.about_${target.kind}`)}</Typography>
                <UndoPreview told={told} />
                {conflicts > 0 && <ConflictChoice value={choice} onChange={setChoice} />}
                {/* Rules about all rows are known only once the undo was tried. */}
                {(refused.length > 0 || work.problem?.code === "HS007") && (
                  <RulesChoice refused={refused} value={against} onChange={setAgainst} />
                )}
                {anything && (
                  <ReasonField value={reason} onChange={setReason} problem={work.problem?.code === "HS001"} />
                )}
              </>
            )}
          </Stack>
        </DialogContent>
        <DialogActions>
          <Button onClick={onClose} variant={outcome ? "contained" : "text"}>
            {translate(outcome ? "ra.action.close" : "ra.action.cancel")}
          </Button>
          {!outcome && told && anything && (
            <Button
              type="submit"
              variant="contained"
              color={choice === "force" ? "error" : "primary"}
              loading={work.busy}
              disabled={(conflicts > 0 && choice === "abort") || (refused.length > 0 && !against)}
            >
              {translate("app.history.undo")}
            </Button>
          )}
        </DialogActions>
      </Box>
    </Dialog>
  );
}
