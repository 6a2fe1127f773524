/**
 * Reads of columns that are to be told of: under a mask, or tagged audit_reads. Which those are is in the schema (the tag
 * @audited of a view's column), so an operation is looked through once, and one that asks for none of them costs nothing.
 * One event a dataset, before the answer: what cannot be told of is not answered. An event for every request halved how many
 * such requests were answered, so one stands for the same session's reads of the same columns during a minute.
 */
import { LRUCache } from "lru-cache";
import type { ExecutionConfig } from "postgraphile/grafserv";
import {
  type DocumentNode,
  GraphQLError,
  type GraphQLSchema,
  TypeInfo,
  visit,
  visitWithTypeInfo,
} from "postgraphile/graphql";

type Columns = Record<string, string[]>;

interface Attribute {
  extensions?: { tags?: Record<string, unknown> };
}
interface Codec {
  name: string;
  attributes?: Record<string, Attribute>;
  extensions?: { pg?: { name: string } };
}
/** What graphile-build tells of a field, as far as it matters here. */
interface Scope {
  fieldName: string;
  pgCodec?: Codec;
  pgFieldAttribute?: Attribute;
  pgTypeResource?: { codec: Codec };
  isPgConnectionAggregateField?: boolean;
  isPgConnectionRelated?: boolean;
}

/** For so long an event stands for further reads of the same columns by the same session. */
const WINDOW_MS = 60_000;
/** Sessions and sets of columns that are remembered; one that is forgotten is told of again. */
const MAX_REMEMBERED = 20_000;
const EXTENSION = "cadastreAudited";

const isAudited = (attribute: Attribute | undefined): boolean =>
  attribute?.extensions?.tags?.audited !== undefined;

/** A dataset's history is the dataset too. */
const datasetOf = (codec: Codec): string =>
  (codec.extensions?.pg?.name ?? codec.name).replace(/_history$/, "");

function auditedOf(scope: Scope, nameOf: (codec: Codec, attribute: string) => string): Columns | null {
  const codec = scope.pgCodec ?? scope.pgTypeResource?.codec;
  if (!codec?.attributes) return null;
  const all = Object.entries(codec.attributes).filter(([, attribute]) => isAudited(attribute));
  let columns: typeof all = [];
  if (scope.pgFieldAttribute) columns = all.filter(([, attribute]) => attribute === scope.pgFieldAttribute);
  else if (scope.isPgConnectionAggregateField)
    columns = all.filter(([name]) => nameOf(codec, name) === scope.fieldName);
  // The keys of groups are values; which columns make them may be a variable, so it counts as all.
  else if (scope.isPgConnectionRelated && scope.fieldName === "groupedAggregates") columns = all;
  return columns.length === 0 ? null : { [datasetOf(codec)]: columns.map(([name]) => name) };
}

/** Columns that a document asks for, of all its operations. */
function columnsOf(schema: GraphQLSchema, document: DocumentNode): Columns {
  const found: Record<string, Set<string>> = {};
  const info = new TypeInfo(schema);
  visit(
    document,
    visitWithTypeInfo(info, {
      Field() {
        const columns = info.getFieldDef()?.extensions?.[EXTENSION] as Columns | undefined;
        for (const [dataset, names] of Object.entries(columns ?? {})) {
          found[dataset] ??= new Set();
          for (const name of names) found[dataset].add(name);
        }
      },
    }),
  );
  return Object.fromEntries(Object.entries(found).map(([dataset, names]) => [dataset, [...names].sort()]));
}

interface ReadContext {
  identity: { userId: string; sessionId: string } | null;
  pgSettings: Record<string, string | undefined> | null;
  withPgClient(
    settings: unknown,
    work: (client: {
      query(query: { text: string; values: unknown[] }): Promise<unknown>;
    }) => Promise<unknown>,
  ): Promise<unknown>;
}

function recording(config: ExecutionConfig): ExecutionConfig {
  // Documents live as long as the cache of parsed operations keeps them.
  const known = new WeakMap<DocumentNode, string>();
  const asked = (document: DocumentNode): string => {
    let columns = known.get(document);
    if (columns === undefined) {
      const all = columnsOf(config.schema, document);
      columns = Object.keys(all).length === 0 ? "" : JSON.stringify(all);
      known.set(document, columns);
    }
    return columns;
  };
  const told = new LRUCache<string, true>({ max: MAX_REMEMBERED, ttl: WINDOW_MS });
  type Args = Parameters<ExecutionConfig["execute"]>[0];
  return {
    ...config,
    execute: ((args: Args) => {
      const columns = asked(args.document);
      if (columns === "") return config.execute(args);
      const { identity, pgSettings, withPgClient } = args.contextValue as unknown as ReadContext;
      const key = `${identity?.userId ?? ""} ${identity?.sessionId ?? ""} ${columns}`;
      if (told.has(key)) return config.execute(args);
      const noted = withPgClient(pgSettings, (client) =>
        client.query({ text: "select private.note_read($1)", values: [columns] }),
      );
      return noted.then(
        () => {
          told.set(key, true);
          return config.execute(args);
        },
        (error: unknown) => ({
          errors: [new GraphQLError("the read could not be recorded", { originalError: error as Error })],
        }),
      );
    }) as ExecutionConfig["execute"],
  };
}

export const AuditedReadsPlugin: GraphileConfig.Plugin = {
  name: "CadastreAuditedReadsPlugin",
  version: "1.0.0",
  schema: {
    hooks: {
      GraphQLObjectType_fields_field(field, build, context) {
        const nameOf = (codec: Codec, attributeName: string): string =>
          build.inflection.attribute({ codec: codec as never, attributeName });
        const columns = auditedOf(context.scope as unknown as Scope, nameOf);
        if (columns === null) return field;
        return { ...field, extensions: { ...field.extensions, [EXTENSION]: columns } };
      },
    },
  },
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
            shared = recording(config);
          }
          return { ...shared, contextValue: config.contextValue };
        };
        return next();
      },
    },
  },
};
