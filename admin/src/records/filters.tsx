import type { ReactElement } from "react";
import { NumberInput, SelectInput, TextInput } from "react-admin";
import { typedMoment, typedText } from "../components/zone.ts";
import type { Description } from "../providers/records.ts";
import { isNumeric } from "./values.tsx";

/** A moment is typed in the zone in which moments are shown, and asked for as what it is. */
const AS_MOMENT = {
  parse: (text: string) => typedMoment(text)?.toISOString() ?? "",
  format: (iso: unknown) => (typeof iso === "string" && iso !== "" ? typedText(iso) : ""),
};

type Translate = (key: string, options?: Record<string, unknown>) => string;

/** Filters of a dataset, generated from its columns' types. The first text column's is always there. */
export function filtersOf(description: Description, translate: Translate): ReactElement[] {
  const first = description.columns.find((column) => column.type === "text");
  return description.columns.flatMap((column): ReactElement[] => {
    const source = `row.${column.attribute}`;
    const label = (operator: string) => translate(`app.filter.${operator}`, { field: column.name });
    const range = (input: (operator: "from" | "to") => ReactElement) => [input("from"), input("to")];
    if (isNumeric(column.type)) {
      return range((operator) => (
        <NumberInput
          key={`${source}@${operator}`}
          source={`${source}@${operator}`}
          label={label(operator)}
          helperText={false}
        />
      ));
    }
    if (column.type === "date" || column.type === "timestamptz") {
      const type = column.type === "date" ? "date" : "datetime-local";
      return range((operator) => (
        <TextInput
          key={`${source}@${operator}`}
          source={`${source}@${operator}`}
          label={label(operator)}
          type={type}
          {...(type === "date" ? {} : AS_MOMENT)}
          slotProps={{ inputLabel: { shrink: true } }}
          helperText={false}
        />
      ));
    }
    if (column.type === "boolean") {
      const choices = ["true", "false"].map((id) => ({ id, name: id }));
      return [
        <SelectInput key={source} source={source} label={column.name} choices={choices} helperText={false} />,
      ];
    }
    if (column.type !== "text") return [];
    return [
      <TextInput
        key={`${source}@contains`}
        source={`${source}@contains`}
        label={label("contains")}
        alwaysOn={column === first}
        resettable
        helperText={false}
      />,
    ];
  });
}
