import { Alert, Tab, Tabs, TextField } from "@mui/material";
import { useState } from "react";
import { useTranslate } from "react-admin";
import { useAccess } from "../access/api.ts";
import { useColumns } from "../access/useDatasets.ts";
import { ProblemAlert } from "../components/ProblemAlert.tsx";
import { problemOf } from "../providers/errors.ts";
import { ConditionBuilder, type Names } from "./ConditionBuilder.tsx";
import { isWhole, type Json, jsonOf, type Part, partOf, SOURCES } from "./condition.ts";
import { useSettled } from "./useSettled.ts";

const CHECK =
  "query Check($condition: JSON!, $dataset: UUID) { checkCondition(condition: $condition, dataset: $dataset) }";

/** What the condition is, as far as it is written: null for none, undefined while it is half there. */
export type Written = Json | null | undefined;

export interface Draft {
  mode: "builder" | "json";
  root: Part | null;
  text: string;
}

export const draftOf = (condition: Json | null): Draft => ({
  mode: "builder",
  root: condition ? partOf(condition) : null,
  text: condition ? JSON.stringify(condition, null, 2) : "",
});

export function writtenOf(draft: Draft, types: ReadonlyMap<string, string>): Written {
  if (draft.mode === "builder") {
    if (!draft.root) return null;
    return isWhole(draft.root) ? jsonOf(draft.root, types) : undefined;
  }
  if (draft.text.trim() === "") return null;
  try {
    const value: unknown = JSON.parse(draft.text);
    return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Json) : undefined;
  } catch {
    return undefined;
  }
}

/** The server's word on the condition, once typing pauses. */
function Check({ condition, dataset }: { condition: Json; dataset: string | null }) {
  const translate = useTranslate();
  const settled = useSettled(condition);
  const { data, error } = useAccess<{ checkCondition: boolean }>(CHECK, {
    condition: settled,
    ...(dataset ? { dataset } : {}),
  });
  if (error) return <ProblemAlert problem={problemOf(error)} />;
  return data ? (
    <Alert severity="success" sx={{ py: 0 }}>
      {translate("app.policies.condition_ok")}
    </Alert>
  ) : null;
}

interface Props {
  draft: Draft;
  onChange: (draft: Draft) => void;
  written: Written;
  /** Whose columns are offered and checked against. */
  dataset: string | null;
  rows: boolean;
  attributes: string[];
}

const NAMES = {
  user: ["id", "email", "role", "roles", "department", "region", "clearance"],
  object: ["id", "kind", "name", "tags", "sensitivity", "owner", "owner_id"],
  context: ["network", "time", "weekday", "factor_age", "road"],
};

export function ConditionField({ draft, onChange, written, dataset, rows, attributes }: Props) {
  const translate = useTranslate();
  const columns = useColumns(rows ? dataset : null);
  const [refused, setRefused] = useState(false);
  const names: Names = {
    ...NAMES,
    user: [...new Set([...NAMES.user, ...attributes])],
    row: columns.map(({ name }) => name),
  };
  const show = (mode: Draft["mode"]) => {
    setRefused(written === undefined && mode === "builder");
    if (mode === "json")
      onChange({
        ...draft,
        mode,
        text: written ? JSON.stringify(written, null, 2) : draft.root ? draft.text : "",
      });
    else if (written !== undefined) onChange({ ...draft, mode, root: written ? partOf(written) : null });
  };
  return (
    <>
      <Tabs
        value={draft.mode}
        onChange={(_event, mode: Draft["mode"]) => show(mode)}
        aria-label={translate("app.policies.condition")}
        sx={{ mb: 1.5 }}
      >
        <Tab value="builder" label={translate("app.policies.builder")} />
        <Tab value="json" label="JSON" />
      </Tabs>
      {refused && <Alert severity="warning">{translate("app.policies.not_json")}</Alert>}
      {draft.mode === "builder" ? (
        <ConditionBuilder
          root={draft.root}
          onChange={(root) => onChange({ ...draft, root })}
          names={names}
          sources={rows ? SOURCES : SOURCES.filter((source) => source !== "row")}
        />
      ) : (
        <TextField
          multiline
          minRows={8}
          maxRows={24}
          label={translate("app.policies.condition_json")}
          value={draft.text}
          onChange={(event) => onChange({ ...draft, text: event.target.value })}
          error={written === undefined}
          helperText={written === undefined ? translate("app.policies.not_json") : " "}
          slotProps={{ htmlInput: { spellCheck: false, style: { fontFamily: "monospace" } } }}
        />
      )}
      {written && <Check condition={written} dataset={rows ? dataset : null} />}
    </>
  );
}
