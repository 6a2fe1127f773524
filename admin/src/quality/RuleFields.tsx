import { Autocomplete, Box, MenuItem, TextField } from "@mui/material";
import { useTranslate } from "react-admin";
import { Several } from "../access/pickers.tsx";
import { useColumns, useDatasets } from "../access/useDatasets.ts";
import type { Problem } from "../providers/errors.ts";
import type { Draft } from "./draft.ts";
import { FORMATS, KINDS, OPERATORS, type Parameter, TYPES } from "./kinds.ts";
import { DIMENSIONS, SEVERITIES, type Severity } from "./types.ts";

export interface FieldsProps {
  draft: Draft;
  onChange: (draft: Draft) => void;
  columns: string[];
  problem: Problem | null;
}

interface ParameterProps extends FieldsProps {
  parameter: Parameter;
}

const LONG = new Set(["lines", "patterns"]);
const GRID = {
  display: "grid",
  columnGap: 2,
  gridTemplateColumns: { sm: "1fr 1fr" },
  alignItems: "start",
} as const;

/** One of a few words, or none where it may be left to the rule's kind. */
function Choice({
  label,
  value,
  choices,
  nameOf,
  onChange,
  usual = false,
  helperText,
}: {
  label: string;
  value: string;
  choices: readonly string[];
  nameOf: (choice: string) => string;
  onChange: (value: string) => void;
  usual?: boolean;
  helperText?: string;
}) {
  const translate = useTranslate();
  return (
    <TextField
      select
      label={label}
      value={value}
      helperText={helperText}
      onChange={(event) => onChange(event.target.value)}
      slotProps={usual ? { select: { displayEmpty: true }, inputLabel: { shrink: true } } : {}}
    >
      {usual && <MenuItem value="">{translate("app.quality.rule.by_kind")}</MenuItem>}
      {choices.map((choice) => (
        <MenuItem key={choice} value={choice}>
          {nameOf(choice)}
        </MenuItem>
      ))}
    </TextField>
  );
}

function Name({
  options,
  label,
  help,
  value,
  required,
  onChange,
}: {
  options: string[];
  label: string;
  help: string;
  value: string;
  required: boolean;
  onChange: (value: string) => void;
}) {
  return (
    <Autocomplete
      freeSolo
      options={options}
      inputValue={value}
      onInputChange={(_event, typed) => onChange(typed)}
      renderInput={(params) => <TextField {...params} label={label} helperText={help} required={required} />}
    />
  );
}

function ParameterField({ parameter, draft, onChange, columns, problem }: ParameterProps) {
  const translate = useTranslate();
  const { datasets } = useDatasets();
  const there = datasets.find(({ name }) => name === draft.texts.dataset);
  const columnsThere = useColumns(there?.id ?? null);
  const { name, input, required = false } = parameter;
  const label = translate(`app.quality.parameter.${name}`);
  const help = translate(`app.quality.parameter_help.${draft.kind}_${name}`, {
    _: translate(`app.quality.parameter_help.${name}`, { _: "" }),
  });
  const value = draft.texts[name] ?? "";
  const set = (text: string) => onChange({ ...draft, texts: { ...draft.texts, [name]: text } });
  const wrong = problem?.field === name;
  const same = (choice: string) => choice;
  if (input === "type")
    return (
      <Choice
        label={label}
        helperText={help}
        value={value}
        choices={TYPES}
        nameOf={same}
        usual={!required}
        onChange={set}
      />
    );
  if (input === "format")
    return (
      <Choice
        label={label}
        value={value}
        choices={FORMATS}
        nameOf={(format) => translate(`app.quality.format.${format}`)}
        onChange={set}
      />
    );
  if (input === "operator")
    return <Choice label={label} value={value} choices={OPERATORS} nameOf={same} onChange={set} />;
  if (input === "deciders" || input === "measure") {
    const choices = input === "measure" ? ["count", "sum"] : ["together", "each"];
    return (
      <Choice
        label={label}
        value={value}
        choices={choices}
        nameOf={(choice) => translate(`app.quality.choice.${choice}`)}
        usual
        onChange={set}
      />
    );
  }
  const options =
    input === "dataset"
      ? datasets.map((one) => one.name)
      : input === "field_there"
        ? columnsThere.map((one) => one.name)
        : input === "field_here"
          ? columns
          : null;
  if (options)
    return (
      <Name options={options} label={label} help={help} value={value} required={required} onChange={set} />
    );
  const long = LONG.has(input);
  return (
    <TextField
      label={label}
      value={value}
      required={required}
      error={wrong}
      helperText={wrong ? problem?.message : help}
      onChange={(event) => set(event.target.value)}
      {...(long ? { multiline: true, minRows: 2, maxRows: 10, sx: { gridColumn: "1 / -1" } } : {})}
      slotProps={{
        htmlInput: {
          spellCheck: false,
          ...(input === "number" ? { inputMode: "decimal" } : {}),
          ...(long ? { style: { fontFamily: "monospace" } } : {}),
        },
      }}
    />
  );
}

/** What the rule asks: fields and parameters, as its kind takes them. */
export function ConditionFields(props: FieldsProps) {
  const { draft, onChange, columns, problem } = props;
  const translate = useTranslate();
  const spec = KINDS[draft.kind];
  const most = spec?.fields[1] ?? 16;
  const choose = (kind: string) => {
    const next = KINDS[kind];
    onChange({
      ...draft,
      kind,
      fields: draft.fields.slice(0, next?.fields[1] ?? 16),
      texts: {},
      // Statistics have no rows of their own to be asked or rejected.
      scope: "",
      action: next?.statistic && draft.action === "reject" ? "hold" : draft.action,
    });
  };
  return (
    <Box sx={GRID}>
      <Choice
        label={translate("app.quality.rule.kind")}
        value={draft.kind}
        choices={spec ? Object.keys(KINDS) : [...Object.keys(KINDS), draft.kind]}
        nameOf={(kind) => translate(`app.quality.kind.${kind}`, { _: kind })}
        helperText={translate(`app.quality.kind_text.${draft.kind}`, { _: "" })}
        onChange={choose}
      />
      {most === 1 && (
        <Choice
          label={translate("app.quality.rule.field")}
          value={draft.fields[0] ?? ""}
          choices={columns}
          nameOf={(name) => name}
          usual={spec?.fields[0] === 0}
          onChange={(field) => onChange({ ...draft, fields: field ? [field] : [] })}
        />
      )}
      {most > 1 && (
        <Several
          label={translate("app.quality.rule.fields")}
          helperText={translate("app.quality.rule.fields_help", { most })}
          options={columns}
          value={draft.fields}
          onChange={(fields) => onChange({ ...draft, fields: fields.slice(0, most) })}
        />
      )}
      {spec?.parameters
        .filter(({ name }) => !(draft.kind === "comparison" && name === "value" && draft.fields.length > 1))
        .map((parameter) => (
          <ParameterField key={parameter.name} parameter={parameter} {...props} />
        ))}
      {!spec && (
        <TextField
          label={translate("app.quality.rule.parameters")}
          value={draft.texts.json ?? ""}
          error={problem?.field === "parameters"}
          onChange={(event) => onChange({ ...draft, texts: { json: event.target.value } })}
          multiline
          minRows={3}
          sx={{ gridColumn: "1 / -1" }}
          slotProps={{ htmlInput: { spellCheck: false, style: { fontFamily: "monospace" } } }}
        />
      )}
    </Box>
  );
}

/** How grave a failure is, what may fail, and what comes of it. */
export function OutcomeFields({ draft, onChange, problem }: FieldsProps) {
  const translate = useTranslate();
  const statistic = KINDS[draft.kind]?.statistic ?? false;
  const rows = !statistic && (draft.scope === "" || draft.scope === "row");
  const set = (part: Partial<Draft>) => onChange({ ...draft, ...part });
  const number = (name: "maxFailures" | "maxShare", key: string, max?: number) => (
    <TextField
      type="number"
      label={translate(`app.quality.rule.${key}`)}
      helperText={translate(`app.quality.rule.${key}_help`)}
      error={problem?.field === key}
      value={draft[name]}
      onChange={(event) => set({ [name]: event.target.value })}
      slotProps={{ htmlInput: { min: 0, step: "any", ...(max ? { max } : {}) } }}
    />
  );
  return (
    <Box sx={GRID}>
      <Choice
        label={translate("app.quality.severity.label")}
        value={draft.severity}
        choices={SEVERITIES}
        nameOf={(name) => translate(`app.quality.severity.${name}`)}
        helperText={translate(`app.quality.severity_text.${draft.severity}`)}
        onChange={(severity) => set({ severity: severity as Severity })}
      />
      <Choice
        label={translate("app.quality.rule.action")}
        value={draft.action}
        choices={rows ? ["record", "reject", "hold"] : ["record", "hold"]}
        nameOf={(name) => translate(`app.quality.action.${name}`)}
        helperText={translate(`app.quality.says.action_${draft.action}`)}
        onChange={(action) => set({ action })}
      />
      {!statistic && number("maxFailures", "max_failures")}
      {!statistic && number("maxShare", "max_share", 100)}
      <Choice
        label={translate("app.quality.rule.scope")}
        value={draft.scope}
        choices={statistic ? ["batch", "dataset"] : ["row", "batch", "dataset"]}
        nameOf={(name) => translate(`app.quality.scope.${name}`)}
        usual
        onChange={(scope) =>
          set({
            scope,
            ...(scope !== "row" && scope !== "" && draft.action === "reject" ? { action: "hold" } : {}),
          })
        }
      />
      <Choice
        label={translate("app.quality.dimension.label")}
        value={draft.dimension}
        choices={DIMENSIONS}
        nameOf={(name) => translate(`app.quality.dimension.${name}`)}
        usual
        onChange={(dimension) => set({ dimension })}
      />
      <Several
        free
        label={translate("app.quality.rule.tags")}
        options={[]}
        value={draft.tags}
        onChange={(tags) => set({ tags })}
      />
      <TextField
        label={translate("app.quality.rule.note")}
        helperText={translate("app.quality.rule.note_help")}
        value={draft.note}
        onChange={(event) => set({ note: event.target.value })}
      />
      <TextField
        label={translate("app.quality.rule.description")}
        value={draft.description}
        multiline
        maxRows={6}
        sx={{ gridColumn: "1 / -1" }}
        onChange={(event) => set({ description: event.target.value })}
      />
    </Box>
  );
}
