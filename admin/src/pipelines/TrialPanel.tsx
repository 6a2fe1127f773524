import ArrowIcon from "@mui/icons-material/ArrowForward";
import {
  Alert,
  Box,
  Chip,
  Stack,
  Tab,
  Table,
  TableBody,
  TableCell,
  TableHead,
  TableRow,
  Tabs,
  ToggleButton,
  ToggleButtonGroup,
  Typography,
} from "@mui/material";
import { useState } from "react";
import { useTranslate } from "react-admin";
import { Count } from "../components/Figures.tsx";
import { ProblemAlert } from "../components/ProblemAlert.tsx";
import { Section } from "../components/Section.tsx";
import type { Trial, TrialColumn, TrialStep } from "./trial.ts";

function Sample({
  columns,
  rows,
  before,
  label,
}: {
  columns: TrialColumn[];
  rows: (string | null)[][];
  before: TrialColumn[] | null;
  label: string;
}) {
  const translate = useTranslate();
  const known = new Map((before ?? columns).map(({ name, type }) => [name, type]));
  return (
    <Table size="small" aria-label={label}>
      <TableHead>
        <TableRow>
          {columns.map(({ name, type }) => (
            <TableCell key={name} sx={{ color: known.get(name) === type ? undefined : "primary.main" }}>
              {name}
              <Typography variant="caption" component="div" color="inherit">
                {type}
              </Typography>
            </TableCell>
          ))}
        </TableRow>
      </TableHead>
      <TableBody>
        {rows.map((row, index) => (
          // Rows of a sample have no key, and never change their places.
          <TableRow key={index}>
            {columns.map(({ name }, place) => (
              <TableCell key={name} sx={{ fontVariantNumeric: "tabular-nums", maxWidth: 260 }}>
                {row[place] ?? (
                  <Typography component="span" variant="body2" color="textSecondary">
                    {translate("app.record.null")}
                  </Typography>
                )}
              </TableCell>
            ))}
          </TableRow>
        ))}
      </TableBody>
    </Table>
  );
}

function StepSample({ step }: { step: TrialStep }) {
  const translate = useTranslate();
  const [side, setSide] = useState<"in" | "out">("out");
  const word = (key: string) => translate(`app.ingest.pipeline.${key}`);
  const mayBefore = step.sampleIn !== null && step.columnsIn !== null;
  const before = side === "in" && mayBefore;
  const rows = before ? step.sampleIn : step.sampleOut;
  const dropped = step.rowsIn - step.rowsOut;
  return (
    <>
      <Stack
        direction="row"
        spacing={2}
        useFlexGap
        sx={{ alignItems: "center", flexWrap: "wrap", px: 2, py: 1 }}
      >
        <Stack direction="row" spacing={0.75} sx={{ alignItems: "center" }}>
          <Typography>
            <Count value={step.rowsIn} />
          </Typography>
          <ArrowIcon fontSize="small" titleAccess={word("becomes")} />
          <Typography sx={{ fontWeight: 650 }}>
            <Count value={step.rowsOut} /> {translate("app.ingest.find.rows")}
          </Typography>
          {step.position > 0 && dropped > 0 && (
            <Chip label={translate("app.ingest.pipeline.fewer", { smart_count: dropped })} color="warning" />
          )}
        </Stack>
        {mayBefore && (
          <ToggleButtonGroup
            exclusive
            size="small"
            value={side}
            onChange={(_event, value: "in" | "out" | null) => value && setSide(value)}
            aria-label={word("side")}
          >
            <ToggleButton value="in">{word("before")}</ToggleButton>
            <ToggleButton value="out">{word("after")}</ToggleButton>
          </ToggleButtonGroup>
        )}
      </Stack>
      {rows && (
        <Sample
          columns={before ? (step.columnsIn ?? []) : step.columns}
          before={before ? null : step.columnsIn}
          rows={rows}
          label={`${step.label || step.kind}: ${word(before ? "before" : "after")}`}
        />
      )}
    </>
  );
}

/** What a dry run made of the first rows: each step's rows in and out, with samples. */
export function TrialPanel({ trial }: { trial: Trial }) {
  const translate = useTranslate();
  const word = (key: string) => translate(`app.ingest.pipeline.${key}`);
  const last = trial.steps.at(-1)?.position ?? 0;
  const [chosen, setChosen] = useState(last);
  const step = trial.steps.find(({ position }) => position === chosen) ?? trial.steps.at(-1);
  const nameOf = ({ position, kind }: TrialStep) =>
    position === 0
      ? word("input")
      : `${position}. ${translate(`app.ingest.pipeline.kinds.${kind}`, { _: kind })}`;
  const at = trial.error?.step;
  return (
    <Section title={word("trial")} hint={word(trial.limited ? "trial_limited" : "trial_whole")} flush>
      <Stack spacing={1} sx={{ px: 2, pb: 1 }} role="status">
        {trial.error ? (
          <ProblemAlert
            title={at ? translate("app.ingest.pipeline.wrong_at", { step: at }) : word("wrong")}
            problem={{ ...trial.error, message: trial.error.told ?? trial.error.message }}
          />
        ) : (
          trial.outputs.map(({ dataset, rows, step: from }) => (
            <Alert key={`${dataset} ${from}`} severity="success">
              {translate("app.ingest.pipeline.would", { smart_count: rows, dataset })}
            </Alert>
          ))
        )}
      </Stack>
      {step && (
        <>
          <Tabs
            value={step.position}
            onChange={(_event, value: number) => setChosen(value)}
            variant="scrollable"
            allowScrollButtonsMobile
            aria-label={word("steps")}
          >
            {trial.steps.map((one) => (
              <Tab
                key={one.position}
                value={one.position}
                id={`trial-tab-${one.position}`}
                aria-controls="trial-panel"
                label={nameOf(one)}
              />
            ))}
          </Tabs>
          <Box role="tabpanel" id="trial-panel" aria-labelledby={`trial-tab-${step.position}`}>
            <StepSample key={step.position} step={step} />
          </Box>
        </>
      )}
    </Section>
  );
}
