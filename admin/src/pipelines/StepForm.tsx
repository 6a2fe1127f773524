import { TextField } from "@mui/material";
import { useTranslate } from "react-admin";
import { Several } from "../access/pickers.tsx";
import { CAST_TYPES, type StepDraft } from "./draft.ts";
import { Choice, ColumnField, FormulaField, PairsField } from "./fields.tsx";

interface Props {
  step: StepDraft;
  columns: string[];
  datasets: string[];
  onChange: (step: StepDraft) => void;
}

/** The two halves of the split: of rows to a second output, of a field into several. */
function SplitForm({ step, columns, datasets, onChange }: Props) {
  const translate = useTranslate();
  const word = (key: string) => translate(`app.ingest.pipeline.${key}`);
  const option = (name: string) => step.options[name] ?? "";
  const set = (options: Record<string, string>) =>
    onChange({ ...step, options: { ...step.options, ...options } });
  const what = option("what") || "rows";
  return (
    <>
      <Choice
        label={word("split_what")}
        value={what}
        choices={["rows", "field"].map((value) => ({ value, label: word(`split_${value}`) }))}
        onChange={(value) => set({ what: value })}
      />
      {what === "rows" ? (
        <>
          <FormulaField
            label={word("where")}
            value={step.text}
            language={option("language")}
            onChange={(text, language) => onChange({ ...step, text, options: { ...step.options, language } })}
          />
          <ColumnField
            label={word("second")}
            value={option("dataset")}
            options={datasets}
            onChange={(dataset) => set({ dataset })}
          />
          <Choice
            label={translate("app.ingest.source.mode")}
            value={option("mode")}
            choices={[
              { value: "", label: translate("app.ingest.as_usual") },
              ...["upsert", "snapshot", "append"].map((value) => ({
                value,
                label: translate(`app.mode.${value}`),
              })),
            ]}
            onChange={(mode) => set({ mode })}
          />
        </>
      ) : (
        <>
          <ColumnField
            label={word("field")}
            value={option("field")}
            options={columns}
            onChange={(field) => set({ field })}
          />
          <TextField
            label={word("separator")}
            value={option("separator")}
            onChange={(event) => set({ separator: event.target.value })}
          />
          <Several
            free
            label={word("into")}
            options={[]}
            value={step.names}
            onChange={(names) => onChange({ ...step, names })}
          />
          <Choice
            label={word("keep")}
            value={option("keep")}
            choices={[
              { value: "", label: translate("app.access.no") },
              { value: "yes", label: translate("app.access.yes") },
            ]}
            onChange={(keep) => set({ keep })}
          />
        </>
      )}
    </>
  );
}

function JoinForm({ step, columns, datasets, onChange }: Props) {
  const translate = useTranslate();
  const word = (key: string) => translate(`app.ingest.pipeline.${key}`);
  const set = (options: Record<string, string>) =>
    onChange({ ...step, options: { ...step.options, ...options } });
  return (
    <>
      <ColumnField
        label={word("join_with")}
        value={step.options.dataset ?? ""}
        options={datasets}
        onChange={(dataset) => set({ dataset })}
      />
      <PairsField
        pairs={step.pairs}
        onChange={(pairs) => onChange({ ...step, pairs })}
        left={word("column_here")}
        right={word("column_there")}
        columns={columns}
      />
      <PairsField
        pairs={step.more}
        onChange={(more) => onChange({ ...step, more })}
        left={word("new_name")}
        right={word("column_there")}
        columns={[]}
      />
      <Choice
        label={word("join_type")}
        value={step.options.type || "left"}
        choices={["left", "inner"].map((value) => ({ value, label: word(`join_${value}`) }))}
        onChange={(type) => set({ type })}
      />
    </>
  );
}

function MaskForm({ step, columns, onChange }: Props) {
  const translate = useTranslate();
  const word = (key: string) => translate(`app.ingest.pipeline.${key}`);
  const method = step.options.method || "hash";
  const set = (options: Record<string, string>) =>
    onChange({ ...step, options: { ...step.options, ...options } });
  const input = (name: "value" | "first" | "last", type: "text" | "number") => (
    <TextField
      type={type}
      label={word(`mask_${name}`)}
      value={step.options[name] ?? ""}
      onChange={(event) => set({ [name]: event.target.value })}
      slotProps={{ htmlInput: type === "number" ? { min: 0, max: 1000 } : {} }}
    />
  );
  return (
    <>
      <Several
        free
        label={word("columns")}
        options={columns}
        value={step.names}
        onChange={(names) => onChange({ ...step, names })}
      />
      <Choice
        label={word("mask_method")}
        value={method}
        choices={["hash", "partial", "constant", "null"].map((value) => ({
          value,
          label: word(`masks.${value}`),
        }))}
        onChange={(value) => set({ method: value })}
      />
      {method === "constant" && input("value", "text")}
      {method === "partial" && input("first", "number")}
      {method === "partial" && input("last", "number")}
    </>
  );
}

function CastForm({ step, columns, onChange }: Props) {
  const translate = useTranslate();
  const word = (key: string) => translate(`app.ingest.pipeline.${key}`);
  return (
    <>
      <PairsField
        pairs={step.pairs}
        onChange={(pairs) => onChange({ ...step, pairs })}
        left={word("field")}
        right={word("type")}
        columns={columns}
        // Types with a precision come from definitions that were written elsewhere, and stay.
        choices={[...new Set([...CAST_TYPES, ...step.pairs.map(({ right }) => right).filter(Boolean)])].map(
          (value) => ({ value, label: value }),
        )}
        extraLabel={word("written")}
        extra={[
          { value: "", label: translate("app.ingest.as_usual") },
          { value: ",", label: "1.234,50" },
          { value: "dmy", label: "31.12.2025" },
          { value: "mdy", label: "12/31/2025" },
        ]}
      />
      <Choice
        label={word("on_error")}
        value={step.options.on_error || "fail"}
        choices={["fail", "null"].map((value) => ({ value, label: word(`on_error_${value}`) }))}
        onChange={(on_error) => onChange({ ...step, options: { ...step.options, on_error } })}
      />
    </>
  );
}

/** What a step is told, by its kind. */
export function StepForm(props: Props) {
  const { step, columns, onChange } = props;
  const translate = useTranslate();
  const word = (key: string) => translate(`app.ingest.pipeline.${key}`);
  const pairs = (left: string, right: string, more = {}) => (
    <PairsField
      pairs={step.pairs}
      onChange={(changed) => onChange({ ...step, pairs: changed })}
      left={word(left)}
      right={word(right)}
      columns={columns}
      {...more}
    />
  );
  const names = (label: string) => (
    <Several
      free
      label={word(label)}
      options={columns}
      value={step.names}
      onChange={(changed) => onChange({ ...step, names: changed })}
    />
  );
  switch (step.kind) {
    case "rename":
      return pairs("column_old", "new_name");
    case "select":
      return names("columns");
    case "cast":
      return <CastForm {...props} />;
    case "derive":
      return pairs("new_name", "formula", {
        extraLabel: word("language"),
        extra: [
          { value: "", label: word("expression") },
          { value: "sql", label: "SQL" },
        ],
      });
    case "filter":
      return (
        <FormulaField
          label={word("where")}
          value={step.text}
          language={step.options.language ?? ""}
          onChange={(text, language) => onChange({ ...step, text, options: { ...step.options, language } })}
        />
      );
    case "deduplicate":
      return (
        <>
          {names("keys")}
          {pairs("order_by", "direction", {
            choices: ["asc", "desc"].map((value) => ({ value, label: word(`direction_${value}`) })),
          })}
        </>
      );
    case "split":
      return <SplitForm {...props} />;
    case "join":
      return <JoinForm {...props} />;
    case "mask":
      return <MaskForm {...props} />;
    default:
      return (
        <TextField
          label="SQL"
          multiline
          minRows={3}
          value={step.text}
          helperText={word("sql_help")}
          onChange={(event) => onChange({ ...step, text: event.target.value })}
          slotProps={{ htmlInput: { spellCheck: false, style: { fontFamily: "monospace" } } }}
        />
      );
  }
}
