/** Inputs that several steps share. */
import AddIcon from "@mui/icons-material/Add";
import CloseIcon from "@mui/icons-material/Close";
import { Autocomplete, Box, Button, IconButton, MenuItem, Stack, TextField } from "@mui/material";
import { useTranslate } from "react-admin";
import { emptyPair, type Pair } from "./draft.ts";

interface ColumnProps {
  label: string;
  value: string;
  options: string[];
  onChange: (value: string) => void;
  required?: boolean;
}

/** A column's name: one of those that are there, or typed. */
export function ColumnField({ label, value, options, onChange, required = false }: ColumnProps) {
  return (
    <Autocomplete
      freeSolo
      options={options}
      inputValue={value}
      onInputChange={(_event, typed) => onChange(typed)}
      renderInput={(params) => <TextField {...params} label={label} required={required} />}
    />
  );
}

interface FormulaProps {
  label: string;
  value: string;
  language: string;
  onChange: (value: string, language: string) => void;
}

/** An expression, or SQL where the language does not do. */
export function FormulaField({ label, value, language, onChange }: FormulaProps) {
  const translate = useTranslate();
  return (
    <Stack direction="row" spacing={1}>
      <TextField
        label={label}
        value={value}
        multiline
        maxRows={8}
        onChange={(event) => onChange(event.target.value, language)}
        slotProps={{ htmlInput: { spellCheck: false, style: { fontFamily: "monospace" } } }}
      />
      <TextField
        select
        label={translate("app.ingest.pipeline.language")}
        value={language || "expression"}
        onChange={(event) => onChange(value, event.target.value === "sql" ? "sql" : "")}
        sx={{ maxWidth: 130 }}
      >
        <MenuItem value="expression">{translate("app.ingest.pipeline.expression")}</MenuItem>
        <MenuItem value="sql">SQL</MenuItem>
      </TextField>
    </Stack>
  );
}

interface PairsProps {
  pairs: Pair[];
  onChange: (pairs: Pair[]) => void;
  left: string;
  right: string;
  /** Columns for the left; fixed choices for the right, or an own field. */
  columns: string[];
  choices?: readonly { value: string; label: string }[];
  extra?: readonly { value: string; label: string }[];
  extraLabel?: string;
}

/** Rows of two inputs: old and new name, field and type, field and formula. */
export function PairsField(props: PairsProps) {
  const translate = useTranslate();
  const { pairs, onChange, left, right, columns, choices, extra, extraLabel } = props;
  const set = (index: number, part: Partial<Pair>) =>
    onChange(pairs.map((pair, place) => (place === index ? { ...pair, ...part } : pair)));
  return (
    <Box>
      {pairs.map((pair, index) => (
        // Rows have nothing but their place to be known by.
        <Stack key={index} direction="row" spacing={1} sx={{ alignItems: "flex-start" }}>
          <ColumnField
            label={left}
            value={pair.left}
            options={columns}
            onChange={(value) => set(index, { left: value })}
          />
          <TextField
            label={right}
            value={pair.right}
            onChange={(event) => set(index, { right: event.target.value })}
            {...(choices ? { select: true } : {})}
            slotProps={{ htmlInput: { spellCheck: false } }}
          >
            {choices?.map(({ value, label }) => (
              <MenuItem key={value} value={value}>
                {label}
              </MenuItem>
            ))}
          </TextField>
          {extra && (
            <TextField
              select
              label={extraLabel}
              value={pair.extra}
              onChange={(event) => set(index, { extra: event.target.value })}
              slotProps={{ select: { displayEmpty: true }, inputLabel: { shrink: true } }}
              sx={{ maxWidth: 140 }}
            >
              {extra.map(({ value, label }) => (
                <MenuItem key={value} value={value}>
                  {label}
                </MenuItem>
              ))}
            </TextField>
          )}
          <IconButton
            aria-label={`${translate("ra.action.remove")}: ${pair.left || index + 1}`}
            onClick={() => onChange(pairs.filter((_pair, place) => place !== index))}
            sx={{ mt: 1 }}
          >
            <CloseIcon fontSize="small" />
          </IconButton>
        </Stack>
      ))}
      <Button startIcon={<AddIcon />} onClick={() => onChange([...pairs, emptyPair()])}>
        {translate("app.ingest.pipeline.add_row")}
      </Button>
    </Box>
  );
}

interface ChoiceProps {
  label: string;
  value: string;
  choices: readonly { value: string; label: string }[];
  onChange: (value: string) => void;
}

export function Choice({ label, value, choices, onChange }: ChoiceProps) {
  return (
    <TextField select label={label} value={value} onChange={(event) => onChange(event.target.value)}>
      {choices.map((choice) => (
        <MenuItem key={choice.value} value={choice.value}>
          {choice.label}
        </MenuItem>
      ))}
    </TextField>
  );
}
