import { Alert, Chip, LinearProgress, Link as MuiLink, Stack, Typography } from "@mui/material";
import { Link, useTranslate } from "react-admin";
import { PlainTable } from "../access/PlainTable.tsx";
import { useDatasets } from "../access/useDatasets.ts";
import { Count } from "../components/Figures.tsx";
import { ProblemAlert } from "../components/ProblemAlert.tsx";
import { type Erasure, foundIn } from "./useErasures.ts";

const TONE = {
  queued: "default",
  running: "info",
  waiting: "warning",
  approval: "warning",
  succeeded: "success",
  failed: "error",
  refused: "default",
} as const;

export function StateChip({ state }: Pick<Erasure, "state">) {
  const translate = useTranslate();
  return <Chip color={TONE[state]} label={translate(`app.erasure.state.${state}`)} />;
}

/** Names of the datasets that a request is about; those that are gone are known by their id. */
export function useDatasetNames(): (ids: string[]) => string[] {
  const { datasets } = useDatasets();
  return (ids) => ids.map((id) => datasets.find((one) => one.id === id)?.name ?? id.slice(0, 8));
}

/** How far it is, and what it waits for. */
export function Progress({ erasure }: { erasure: Erasure }) {
  const translate = useTranslate();
  const { state, step, dryRun, error } = erasure;
  if (state === "refused" && error)
    return <ProblemAlert severity="warning" title={translate("app.erasure.state.refused")} problem={error} />;
  if (state === "failed" && error)
    return <ProblemAlert title={translate("app.erasure.failed")} problem={error} />;
  if (state === "waiting" && error)
    return <ProblemAlert severity="info" title={translate("app.erasure.waits")} problem={error} />;
  if (state !== "running" && state !== "queued") return null;
  const what = translate(`app.erasure.${dryRun ? "searching" : "erasing"}`);
  const where =
    state === "queued" ? translate("app.erasure.queued") : step ? translate(`app.erasure.step.${step}`) : "…";
  return (
    <Stack role="status" spacing={0.5}>
      <LinearProgress aria-label={what} />
      <Typography variant="body2" color="textSecondary">
        {what}: {where}
      </Typography>
    </Stack>
  );
}

/** Where it was found, and how much. */
export function FoundTable({ found }: { found: Erasure["found"] }) {
  const translate = useTranslate();
  return (
    <PlainTable
      rows={foundIn(found)}
      keyOf={([place]) => place}
      empty="app.erasure.found_nothing"
      columns={[
        {
          label: "app.erasure.places",
          cell: ([place]) => translate(`app.erasure.place.${place}`, { _: place }),
        },
        { label: "app.erasure.found", align: "right", cell: ([, count]) => <Count value={count} /> },
      ]}
    />
  );
}

/** What an erasure does not reach, so that nobody believes it did. */
export function NotErased({ names, notes }: { names: string[]; notes: Erasure["notes"] }) {
  const translate = useTranslate();
  const word = (key: string, more?: object) => translate(`app.erasure.${key}`, more);
  return (
    <Stack spacing={1.5}>
      <Stack component="ul" spacing={0.5} sx={{ m: 0, pl: 2.5 }}>
        <li>
          {word("not_other", { names: names.join(", ") })}{" "}
          {names.map((name) => (
            <MuiLink key={name} component={Link} underline="always" to={`/lineage/${name}`} sx={{ mr: 1 }}>
              {word("lineage_of", { name })}
            </MuiLink>
          ))}
        </li>
        <li>{word("not_texts")}</li>
        <li>{word("not_outside")}</li>
      </Stack>
      {notes.length > 0 && (
        <Alert severity="warning">
          {word("notes")}
          <Stack component="ul" sx={{ m: 0, pl: 2.5, overflowWrap: "anywhere" }}>
            {notes.map(({ file, note }) => (
              <li key={`${file} ${note}`}>
                {file}: <span lang="en">{note}</span>
              </li>
            ))}
          </Stack>
        </Alert>
      )}
    </Stack>
  );
}
