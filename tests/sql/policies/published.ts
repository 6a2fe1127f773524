/**
 * Published decisions in this model: relationships and conditions of OpenFGA's test cases as permit policies. For every
 * person, object and relation that a case asks about, the model's definition is unfolded over its tuples to one condition
 * of the condition language: unions to any, intersections to all, exclusions to not, a tuple's CEL condition to its
 * translation with the tuple's own parameters put in. OpenFGA's three values (yes, no, a parameter is missing) are ours.
 */

export interface Tuple {
  user: string;
  relation: string;
  object: string;
  condition?: { name: string; context?: Record<string, unknown> };
}

export interface Stage {
  model: string;
  tuples?: Tuple[];
  checkAssertions?: {
    tuple: Tuple;
    contextualTuples?: Tuple[];
    context?: Record<string, unknown>;
    expectation?: boolean;
    errorCode?: number;
  }[];
  listObjectsAssertions?: {
    request: { user: string; type: string; relation: string };
    contextualTuples?: Tuple[];
    context?: Record<string, unknown>;
    expectation?: string[] | null;
    errorCode?: number;
  }[];
}

export type Condition = Record<string, unknown>;
/** Never, always, or when the condition is met. */
export type Answer = false | true | Condition;

/** What this model has no words for; the message is the reason. */
export class Unsayable extends Error {}

const any = (parts: Answer[]): Answer => {
  if (parts.includes(true)) return true;
  const open = parts.filter((part): part is Condition => typeof part === "object");
  return open.length === 0 ? false : open.length === 1 ? open[0]! : { any: open };
};
const all = (parts: Answer[]): Answer => {
  if (parts.includes(false)) return false;
  const open = parts.filter((part): part is Condition => typeof part === "object");
  return open.length === 0 ? true : open.length === 1 ? open[0]! : { all: open };
};
const not = (part: Answer): Answer => (typeof part === "boolean" ? !part : { not: part });

/** `x < 100 || y < 50`, `ip.in_cidr(range)` and their like, in the condition language. */
export function translateCel(text: string, parameters: Record<string, unknown>): Condition {
  const source = text.trim();
  for (const [sign, op] of [
    ["||", "any"],
    ["&&", "all"],
  ] as const) {
    const parts = source.split(sign);
    if (parts.length > 1) return { [op]: parts.map((part) => translateCel(part, parameters)) };
  }
  const value = (term: string): unknown => {
    const t = term.trim();
    if (/^-?\d+(\.\d+)?$/.test(t)) return Number(t);
    const quoted = /^"([^"]*)"$/.exec(t) ?? /^'([^']*)'$/.exec(t);
    if (quoted) return quoted[1];
    if (t === "true" || t === "false") return t === "true";
    const moment = /^timestamp\("([^"]*)"\)$/.exec(t);
    if (moment) return { timestamp: moment[1] };
    if (/^[a-z_]\w*$/.test(t)) return t in parameters ? parameters[t] : { context: t };
    throw new Unsayable(`no words for the CEL term ${t}`);
  };
  const inside = /^(\w+)\.in_cidr\((.*)\)$/.exec(source);
  if (inside) {
    const networks = value(inside[2]!);
    return { cidr: [value(inside[1]!), typeof networks === "string" ? [networks] : networks] };
  }
  const comparison = /^(.+?)\s*(==|!=|<=|>=|<|>)\s*(.+)$/.exec(source);
  if (!comparison) {
    const flag = value(source);
    if (typeof flag === "object") return { eq: [flag, true] };
    throw new Unsayable(`no words for the CEL expression ${source}`);
  }
  const op = { "==": "eq", "!=": "ne", "<": "lt", "<=": "lte", ">": "gt", ">=": "gte" }[comparison[2]!]!;
  return { [op]: [value(comparison[1]!), value(comparison[3]!)] };
}

interface Model {
  /** type -> relation -> definition */
  types: Map<string, Map<string, string>>;
  conditions: Map<string, string>;
}

export function readModel(text: string): Model {
  const types: Model["types"] = new Map();
  const conditions: Model["conditions"] = new Map();
  for (const [, name, body] of text.matchAll(/condition\s+(\w+)\s*\([^)]*\)\s*\{([^}]*)\}/g))
    conditions.set(name!, body!);
  let relations: Map<string, string> | null = null;
  for (const line of text.replace(/condition\s+\w+[^}]*\}/g, "").split("\n")) {
    const type = /^\s*type\s+([\w-]+)/.exec(line);
    if (type) {
      relations = new Map();
      types.set(type[1]!, relations);
    }
    const define = /^\s*define\s+([\w-]+)\s*:\s*(.*?)\s*$/.exec(line.replace(/\s#\s.*$/, ""));
    if (define) relations!.set(define[1]!, define[2]!);
  }
  return { types, conditions };
}

/** Splits at a word outside of parentheses and brackets. */
function split(text: string, word: string): string[] {
  const parts: string[] = [];
  let depth = 0;
  let begun = 0;
  for (let i = 0; i < text.length; i++) {
    if ("([".includes(text[i]!)) depth++;
    else if (")]".includes(text[i]!)) depth--;
    else if (depth === 0 && text.startsWith(` ${word} `, i)) {
      parts.push(text.slice(begun, i));
      begun = i + word.length + 2;
      i = begun - 1;
    }
  }
  parts.push(text.slice(begun));
  return parts.map((part) => part.trim());
}

const MAX_STEPS = 20_000;
/** Stands in a path where it goes through an exclusion. */
const WITHOUT = "but not";

/** When `user` stands in `relation` to `object`. Errors: Unsayable. */
export function unfold(
  model: Model,
  tuples: Tuple[],
  user: string,
  relation: string,
  object: string,
): Answer {
  let steps = 0;
  const condition = (tuple: Tuple): Answer => {
    if (!tuple.condition?.name) return true;
    const cel = model.conditions.get(tuple.condition.name);
    if (cel === undefined) return false;
    return translateCel(cel, tuple.condition.context ?? {});
  };
  /** Does the definition of today still admit such a tuple? */
  const admitted = (tuple: Tuple, list: string): boolean => {
    const [subject, userset] = tuple.user.split("#") as [string, string?];
    const [type, id] = [subject.split(":")[0]!, subject.slice(subject.indexOf(":") + 1)];
    const kind = userset ? `${type}#${userset}` : id === "*" ? `${type}:*` : type;
    const wanted = tuple.condition?.name ? `${kind} with ${tuple.condition.name}` : kind;
    return list.split(",").some((entry) => entry.trim().replace(/\s+/g, " ") === wanted);
  };
  const related = (rel: string, obj: string, path: string[]): Answer => {
    if (++steps > MAX_STEPS) throw new Unsayable("the model unfolds to too much");
    const at = `${obj}#${rel}`;
    if (path.includes(at)) {
      if (path.slice(path.indexOf(at)).includes(WITHOUT))
        throw new Unsayable("an exclusion that goes in a circle");
      return false;
    }
    const definition = model.types.get(obj.split(":")[0]!)?.get(rel);
    return definition === undefined ? false : meets(definition, rel, obj, [...path, at]);
  };
  const meets = (definition: string, rel: string, obj: string, path: string[]): Answer => {
    for (const [word, join] of [
      ["or", any],
      ["and", all],
    ] as const) {
      const parts = split(definition, word);
      if (parts.length > 1) return join(parts.map((part) => meets(part, rel, obj, path)));
    }
    const [base, without] = split(definition, "but not");
    if (without !== undefined)
      return all([meets(base!, rel, obj, path), not(meets(without, rel, obj, [...path, WITHOUT]))]);
    if (definition.startsWith("(")) return meets(definition.slice(1, -1).trim(), rel, obj, path);
    if (definition.startsWith("[")) {
      const list = definition.slice(1, -1);
      return any(
        tuples
          .filter((tuple) => tuple.object === obj && tuple.relation === rel && admitted(tuple, list))
          .map((tuple) => {
            const [subject, userset] = tuple.user.split("#") as [string, string?];
            if (userset) return all([condition(tuple), related(userset, subject, path)]);
            const everyone = subject.endsWith(":*") && subject.split(":")[0] === user.split(":")[0];
            return subject === user || everyone ? condition(tuple) : false;
          }),
      );
    }
    const [computed, from] = split(definition, "from");
    if (from === undefined) return related(computed!, obj, path);
    // The objects that it is related to are those of tuples, under whatever the relation is today.
    const list = model.types.get(obj.split(":")[0]!)?.get(from) ?? "";
    return any(
      tuples
        .filter(
          (tuple) =>
            tuple.object === obj && tuple.relation === from && admitted(tuple, list.replace(/^\[|\]$/g, "")),
        )
        .map((tuple) => all([condition(tuple), related(computed!, tuple.user, path)])),
    );
  };
  return related(relation, object, []);
}
