/** What both GraphQL APIs share: plugins, limits, errors, who is asking. */
import { PostGraphileAmberPreset } from "postgraphile/presets/amber";
import { PostGraphileConnectionFilterPreset } from "postgraphile-plugin-connection-filter";
import type { Logger } from "../../lib/log.ts";
import { identityOf } from "../auth/identify.ts";
import type { Identity } from "../auth/tokens.ts";
import { settingsFor } from "../database.ts";
import { requestIdOf } from "../http/basics.ts";
import { type History, MAX_REQUEST_BYTES } from "./edge.ts";
import { maskErrors } from "./errors.ts";
import { GuardPlugin } from "./guard.ts";
import { NamingPlugin, OneKeyPlugin } from "./naming.ts";
import { persistedOperations } from "./persisted.ts";
import { socketIdentity } from "./sockets.ts";

const OPERATION_CACHE = 500;

declare global {
  namespace Grafast {
    interface Context {
      identity: Identity | null;
    }
  }
}

export interface ApiContext {
  claimKey: Buffer;
  log: Logger;
  /** Operations by the SHA-256 of their text. */
  operations: ReadonlyMap<string, string>;
  /** Only those are accepted. */
  persistedOnly: boolean;
}

const DISABLED = [
  // Filters and orders on every column: row-level security narrows to one organization first.
  "PgIndexBehaviorsPlugin",
  // One way to one row: by its key, or by `node(nodeId:)`.
  "NodeAccessorPlugin",
  // One way to filter.
  "PgConditionArgumentPlugin",
  "PgConditionCustomFieldsPlugin",
  // What only old Relay clients ask for.
  "QueryQueryPlugin",
  "MutationPayloadQueryPlugin",
  "PgMutationPayloadEdgePlugin",
] as const;

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
    plugins: [
      NamingPlugin,
      OneKeyPlugin,
      GuardPlugin,
      persistedOperations(context.operations, context.persistedOnly),
    ],
    disablePlugins: DISABLED,
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
        const ip = response?.req.ip ?? request.ws?.request?.socket.remoteAddress ?? "";
        const history = response?.locals.history as History | undefined;
        return { pgSettings: settingsFor(identity, requestId, context.claimKey, ip, history), identity };
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
    },
  };
}
