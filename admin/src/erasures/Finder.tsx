import SearchIcon from "@mui/icons-material/Search";
import { Alert, Button, LinearProgress, Stack, TextField, Typography } from "@mui/material";
import { type FormEvent, useState } from "react";
import { useTranslate } from "react-admin";
import { type NamedDataset, useDatasets } from "../access/useDatasets.ts";
import { useAct } from "../account/useAct.ts";
import { ProblemAlert } from "../components/ProblemAlert.tsx";
import { ApiError } from "../providers/errors.ts";
import { locate, type Place } from "./useErasures.ts";

const MAX_VALUE = 500;

interface Outcome {
  value: string;
  places: Place[];
  /** Datasets that one may not erase from. */
  skipped: string[];
}

/** Asks every dataset, one after the other: each reads all its rows, and the next waits for it. */
async function lookEverywhere(
  datasets: NamedDataset[],
  value: string,
  tell: (done: number) => void,
): Promise<Outcome> {
  const outcome: Outcome = { value: value.trim(), places: [], skipped: [] };
  for (const [index, dataset] of datasets.entries()) {
    tell(index);
    try {
      outcome.places.push(...(await locate(dataset, value)));
    } catch (error) {
      if (!(error instanceof ApiError && error.problem.code === "FORBIDDEN")) throw error;
      outcome.skipped.push(dataset.name);
    }
  }
  return outcome;
}

/** Where a value that is known of the person is: every dataset that one may erase from is looked into. */
export function Finder({ onFound }: { onFound: (places: Place[]) => void }) {
  const translate = useTranslate();
  const word = (key: string, more?: object) => translate(`app.erasure.${key}`, more);
  const { datasets } = useDatasets();
  const [value, setValue] = useState("");
  const [done, setDone] = useState(0);
  const [outcome, setOutcome] = useState<Outcome | null>(null);
  const look = useAct(async () => {
    setOutcome(null);
    const found = await lookEverywhere(datasets, value, setDone);
    setOutcome(found);
    onFound(found.places);
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    void look.act();
  };
  const progress = word("looking", { done, smart_count: datasets.length });
  return (
    <Stack component="form" onSubmit={submit} spacing={1}>
      <Stack
        direction={{ xs: "column", sm: "row" }}
        spacing={1.5}
        useFlexGap
        sx={{ alignItems: { sm: "flex-start" } }}
      >
        <TextField
          required
          label={word("value")}
          helperText={word("value_help")}
          value={value}
          margin="none"
          autoComplete="off"
          error={look.problem?.field === "value"}
          onChange={(event) => setValue(event.target.value)}
          sx={{ maxWidth: { sm: 480 } }}
          slotProps={{ htmlInput: { maxLength: MAX_VALUE, spellCheck: false } }}
        />
        <Button
          type="submit"
          variant="contained"
          startIcon={<SearchIcon />}
          loading={look.busy}
          sx={{ whiteSpace: "nowrap", flexShrink: 0, alignSelf: "flex-start" }}
        >
          {word("look")}
        </Button>
      </Stack>
      {look.busy && (
        <Stack role="status" spacing={0.5}>
          <LinearProgress
            aria-label={progress}
            variant="determinate"
            value={datasets.length > 0 ? (100 * done) / datasets.length : 0}
          />
          <Typography variant="body2" color="textSecondary">
            {progress}
          </Typography>
        </Stack>
      )}
      {look.problem && <ProblemAlert problem={look.problem} />}
      {outcome && outcome.places.length === 0 && (
        <Alert severity="info" role="status">
          {word("not_found", { value: outcome.value })} {word("not_found_help")}
        </Alert>
      )}
      {outcome && outcome.skipped.length > 0 && (
        <Alert severity="warning">{word("skipped", { names: outcome.skipped.join(", ") })}</Alert>
      )}
    </Stack>
  );
}
