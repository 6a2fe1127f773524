/** Puts the limits between parsing and execution, for HTTP and websockets alike. */
import type { ExecutionConfig } from "postgraphile/grafserv";
import type { DocumentNode, GraphQLError, GraphQLSchema } from "postgraphile/graphql";
import { type ConditionCheck, conditionCheck } from "./conditions.ts";
import { codedValidationError, limitError } from "./errors.ts";
import {
  costErrors,
  MAX_QUERY_LENGTH,
  nestsTooDeep,
  operationOf,
  shapeErrors,
  withDefaultPages,
} from "./limits.ts";

type Parsed = ReturnType<ExecutionConfig["parseAndValidate"]>;

const MAX_CACHED_QUERY = 500;

function guardedParse(config: ExecutionConfig): ExecutionConfig["parseAndValidate"] {
  // Keyed by PostGraphile's own cached answer, so it lives as long as that does.
  const checked = new WeakMap<object, Parsed>();
  return (query) => {
    if (query.length > MAX_QUERY_LENGTH) {
      return {
        errors: [limitError("TOO_LARGE", `a query has at most ${MAX_QUERY_LENGTH} characters`, "Send less.")],
      };
    }
    if (nestsTooDeep(query)) {
      const hint = "Follow fewer relations at once, and write filters flatter.";
      return { errors: [limitError("TOO_COSTLY", "the query's brackets are nested too deep", hint)] };
    }
    const parsed = config.parseAndValidate(query);
    const before = checked.get(parsed);
    if (before) return before;
    const result = check(config.schema, parsed);
    checked.set(parsed, result);
    return result;
  };
}

function check(schema: GraphQLSchema, parsed: Parsed): Parsed {
  if (parsed.errors) return { errors: parsed.errors.map(codedValidationError) };
  const errors = shapeErrors(parsed.document);
  return errors.length > 0 ? { errors } : { document: withDefaultPages(schema, parsed.document) };
}

/** Costs are the same for the same document and variables; most requests come again and again. */
function guardedCost(schema: GraphQLSchema) {
  const within = new WeakMap<DocumentNode, Set<string>>();
  return (
    document: DocumentNode,
    operation: string | null | undefined,
    variables: object,
  ): GraphQLError[] => {
    const numbers = Object.entries(variables).filter(([, value]) => typeof value === "number");
    const key = `${operation ?? ""} ${JSON.stringify(numbers)}`;
    const known = within.get(document) ?? new Set();
    if (known.has(key)) return [];
    const errors = costErrors(schema, document, operation, { ...variables });
    if (errors.length === 0 && known.size < MAX_CACHED_QUERY) within.set(document, known.add(key));
    return errors;
  };
}

/** Documents are looked at once; the variables of each request are weighed. */
function guardedConditions(schema: GraphQLSchema) {
  const checks = new WeakMap<DocumentNode, Map<string, ConditionCheck>>();
  return (document: DocumentNode, name: string | null | undefined, variables: object): GraphQLError[] => {
    const known = checks.get(document) ?? new Map<string, ConditionCheck>();
    const before = known.get(name ?? "");
    if (before) return before({ ...variables });
    const operation = operationOf(document, name);
    if (!operation) return [];
    const check = conditionCheck(schema, document, operation);
    checks.set(document, known.set(name ?? "", check));
    return check({ ...variables });
  };
}

function guarded(config: ExecutionConfig): ExecutionConfig {
  const costly = guardedCost(config.schema);
  const conditions = guardedConditions(config.schema);
  const refused = (args: Parameters<ExecutionConfig["execute"]>[0]): GraphQLError[] => {
    const given = [args.document, args.operationName, args.variableValues ?? {}] as const;
    const errors = costly(...given);
    return errors.length > 0 ? errors : conditions(...given);
  };
  return {
    ...config,
    parseAndValidate: guardedParse(config),
    execute: ((args: Parameters<ExecutionConfig["execute"]>[0]) => {
      const errors = refused(args);
      return errors.length > 0 ? { errors } : config.execute(args);
    }) as ExecutionConfig["execute"],
    subscribe: ((args: Parameters<ExecutionConfig["subscribe"]>[0]) => {
      const errors = refused(args);
      return errors.length > 0 ? { errors } : config.subscribe(args);
    }) as ExecutionConfig["subscribe"],
  };
}

/** Limits belong to grafserv's configuration of a schema, which is made once and then only compared. */
export const GuardPlugin: GraphileConfig.Plugin = {
  name: "CadastreGuardPlugin",
  version: "1.0.0",
  grafserv: {
    middleware: {
      setPreset(next, event) {
        const original = event.getExecutionConfig;
        let from: ExecutionConfig["parseAndValidate"] | undefined;
        let shared: ExecutionConfig | undefined;
        event.getExecutionConfig = async function (context) {
          const config = await original.call(this, context);
          if (!shared || from !== config.parseAndValidate) {
            from = config.parseAndValidate;
            shared = guarded(config);
          }
          return { ...shared, contextValue: config.contextValue };
        };
        return next();
      },
    },
  },
};
