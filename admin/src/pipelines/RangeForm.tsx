import { useTranslate } from "react-admin";
import { Section } from "../components/Section.tsx";
import type { Draft } from "./draft.ts";
import { Choice, ColumnField } from "./fields.tsx";

const NONE = "none";
const TYPES = ["date", "timestamptz", "bigint"];

interface Props {
  draft: Draft;
  onChange: (draft: Draft) => void;
  /** Columns of the input, as far as they are known. */
  columns: string[];
}

/** Whether the pipeline can be run over a range, and what the range is one of. */
export function RangeForm({ draft, onChange, columns }: Props) {
  const translate = useTranslate();
  const word = (key: string) => translate(`app.ingest.pipeline.${key}`);
  const { range } = draft;
  const set = (part: Partial<Draft["range"]>) => onChange({ ...draft, range: { ...range, ...part } });
  return (
    <Section title={word("range")} hint={word("range_hint")}>
      <Choice
        label={word("range_type")}
        value={range.type || NONE}
        choices={[
          { value: NONE, label: word("range_none") },
          ...TYPES.map((value) => ({ value, label: word(`range_${value}`) })),
        ]}
        onChange={(type) => set({ type: type === NONE ? "" : type })}
      />
      {range.type !== "" && draft.kind === "flow" && draft.input.kind === "dataset" && (
        <ColumnField
          label={word("range_field")}
          value={range.field}
          options={columns}
          onChange={(field) => set({ field })}
        />
      )}
    </Section>
  );
}
