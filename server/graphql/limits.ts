/**
 * What one request may ask for: length, depth, and cost, which is about the number of values it can bring back. A
 * connection without `first` or `last` gets a page of its own, so that nobody asks for a million rows by accident.
 */
import {
  type DocumentNode,
  type FieldNode,
  type FragmentDefinitionNode,
  type GraphQLError,
  type GraphQLField,
  type GraphQLNamedType,
  type GraphQLSchema,
  getNamedType,
  isInterfaceType,
  isObjectType,
  Kind,
  type OperationDefinitionNode,
  type SelectionSetNode,
  visit,
} from "postgraphile/graphql";
import { limitError } from "./errors.ts";

export const MAX_DEPTH = 16;
export const MAX_COST = 100_000;
export const MAX_PAGE = 1000;
export const DEFAULT_PAGE = 100;
export const MAX_QUERY_LENGTH = 50_000;
export const MAX_ROOT_FIELDS = 50;
/** Planning writes fragments out: forty of them that name each other twice would be a trillion selections. */
export const MAX_SELECTIONS = 5000;
/** What a field that asks the database costs before any row. */
const QUERY_COST = 10;

/** Brackets within each other, of fields, lists, objects and types alike: the parser calls itself for each. */
const MAX_NESTING = 200;
/** What may hold brackets that are none (strings, comments), and brackets. */
const BRACKETS = /"""(?:\\"""|[\s\S])*?"""|"(?:\\.|[^"\\\n])*"|#[^\n]*|[{}[\]()]/g;

/** Whether a text goes deeper than its parser should. */
export function nestsTooDeep(query: string): boolean {
  let depth = 0;
  for (const [found] of query.matchAll(BRACKETS)) {
    if ("{[(".includes(found)) depth++;
    else if ("}])".includes(found)) depth--;
    if (depth > MAX_NESTING) return true;
  }
  return false;
}

type Variables = Record<string, unknown>;

interface Walk {
  schema: GraphQLSchema;
  fragments: Map<string, FragmentDefinitionNode>;
  variables: Variables;
  errors: GraphQLError[];
  /** Costs of fragments by name and page: without it, fragments of fragments would be walked 2^n times. */
  known: Map<string, number>;
}

const isConnection = (type: GraphQLNamedType): boolean => type.name.endsWith("Connection");

function fieldOf(
  type: GraphQLNamedType | undefined,
  name: string,
): GraphQLField<unknown, unknown> | undefined {
  return type && (isObjectType(type) || isInterfaceType(type)) ? type.getFields()[name] : undefined;
}

/** An integer argument, literal or variable; undefined when it is absent or null. */
function pageArgument(node: FieldNode, name: string, variables: Variables): number | undefined {
  const value = node.arguments?.find((argument) => argument.name.value === name)?.value;
  if (value?.kind === Kind.INT) return Number(value.value);
  if (value?.kind === Kind.VARIABLE) {
    const given = variables[value.name.value];
    return typeof given === "number" ? given : undefined;
  }
  return undefined;
}

function pageOf(node: FieldNode, walk: Walk): number {
  const size = pageArgument(node, "first", walk.variables) ?? pageArgument(node, "last", walk.variables);
  if (size === undefined) {
    walk.errors.push(
      limitError(
        "BAD_INPUT",
        `${node.name.value} needs first or last`,
        `Ask for up to ${MAX_PAGE} rows a page.`,
      ),
    );
    return DEFAULT_PAGE;
  }
  if (size < 0 || size > MAX_PAGE) {
    walk.errors.push(
      limitError(
        "BAD_INPUT",
        `${node.name.value}: a page has 0 to ${MAX_PAGE} rows, not ${size}`,
        "Take several pages with `after: <endCursor>`.",
      ),
    );
  }
  return Math.max(0, size);
}

function costOf(set: SelectionSetNode, type: GraphQLNamedType | undefined, page: number, walk: Walk): number {
  let cost = 0;
  for (const node of set.selections) {
    if (walk.errors.length > 0 || cost > MAX_COST) return cost;
    if (node.kind === Kind.INLINE_FRAGMENT) {
      const on = node.typeCondition ? walk.schema.getType(node.typeCondition.name.value) : type;
      cost += costOf(node.selectionSet, on, page, walk);
    } else if (node.kind === Kind.FRAGMENT_SPREAD) {
      cost += fragmentCost(node.name.value, page, walk);
    } else if (!node.name.value.startsWith("__")) {
      cost += fieldCost(node, type, page, walk);
    }
  }
  return cost;
}

function fragmentCost(name: string, page: number, walk: Walk): number {
  const key = `${name} ${page}`;
  const known = walk.known.get(key);
  if (known !== undefined) return known;
  const fragment = walk.fragments.get(name);
  if (!fragment) return 0;
  const on = walk.schema.getType(fragment.typeCondition.name.value);
  const cost = costOf(fragment.selectionSet, on, page, walk);
  walk.known.set(key, cost);
  return cost;
}

function fieldCost(node: FieldNode, parent: GraphQLNamedType | undefined, page: number, walk: Walk): number {
  const field = fieldOf(parent, node.name.value);
  if (!field || !node.selectionSet) return 1;
  const type = getNamedType(field.type);
  if (isConnection(type) && field.args.some((argument) => argument.name === "first")) {
    return QUERY_COST + costOf(node.selectionSet, type, pageOf(node, walk), walk);
  }
  // Only what stands for the page's rows is multiplied by them; totals and aggregates come once.
  const rows = parent && isConnection(parent) && /^(nodes|edges)$/.test(node.name.value) ? page : 1;
  return 1 + rows * costOf(node.selectionSet, type, 1, walk);
}

export function operationOf(
  document: DocumentNode,
  name: string | null | undefined,
): OperationDefinitionNode | undefined {
  const operations = document.definitions.filter((node) => node.kind === Kind.OPERATION_DEFINITION);
  return name ? operations.find((node) => node.name?.value === name) : operations[0];
}

function fragmentsOf(document: DocumentNode): Map<string, FragmentDefinitionNode> {
  const found = new Map<string, FragmentDefinitionNode>();
  for (const node of document.definitions) {
    if (node.kind === Kind.FRAGMENT_DEFINITION) found.set(node.name.value, node);
  }
  return found;
}

/** Errors of a validated document with its variables; none when it is within the limits. */
export function costErrors(
  schema: GraphQLSchema,
  document: DocumentNode,
  operationName: string | null | undefined,
  variables: Variables,
): GraphQLError[] {
  const operation = operationOf(document, operationName);
  if (!operation) return [];
  const walk: Walk = { schema, fragments: fragmentsOf(document), variables, errors: [], known: new Map() };
  const cost = costOf(operation.selectionSet, schema.getRootType(operation.operation) ?? undefined, 1, walk);
  if (walk.errors.length === 0 && cost > MAX_COST) {
    walk.errors.push(
      limitError(
        "TOO_COSTLY",
        `the query may bring back more than ${MAX_COST} values`,
        "Ask for smaller pages, fewer fields, or in several requests.",
      ),
    );
  }
  return walk.errors;
}

interface Shape {
  /** Levels of fields. */
  depth: number;
  /** Selections when every fragment is written out where it is spread, which is how planning meets them. */
  size: number;
}

/** The shape below a selection set. Each fragment is measured once; the numbers multiply, the work does not. */
function shapeOf(
  set: SelectionSetNode,
  fragments: Map<string, FragmentDefinitionNode>,
  known: Map<string, Shape>,
): Shape {
  const shape: Shape = { depth: 0, size: 0 };
  for (const node of set.selections) {
    let inner: Shape = { depth: 0, size: 0 };
    if (node.kind === Kind.FRAGMENT_SPREAD) {
      const fragment = fragments.get(node.name.value);
      inner =
        known.get(node.name.value) ?? (fragment ? shapeOf(fragment.selectionSet, fragments, known) : inner);
      known.set(node.name.value, inner);
    } else if (node.selectionSet) {
      inner = shapeOf(node.selectionSet, fragments, known);
    }
    const level = node.kind === Kind.FIELD && node.selectionSet ? 1 : 0;
    shape.depth = Math.max(shape.depth, inner.depth + level);
    shape.size += inner.size + 1;
  }
  return shape;
}

/** Errors that need no variables: depth, size and the number of root fields. */
export function shapeErrors(document: DocumentNode): GraphQLError[] {
  const fragments = fragmentsOf(document);
  const known = new Map<string, Shape>();
  const tooCostly = (message: string, hint: string) => [limitError("TOO_COSTLY", message, hint)];
  for (const node of document.definitions) {
    if (node.kind !== Kind.OPERATION_DEFINITION) continue;
    if (node.selectionSet.selections.length > MAX_ROOT_FIELDS) {
      return tooCostly(`an operation has at most ${MAX_ROOT_FIELDS} root fields`, "Send several requests.");
    }
    const { depth, size } = shapeOf(node.selectionSet, fragments, known);
    if (depth >= MAX_DEPTH) {
      return tooCostly(
        `the query is nested deeper than ${MAX_DEPTH} levels`,
        "Follow fewer relations at once, or ask in several requests.",
      );
    }
    if (size > MAX_SELECTIONS) {
      return tooCostly(
        `the query selects more than ${MAX_SELECTIONS} fields, its fragments written out`,
        "Ask for fewer fields, or in several requests.",
      );
    }
  }
  return [];
}

/** The document with `first: DEFAULT_PAGE` on every connection that names neither first nor last. */
export function withDefaultPages(schema: GraphQLSchema, document: DocumentNode): DocumentNode {
  const types: (GraphQLNamedType | undefined)[] = [];
  const current = () => types[types.length - 1];
  return visit(document, {
    OperationDefinition: {
      enter: (node) => void types.push(schema.getRootType(node.operation) ?? undefined),
      leave: () => void types.pop(),
    },
    FragmentDefinition: {
      enter: (node) => void types.push(schema.getType(node.typeCondition.name.value)),
      leave: () => void types.pop(),
    },
    InlineFragment: {
      enter: (node) =>
        void types.push(node.typeCondition ? schema.getType(node.typeCondition.name.value) : current()),
      leave: () => void types.pop(),
    },
    Field: {
      enter: (node) => {
        const field = fieldOf(current(), node.name.value);
        types.push(field && getNamedType(field.type));
      },
      leave: (node) => {
        types.pop();
        const field = fieldOf(current(), node.name.value);
        const paged =
          field && isConnection(getNamedType(field.type)) && field.args.some((a) => a.name === "first");
        const named = node.arguments?.some((a) => a.name.value === "first" || a.name.value === "last");
        if (!paged || named) return undefined;
        const first = {
          kind: Kind.ARGUMENT,
          name: { kind: Kind.NAME, value: "first" },
          value: { kind: Kind.INT, value: String(DEFAULT_PAGE) },
        } as const;
        return { ...node, arguments: [...(node.arguments ?? []), first] };
      },
    },
  });
}
