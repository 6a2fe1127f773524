/** What both GraphQL APIs share: plugins, limits, errors, who is asking. */
import { PersistedPlugin } from "@grafserv/persisted";
import { SafeError } from "postgraphile/grafast";
import { PostGraphileAmberPreset } from "postgraphile/presets/amber";
import { PostGraphileConnectionFilterPreset } from "postgraphile-plugin-connection-filter";
import type { Logger } from "../../lib/log.ts";
import { identityOf } from "../auth/identify.ts";
import type { Identity, Tokens } from "../auth/tokens.ts";
import { settingsFor } from "../database.ts";
import { requestIdOf } from "../http/basics.ts";
import { maskErrors } from "./errors.ts";
import { GuardPlugin } from "./guard.ts";
import { NamingPlugin } from "./naming.ts";
import { socketIdentity } from "./sockets.ts";

const MAX_REQUEST_BYTES = 200_000;
const OPERATION_CACHE = 500;

declare global {
  namespace Grafast {
    interface Context {
      identity: Identity | null;
    }
  }
}

export interface ApiContext {
  tokens: Tokens;
  claimKey: Buffer;
  log: Logger;
  /** Operations by the SHA-256 of their text. */
  operations: ReadonlyMap<string, string>;
  /** Only those are accepted. */
  persistedOnly: boolean;
}

/** Operators that indexes or bounded work can answer; regular expressions are not among them. */
const OPERATORS = [
  "isNull",
  "equalTo",
  "notEqualTo",
  "distinctFrom",
  "notDistinctFrom",
  "in",
  "notIn",
  "lessThan",
  "lessThanOrEqualTo",
  "greaterThan",
  "greaterThanOrEqualTo",
  "includes",
  "includesInsensitive",
  "startsWith",
  "startsWithInsensitive",
  "endsWith",
  "endsWithInsensitive",
  "contains",
  "containedBy",
  "overlaps",
  "containsKey",
  "anyEqualTo",
];

export function sharedPreset(context: ApiContext, path: string): GraphileConfig.Preset {
  return {
    extends: [PostGraphileAmberPreset, PostGraphileConnectionFilterPreset],
    plugins: [NamingPlugin, GuardPlugin, PersistedPlugin],
    // Filters and orders on every column: row-level security narrows to one organization first.
    // One way to one row: by its key, or by `node(nodeId:)`.
    disablePlugins: ["PgIndexBehaviorsPlugin", "NodeAccessorPlugin"],
    schema: {
      connectionFilterAllowedOperators: OPERATORS,
      connectionFilterRelations: true,
      connectionFilterAllowNullInput: false,
      pgForbidSetofFunctionsToReturnNull: true,
      defaultBehavior: "-nodeId:resource:update -nodeId:resource:delete",
    },
    gather: { pgStrictFunctions: true },
    grafast: {
      context(request) {
        const response = request.expressv4?.res;
        const identity = response ? identityOf(response) : socketIdentity(request.ws?.socket);
        const requestId = response ? String(response.locals.requestId) : requestIdOf(undefined);
        return { pgSettings: settingsFor(identity, requestId, context.claimKey), identity };
      },
      explain: false,
    },
    grafserv: {
      graphqlPath: path,
      graphiql: false,
      graphqlOverGET: false,
      websockets: false,
      maxRequestLength: MAX_REQUEST_BYTES,
      parseAndValidateCacheSize: OPERATION_CACHE,
      outputDataAsString: true,
      maskError: maskErrors(context.log),
      persistedOperationsGetter: (hash) => {
        const operation = context.operations.get(hash);
        if (operation !== undefined) return operation;
        throw new SafeError("no operation is kept under this id", {
          statusCode: 400,
          code: "PERSISTED_QUERY_NOT_FOUND",
          hint: "Send the operation's text, or have it added to GRAPHQL_OPERATIONS.",
          field: null,
        });
      },
      allowUnpersistedOperation: !context.persistedOnly,
    },
  };
}
