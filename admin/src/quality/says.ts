/** A rule in words: what it asks, what may fail, what comes of it. */
import { useTranslate } from "react-admin";
import { formatNumber } from "../components/format.ts";
import { useLanguage } from "../components/useLanguage.ts";
import { KINDS } from "./kinds.ts";
import { type Definition, fieldsOf } from "./types.ts";

const SHOWN_VALUES = 5;

type Words = (key: string, values?: Record<string, unknown>) => string;

const filled = (value: unknown): string | null =>
  value === null || value === undefined || value === "" ? null : String(value);

/** "between 1 and 9", "at least 1", "at most 9". */
function bounds(word: Words, from: unknown, to: unknown): string {
  const [min, max] = [filled(from), filled(to)];
  if (min !== null && max !== null) return word("between", { min, max });
  if (min !== null) return word("at_least", { min });
  return word("at_most", { max: max ?? "…" });
}

function listed(values: unknown): string {
  const all = Array.isArray(values)
    ? values.map((one) => (one === "" ? "∅" : String(one)))
    : [String(values ?? "…")];
  return all.slice(0, SHOWN_VALUES).join(", ") + (all.length > SHOWN_VALUES ? ` … (${all.length})` : "");
}

const percent = (share: unknown): string => `${Number((Number(share) * 100).toPrecision(6))} %`;

const SPEAKERS: Record<string, (p: Record<string, unknown>, word: Words) => Record<string, unknown>> = {
  type: (p) => ({ type: p.type ?? "…" }),
  range: (p, word) => ({ bounds: bounds(word, p.min, p.max) }),
  length: (p, word) => ({ bounds: bounds(word, p.min, p.max) }),
  pattern: (p) => ({ pattern: listed(p.pattern) }),
  allowed_values: (p) => ({ values: listed(p.values) }),
  reference: (p) => ({ other: `${p.dataset ?? "…"}.${p.field ?? "…"}` }),
  functional_dependency: (p) => ({ to: p.to ?? "…" }),
  row_count: (p, word) => ({ bounds: bounds(word, p.min, p.max) }),
  row_count_change: (p) => ({
    change:
      [
        p.max_decrease === undefined ? null : `−${percent(p.max_decrease)}`,
        p.max_increase === undefined ? null : `+${percent(p.max_increase)}`,
      ]
        .filter(Boolean)
        .join(" / ") || "…",
    loads: p.loads ?? 8,
  }),
  null_share: (p, word) => ({
    bounds: bounds(
      word,
      p.min === undefined ? null : percent(p.min),
      p.max === undefined ? null : percent(p.max),
    ),
  }),
  mean: (p, word) => ({ bounds: bounds(word, p.min, p.max) }),
  distinct_count: (p, word) => ({ bounds: bounds(word, p.min, p.max) }),
  freshness: (p) => ({ hours: p.max_hours ?? "…" }),
  reconciliation: (p) => ({
    other: p.field ? `${p.dataset ?? "…"}.${p.field}` : String(p.dataset ?? "…"),
    tolerance: percent(p.tolerance ?? 0),
  }),
};

export function useSays() {
  const translate = useTranslate();
  const locale = useLanguage();
  const word: Words = (key, values) => translate(`app.quality.says.${key}`, values ?? {});
  const condition = (definition: Definition): string => {
    const { kind, parameters = {} } = definition;
    const fields = fieldsOf(definition);
    const field = fields.join(", ") || "…";
    if (!KINDS[kind]) return definition.description || kind;
    if (kind === "comparison") {
      const other = fields.length > 1 ? fields[1] : filled(parameters.value);
      return word("comparison", {
        field: fields[0] ?? "…",
        operator: parameters.operator ?? "…",
        other: other ?? "…",
      });
    }
    if (kind === "format")
      return word(kind, {
        field,
        format: translate(`app.quality.format.${String(parameters.format)}`, {
          _: String(parameters.format ?? "…"),
        }),
      });
    if (kind === "functional_dependency" && parameters.deciders === "each")
      return word("functional_dependency_each", { field, to: parameters.to ?? "…" });
    return word(kind, { field, ...SPEAKERS[kind]?.(parameters, word) });
  };
  const rest = (definition: Definition): string => {
    const { action = "record", max_failures: most, max_share: share } = definition;
    const allowed = [
      most == null ? null : word("most_rows", { smart_count: most, count: formatNumber(locale, most) }),
      share == null ? null : word("most_share", { share: percent(share) }),
    ].filter(Boolean);
    return [...allowed, word(`action_${action}`)].join(" ");
  };
  return { condition, rest };
}
