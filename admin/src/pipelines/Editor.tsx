import AddIcon from "@mui/icons-material/Add";
import DownIcon from "@mui/icons-material/ArrowDownward";
import UpIcon from "@mui/icons-material/ArrowUpward";
import DeleteIcon from "@mui/icons-material/DeleteOutlined";
import ExpandIcon from "@mui/icons-material/ExpandMore";
import {
  Accordion,
  AccordionActions,
  AccordionDetails,
  AccordionSummary,
  Box,
  Button,
  IconButton,
  Menu,
  MenuItem,
  Stack,
  TextField,
  Typography,
} from "@mui/material";
import { useState } from "react";
import { useTranslate } from "react-admin";
import { Several } from "../access/pickers.tsx";
import { useDatasets } from "../access/useDatasets.ts";
import { Section } from "../components/Section.tsx";
import { type Draft, newStep, STEP_KINDS, type StepDraft, type StepKind, summaryOf } from "./draft.ts";
import { Choice, ColumnField } from "./fields.tsx";
import { RangeForm } from "./RangeForm.tsx";
import { StepForm } from "./StepForm.tsx";
import type { Trial } from "./trial.ts";

interface Props {
  draft: Draft;
  onChange: (draft: Draft) => void;
  /** Whose columns are offered where names are typed. */
  trial: Trial | null;
  readOnly: boolean;
}

function InputForm({ draft, onChange, datasets }: Props & { datasets: string[] }) {
  const translate = useTranslate();
  const word = (key: string) => translate(`app.ingest.pipeline.${key}`);
  const { input } = draft;
  const set = (part: Partial<Draft["input"]>) => onChange({ ...draft, input: { ...input, ...part } });
  return (
    <Section title={word("input")}>
      <Choice
        label={word("from")}
        value={draft.kind === "model" ? "model" : input.kind}
        choices={["dataset", "file", "model"].map((value) => ({ value, label: word(`from_${value}`) }))}
        onChange={(value) =>
          value === "model"
            ? onChange({ ...draft, kind: "model" })
            : onChange({ ...draft, kind: "flow", input: { ...input, kind: value as "file" | "dataset" } })
        }
      />
      {draft.kind === "flow" && input.kind === "dataset" && (
        <ColumnField
          required
          label={word("dataset")}
          value={input.name}
          options={datasets}
          onChange={(name) => set({ name })}
        />
      )}
      {draft.kind === "flow" && input.kind === "file" && (
        <Choice
          label={word("bad_records")}
          value={input.more.bad_records === "skip" ? "skip" : "fail"}
          choices={["fail", "skip"].map((value) => ({ value, label: word(`bad_${value}`) }))}
          onChange={(bad_records) => set({ more: { ...input.more, bad_records } })}
        />
      )}
      {draft.kind === "model" && (
        <TextField
          label="SQL"
          multiline
          minRows={4}
          value={draft.sql}
          helperText={word("model_help")}
          onChange={(event) => onChange({ ...draft, sql: event.target.value })}
          slotProps={{ htmlInput: { spellCheck: false, style: { fontFamily: "monospace" } } }}
        />
      )}
    </Section>
  );
}

interface StepProps {
  step: StepDraft;
  number: number;
  last: boolean;
  columns: string[];
  datasets: string[];
  wrong: boolean;
  open: boolean;
  onOpen: (open: boolean) => void;
  onChange: (step: StepDraft) => void;
  onMove: (by: -1 | 1) => void;
  onRemove: () => void;
}

function StepCard({ step, number, last, columns, datasets, wrong, open, ...on }: StepProps) {
  const translate = useTranslate();
  const word = (key: string) => translate(`app.ingest.pipeline.${key}`);
  const name = `${number}. ${word(`kinds.${step.kind}`)}`;
  return (
    <Accordion
      variant="outlined"
      disableGutters
      expanded={open}
      onChange={(_event, wanted) => on.onOpen(wanted)}
      slotProps={{ transition: { unmountOnExit: true }, heading: { component: "h3" } }}
      sx={wrong ? { borderColor: "error.main" } : {}}
    >
      <AccordionSummary expandIcon={<ExpandIcon />}>
        <Box sx={{ minWidth: 0, pr: 1 }}>
          <Typography component="span" sx={{ fontWeight: 650 }} color={wrong ? "error" : "textPrimary"}>
            {name}
          </Typography>{" "}
          {!open && (
            <Typography
              component="span"
              variant="body2"
              color="textSecondary"
              noWrap
              sx={{ display: "block" }}
            >
              {summaryOf(step)}
            </Typography>
          )}
        </Box>
      </AccordionSummary>
      <AccordionDetails sx={{ pt: 0 }}>
        <Typography variant="body2" color="textSecondary" gutterBottom>
          {word(`kinds_text.${step.kind}`)}
        </Typography>
        <StepForm step={step} columns={columns} datasets={datasets} onChange={on.onChange} />
      </AccordionDetails>
      <AccordionActions>
        <IconButton
          aria-label={`${word("up")}: ${name}`}
          disabled={number === 1}
          onClick={() => on.onMove(-1)}
        >
          <UpIcon fontSize="small" />
        </IconButton>
        <IconButton aria-label={`${word("down")}: ${name}`} disabled={last} onClick={() => on.onMove(1)}>
          <DownIcon fontSize="small" />
        </IconButton>
        <Button
          color="error"
          startIcon={<DeleteIcon />}
          onClick={on.onRemove}
          aria-label={`${translate("ra.action.remove")}: ${name}`}
        >
          {translate("ra.action.remove")}
        </Button>
      </AccordionActions>
    </Accordion>
  );
}

function AddStep({ onAdd }: { onAdd: (kind: StepKind) => void }) {
  const translate = useTranslate();
  const [anchor, setAnchor] = useState<HTMLElement | null>(null);
  return (
    <Box>
      <Button
        variant="outlined"
        startIcon={<AddIcon />}
        aria-haspopup="menu"
        onClick={(event) => setAnchor(event.currentTarget)}
      >
        {translate("app.ingest.pipeline.add_step")}
      </Button>
      <Menu open={anchor !== null} anchorEl={anchor} onClose={() => setAnchor(null)}>
        {STEP_KINDS.map((kind) => (
          <MenuItem
            key={kind}
            onClick={() => {
              setAnchor(null);
              onAdd(kind);
            }}
          >
            <Box>
              <Typography sx={{ fontWeight: 600 }}>
                {translate(`app.ingest.pipeline.kinds.${kind}`)}
              </Typography>
              <Typography variant="body2" color="textSecondary">
                {translate(`app.ingest.pipeline.kinds_text.${kind}`)}
              </Typography>
            </Box>
          </MenuItem>
        ))}
      </Menu>
    </Box>
  );
}

function Steps({ draft, onChange, trial, datasets }: Props & { datasets: string[] }) {
  const translate = useTranslate();
  const [open, setOpen] = useState<string | null>(null);
  const { steps } = draft;
  const put = (changed: StepDraft[]) => onChange({ ...draft, steps: changed });
  const move = (index: number, by: -1 | 1) => {
    const changed = [...steps];
    const [moved] = changed.splice(index, 1);
    if (moved) changed.splice(index + by, 0, moved);
    put(changed);
  };
  /** Columns as they come into a step, as far as the last dry run came. */
  const columnsInto = (place: number): string[] => {
    const before = trial?.steps.find(({ position }) => position === place - 1);
    return (before?.columns ?? []).map(({ name }) => name);
  };
  return (
    <Section title={translate("app.ingest.pipeline.steps")}>
      <Stack spacing={1}>
        {steps.map((step, index) => (
          <StepCard
            key={step.id}
            step={step}
            number={index + 1}
            last={index === steps.length - 1}
            columns={columnsInto(index + 1)}
            datasets={datasets}
            wrong={trial?.error?.step === index + 1}
            open={open === step.id}
            onOpen={(wanted) => setOpen(wanted ? step.id : null)}
            onChange={(changed) => put(steps.map((one) => (one.id === step.id ? changed : one)))}
            onMove={(by) => move(index, by)}
            onRemove={() => put(steps.filter(({ id }) => id !== step.id))}
          />
        ))}
        <AddStep
          onAdd={(kind) => {
            const step = newStep(kind);
            put([...steps, step]);
            setOpen(step.id);
          }}
        />
      </Stack>
    </Section>
  );
}

function OutputForm({ draft, onChange, datasets }: Props & { datasets: string[] }) {
  const translate = useTranslate();
  const word = (key: string) => translate(`app.ingest.pipeline.${key}`);
  const { output } = draft;
  const set = (part: Partial<Draft["output"]>) => onChange({ ...draft, output: { ...output, ...part } });
  return (
    <Section title={word("output")}>
      <ColumnField
        required
        label={word("dataset")}
        value={output.dataset}
        options={datasets}
        onChange={(dataset) => set({ dataset })}
      />
      <Several
        free
        label={translate("app.ingest.source.key")}
        helperText={word("keys_help")}
        options={[]}
        value={output.keys}
        onChange={(keys) => set({ keys })}
      />
      {draft.kind === "flow" ? (
        <Choice
          label={translate("app.ingest.source.mode")}
          value={output.mode}
          choices={[
            { value: "", label: translate("app.ingest.as_usual") },
            ...["upsert", "snapshot", "append"].map((value) => ({
              value,
              label: translate(`app.mode.${value}`),
            })),
          ]}
          onChange={(mode) => set({ mode })}
        />
      ) : (
        <>
          <Choice
            label={word("materialized")}
            value={draft.materialized}
            choices={["table", "incremental", "view"].map((value) => ({
              value,
              label: word(`materialized_${value}`),
            }))}
            onChange={(materialized) => onChange({ ...draft, materialized })}
          />
          {draft.materialized === "incremental" && (
            <TextField
              required
              label={word("cursor")}
              value={draft.cursor}
              onChange={(event) => onChange({ ...draft, cursor: event.target.value })}
            />
          )}
        </>
      )}
    </Section>
  );
}

/** A definition as a form: where rows come from, what is done to them, where they go. */
export function Editor(props: Props) {
  const names = useDatasets().datasets.map(({ name }) => name);
  return (
    <Box
      component="fieldset"
      disabled={props.readOnly}
      sx={{ border: 0, p: 0, m: 0, minWidth: 0, display: "grid", gap: 2 }}
    >
      <InputForm {...props} datasets={names} />
      {props.draft.kind === "flow" && <Steps {...props} datasets={names} />}
      <OutputForm {...props} datasets={names} />
      <RangeForm
        draft={props.draft}
        onChange={props.onChange}
        columns={(props.trial?.steps.find(({ position }) => position === 0)?.columns ?? []).map(
          ({ name }) => name,
        )}
      />
    </Box>
  );
}
