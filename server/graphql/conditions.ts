/**
 * How much a request's filters ask. A condition is planned and written out wherever its filter is used: fifty fields that
 * share one variable of six thousand conditions kept the server at it for ten seconds, for everybody. Conditions stand in
 * the document or in its variables, so depth and size of the document (limits.ts) say nothing about them.
 *
 * Only input objects of the schema are counted. What a JSON value holds is the database's to bound.
 */
import {
  type DocumentNode,
  type FragmentDefinitionNode,
  type GraphQLError,
  type GraphQLInputType,
  type GraphQLSchema,
  getNamedType,
  getNullableType,
  isInputObjectType,
  isListType,
  Kind,
  type OperationDefinitionNode,
  TypeInfo,
  typeFromAST,
  valueFromASTUntyped,
  visit,
  visitWithTypeInfo,
} from "postgraphile/graphql";
import { limitError } from "./errors.ts";

export const MAX_CONDITIONS = 2000;
export const MAX_CONDITION_DEPTH = 32;

interface Weight {
  /** Input objects, and how deep they lie in each other. */
  size: number;
  depth: number;
}

const NOTHING: Weight = { size: 0, depth: 0 };

/** Of several values beside each other. */
function sum(weights: Iterable<Weight>): Weight {
  const total = { ...NOTHING };
  for (const { size, depth } of weights) {
    total.size += size;
    total.depth = Math.max(total.depth, depth);
  }
  return total;
}

/** The weight of a variable's value; what lies too deep is not looked at any further. */
function weigh(value: unknown, given: GraphQLInputType, left: number): Weight {
  const type = getNullableType(given);
  if (isListType(type)) {
    const list: unknown[] = Array.isArray(value) ? value : [value];
    return isInputObjectType(getNamedType(type))
      ? sum(list.map((one) => weigh(one, type.ofType, left)))
      : NOTHING;
  }
  if (!isInputObjectType(type) || typeof value !== "object" || value === null) return NOTHING;
  if (left === 0) return { size: 1, depth: 1 };
  const fields = type.getFields();
  const inner = sum(
    Object.entries(value).map(([name, one]) => {
      const field = fields[name];
      return field ? weigh(one, field.type, left - 1) : NOTHING;
    }),
  );
  return { size: inner.size + 1, depth: inner.depth + 1 };
}

interface Use {
  /** What stands in the document itself. */
  literal: Weight;
  /** Variables, how often each is written out, and below how many objects of the document. */
  variables: Map<string, { times: number; depth: number }>;
}

function add(to: Use, from: Use): void {
  to.literal = sum([to.literal, from.literal]);
  for (const [name, { times, depth }] of from.variables) use(to, name, times, depth);
}

function use(by: Use, name: string, times: number, depth: number): void {
  const before = by.variables.get(name) ?? { times: 0, depth: 0 };
  by.variables.set(name, { times: before.times + times, depth: Math.max(before.depth, depth) });
}

/** What an operation or fragment uses, its fragments' own uses included: each is looked at once, however often it is spread. */
function usesOf(
  schema: GraphQLSchema,
  definition: OperationDefinitionNode | FragmentDefinitionNode,
  fragments: Map<string, FragmentDefinitionNode>,
  known: Map<string, Use>,
): Use {
  const found: Use = { literal: { ...NOTHING }, variables: new Map() };
  const info = new TypeInfo(schema);
  let depth = 0;
  visit(
    definition,
    visitWithTypeInfo(info, {
      VariableDefinition: () => false,
      Variable: (node) => use(found, node.name.value, 1, depth),
      ObjectValue: {
        enter: () => {
          // What a JSON value holds is no condition.
          if (!isInputObjectType(getNamedType(info.getInputType()))) return false;
          depth++;
          found.literal = { size: found.literal.size + 1, depth: Math.max(found.literal.depth, depth) };
          return undefined;
        },
        leave: () => void depth--,
      },
      FragmentSpread: ({ name: { value: name } }) => {
        const fragment = fragments.get(name);
        const inner = known.get(name) ?? (fragment && usesOf(schema, fragment, fragments, known));
        if (!inner) return;
        known.set(name, inner);
        add(found, inner);
      },
    }),
  );
  return found;
}

/** Errors of an operation's conditions, for variables that come again and again in other shapes. */
export type ConditionCheck = (variables: Record<string, unknown>) => GraphQLError[];

/** Looks at the document once; variables are weighed with each request. */
export function conditionCheck(
  schema: GraphQLSchema,
  document: DocumentNode,
  operation: OperationDefinitionNode,
): ConditionCheck {
  const fragments = new Map<string, FragmentDefinitionNode>();
  for (const node of document.definitions)
    if (node.kind === Kind.FRAGMENT_DEFINITION) fragments.set(node.name.value, node);
  const { literal, variables: uses } = usesOf(schema, operation, fragments, new Map());
  const weighed = (operation.variableDefinitions ?? []).flatMap((node) => {
    const name = node.variable.name.value;
    const type = typeFromAST(schema, node.type as never) as GraphQLInputType | undefined;
    const used = uses.get(name);
    if (!type || !used || !isInputObjectType(getNamedType(type))) return [];
    const absent: unknown = node.defaultValue && valueFromASTUntyped(node.defaultValue);
    return [{ name, type, absent, ...used }];
  });
  return (variables) => {
    const { size, depth } = sum([
      literal,
      ...weighed.map(({ name, type, absent, times, depth: below }) => {
        const one = weigh(name in variables ? variables[name] : absent, type, MAX_CONDITION_DEPTH);
        return { size: one.size * times, depth: one.depth + below };
      }),
    ]);
    if (depth > MAX_CONDITION_DEPTH) {
      return [
        limitError(
          "TOO_COSTLY",
          `conditions lie deeper in each other than ${MAX_CONDITION_DEPTH} levels`,
          "Write the filter flatter.",
        ),
      ];
    }
    if (size <= MAX_CONDITIONS) return [];
    return [
      limitError(
        "TOO_COSTLY",
        `the query has more than ${MAX_CONDITIONS} conditions, each counted wherever it is used`,
        "List values with `in`, or ask in several requests.",
      ),
    ];
  };
}
