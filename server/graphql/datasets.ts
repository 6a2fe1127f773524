/** What makes an organization's API out of its datasets' views: names, aggregates, versions, rows as they were. */
import { PgAggregatesPreset } from "@graphile/pg-aggregates";
import type { PgCodecWithAttributes } from "postgraphile/@dataplan/pg";
import { type DatasetNames, nameDatasets } from "./dataset-names.ts";

declare global {
  namespace GraphileBuild {
    interface BehaviorStrings {
      "resource:groupedAggregates:having": true;
    }
  }
}

/** Aggregates that people ask for; the others would double the schema of every dataset. */
const AGGREGATES = new Set(["sum", "distinctCount", "min", "max", "average"]);
/** Types with a least and a greatest value, besides numbers. */
const ORDERED = new Set(["date", "timestamptz", "time", "text"]);
const LEFT_OUT = new Set([
  "PgAggregatesAddHavingAggregateTypesPlugin",
  "PgAggregatesOrderByAggregatesPlugin",
  "PgAggregatesFilterRelationalAggregatesPlugin",
]);

const AggregatesPlugin: GraphileConfig.Plugin = {
  name: "CadastreAggregatesPlugin",
  version: "1.0.0",
  after: ["PgAggregatesSpecsPlugin"],
  schema: {
    behaviorRegistry: {
      // Asked for by a plugin that is here, declared by one that is left out.
      add: { "resource:groupedAggregates:having": { description: "never", entities: ["pgResource"] } },
    },
    hooks: {
      build: {
        after: ["PgAggregatesSpecsPlugin"],
        callback(build) {
          const kept = (build.pgAggregateSpecs ?? []).filter((spec) => AGGREGATES.has(spec.id));
          build.pgAggregateSpecs = kept.map((spec) => {
            if (spec.id !== "min" && spec.id !== "max") return spec;
            const isSuitableType: typeof spec.isSuitableType = (codec) =>
              ORDERED.has(codec.name) || spec.isSuitableType(codec);
            return { ...spec, isSuitableType };
          });
          return build;
        },
      },
    },
  },
};

type Part = { names: DatasetNames; kind: "row" | "version" | "asOf" | "diff" | "timeline" | "validOn" };

interface Named {
  name: string;
  extensions?: { pg?: { name: string } };
}

/** A plugin for one schema: it learns the datasets from the introspection and names everything after them. */
function datasetNaming(): GraphileConfig.Plugin {
  const parts = new Map<string, Part>();
  const nameOf = (entity: Named): string => entity.extensions?.pg?.name ?? entity.name;
  const partOf = (entity: Named): Part | undefined => parts.get(nameOf(entity));
  /** The type of what a function about the past returns; null where it returns rows of the dataset. */
  const recordType = (name: string): string | null => {
    const part = parts.get(name);
    if (part?.kind === "diff") return part.names.differenceType;
    return part?.kind === "timeline" ? part.names.timelineType : null;
  };
  const typeOf = (entity: Named): string | undefined => {
    const part = partOf(entity);
    return part?.kind === "version" ? part.names.versionType : part?.names.type;
  };
  const fieldsOf = new WeakMap<object, Map<string, string>>();

  return {
    name: "CadastreDatasetNamingPlugin",
    version: "1.0.0",
    gather: {
      hooks: {
        pgIntrospection_introspection(info, { introspection }) {
          const { singularize, camelCase, upperCamelCase } = info.inflection;
          const views = new Set(introspection.classes.filter((c) => c.relkind === "v").map((c) => c.relname));
          const datasets = [...views].filter(
            (view) => !(view.endsWith("_history") && views.has(view.slice(0, -"_history".length))),
          );
          const words = { singularize, camelCase, upperCamelCase };
          parts.clear();
          for (const [dataset, names] of nameDatasets(datasets, words)) {
            parts.set(dataset, { names, kind: "row" });
            parts.set(`${dataset}_history`, { names, kind: "version" });
            parts.set(`${dataset}_as_of`, { names, kind: "asOf" });
            parts.set(`${dataset}_diff`, { names, kind: "diff" });
            parts.set(`${dataset}_timeline`, { names, kind: "timeline" });
            parts.set(`${dataset}_valid_on`, { names, kind: "validOn" });
          }
        },
      },
    },
    inflection: {
      replace: {
        tableType: (previous, _options, codec) => typeOf(codec) ?? previous!(codec),
        _singularizedCodecName: (previous, _options, codec) => typeOf(codec) ?? previous!(codec),
        _singularizedResourceName: (previous, _options, resource) => typeOf(resource) ?? previous!(resource),
        _allRows(previous, _options, resource) {
          const part = partOf(resource);
          if (!part) return previous!(resource);
          return part.kind === "version" ? part.names.history : part.names.many;
        },
        rowByUnique(previous, _options, details) {
          const part = partOf(details.resource);
          if (!part || !details.unique.isPrimary) return previous!(details);
          return part.kind === "version" ? part.names.version : part.names.one;
        },
        functionRecordReturnCodecName(previous, _options, details) {
          return recordType(details.pgProc.proname) ?? previous!(details);
        },
        recordFunctionConnectionType(previous, _options, details) {
          const type = recordType(nameOf(details.resource));
          return type ? this.connectionType(type) : previous!(details);
        },
        recordFunctionEdgeType(previous, _options, details) {
          const type = recordType(nameOf(details.resource));
          return type ? this.edgeType(type) : previous!(details);
        },
        customQueryField(previous, _options, details) {
          const part = partOf(details.resource);
          return part && part.kind !== "row" && part.kind !== "version"
            ? part.names[part.kind]
            : previous!(details);
        },
        attribute(_previous, _options, { codec, attributeName }) {
          let fields = fieldsOf.get(codec);
          if (!fields) {
            fields = nameFields(codec as PgCodecWithAttributes, (text) => this.camelCase(text));
            fieldsOf.set(codec, fields);
          }
          return fields.get(attributeName)!;
        },
      },
    },
  };
}

/** Fields that every row has besides its columns, and those a mutation's input has. */
const OWN_FIELDS = ["nodeId", "clientMutationId", "patch"];

/** One GraphQL name per column: camel case, or the column's own name where another column has that already. */
function nameFields(codec: PgCodecWithAttributes, camelCase: (text: string) => string): Map<string, string> {
  const taken = new Set(OWN_FIELDS);
  const names = new Map<string, string>();
  for (const column of Object.keys(codec.attributes)) {
    let name = camelCase(column);
    // Two underscores in front are GraphQL's own.
    if (taken.has(name) || name.startsWith("__")) name = column.startsWith("__") ? `field${column}` : column;
    // A column's own name is unique, unless it is somebody else's camel case: one underscore more tells them apart.
    while (taken.has(name)) name = `${name}_`;
    taken.add(name);
    names.set(column, name);
  }
  return names;
}

const UNCOUNTED = ["-resource:aggregates", "-resource:groupedAggregates"] as GraphileBuild.BehaviorString[];

/** `ordersAsOf` sorts like `orders`; versions are counted and listed, not summed. */
const ShapePlugin: GraphileConfig.Plugin = {
  name: "CadastreDatasetShapePlugin",
  version: "1.0.0",
  schema: {
    entityBehavior: {
      pgResource: {
        inferred: {
          after: ["inferred"],
          provides: ["datasetShape"],
          callback(behavior, resource) {
            if (resource.parameters) return [behavior, "order"];
            const isHistory = Object.hasOwn(resource.codec.attributes ?? {}, "valid_to");
            return isHistory ? [behavior, ...UNCOUNTED] : [behavior];
          },
        },
      },
    },
  },
};

export function organizationPlugins(): GraphileConfig.Plugin[] {
  const aggregates = (PgAggregatesPreset.plugins ?? []).filter((plugin) => !LEFT_OUT.has(plugin.name));
  return [...aggregates, AggregatesPlugin, datasetNaming(), ShapePlugin];
}
