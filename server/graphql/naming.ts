/**
 * Names in the APIs: `id` is `id` and the global identifier `nodeId`; `runs` and `run(id:)` instead of `allRuns` and
 * `runById`; a relation is called after its column: `dataset_id` gives `dataset`, `created_by` gives `createdByUser`.
 */
import "postgraphile";
import type { PgCodecWithAttributes } from "postgraphile/@dataplan/pg";

/** `dataset_id` -> `dataset`; null where the column's name does not end so. */
function withoutId(column: string): string | null {
  return /^.+_id$/.test(column) ? column.slice(0, -3) : null;
}

/** Whether a row has a column of this name in GraphQL; then a relation must be called otherwise. */
function isColumn(inflection: GraphileBuild.Inflection, codec: PgCodecWithAttributes, name: string): boolean {
  return Object.keys(codec.attributes).some(
    (attributeName) => inflection.attribute({ codec, attributeName }) === name,
  );
}

export const NamingPlugin: GraphileConfig.Plugin = {
  name: "CadastreNamingPlugin",
  version: "1.0.0",
  inflection: {
    replace: {
      nodeIdFieldName: () => "nodeId",
      // Domains do not share names, so their schemas' names would only be in the way.
      _schemaPrefix: () => "",
      _attributeName(_previous, _options, { attributeName, codec }) {
        const name = codec.attributes[attributeName]?.extensions?.tags?.name;
        return this.coerceToGraphQLName(typeof name === "string" ? name : attributeName);
      },
      _allRows(_previous, _options, resource) {
        return this.camelCase(this.pluralize(this._singularizedResourceName(resource)));
      },
      connectionField: (_previous, _options, name) => name,
      rowByUnique(previous, _options, details) {
        const { unique, resource } = details;
        const name = this.camelCase(this.tableType(resource.codec));
        const short = unique.isPrimary && name !== this._allRows(resource);
        return short ? name : previous!(details);
      },
      singleRelation(previous, _options, details) {
        const { registry, codec, relationName } = details;
        const relation = registry.pgRelations[codec.name]?.[relationName];
        const column = relation?.localAttributes.length === 1 ? relation.localAttributes[0]! : null;
        const given = relation?.extensions?.tags?.fieldName;
        if (!relation || (column === null && !given)) return previous!(details);
        const type = this.tableType(relation.remoteResource.codec);
        const name =
          typeof given === "string" ? given : this.camelCase(withoutId(column!) ?? `${column}-${type}`);
        return isColumn(this, codec, name) ? `${name}Row` : name;
      },
      _manyRelation(previous, _options, details) {
        const { registry, codec, relationName } = details;
        const relation = registry.pgRelations[codec.name]?.[relationName];
        const column = relation?.remoteAttributes.length === 1 ? relation.remoteAttributes[0]! : null;
        const given = relation?.extensions?.tags?.foreignFieldName;
        if (typeof given === "string") return isColumn(this, codec, given) ? `${given}Rows` : given;
        if (!relation || column === null) return previous!(details);
        const own = this.camelCase(this.tableType(codec));
        const many = this.camelCase(this.pluralize(this.tableType(relation.remoteResource.codec)));
        const plain = this.camelCase(withoutId(column) ?? column) === own && !isColumn(this, codec, many);
        return plain ? many : this.camelCase(`${many}-by-${column}`);
      },
      orderByAttributeEnum(_previous, _options, { codec, attributeName, variant }) {
        const field = this.attribute({ codec, attributeName });
        return `${field.replace(/([a-z0-9])([A-Z])/g, "$1_$2")}_${variant}`.toUpperCase();
      },
      updateByKeysField(previous, _options, details) {
        return details.unique.isPrimary ? this.updateNodeField(details) : previous!(details);
      },
      deleteByKeysField(previous, _options, details) {
        return details.unique.isPrimary ? this.deleteNodeField(details) : previous!(details);
      },
      argument(previous, _options, details) {
        const name = details.param.name?.replace(/^p_/, "");
        return name ? this.coerceToGraphQLName(this.camelCase(name)) : previous!(details);
      },
    },
  },
};

/** Rows are changed and deleted by their key alone; a row is looked up by any unique one. */
export const OneKeyPlugin: GraphileConfig.Plugin = {
  name: "CadastreOneKeyPlugin",
  version: "1.0.0",
  schema: {
    entityBehavior: {
      pgResourceUnique: {
        inferred: {
          after: ["inferred"],
          provides: ["oneKey"],
          callback: (behavior, [_resource, unique]) =>
            unique.isPrimary
              ? behavior
              : [behavior, "-constraint:resource:update", "-constraint:resource:delete"],
        },
      },
    },
  },
};

/** Functions that the server calls itself and nobody else: an upload's object key is the server's to make. */
const SERVER_ONLY = new Set(["submit_file", "check_upload"]);
/** Columns that are the machinery's own. */
const MACHINERY = new Set([
  "files.object_key",
  "runs.lease_generation",
  "runs.lease_until",
  "runs.rules_digest",
  "runs.worker_id",
  "sql_logins.role_oid",
]);

export const HiddenPlugin: GraphileConfig.Plugin = {
  name: "CadastreHiddenPlugin",
  version: "1.0.0",
  schema: {
    entityBehavior: {
      pgCodecAttribute: {
        inferred: {
          after: ["inferred"],
          provides: ["machinery"],
          callback: (behavior, [codec, attribute]) =>
            MACHINERY.has(`${codec.extensions?.pg?.name}.${attribute}`) ? [behavior, "-*"] : behavior,
        },
      },
      pgResourceUnique: {
        inferred: {
          after: ["inferred"],
          provides: ["machinery"],
          callback: (behavior, [{ codec }, unique]) =>
            unique.attributes.some((attribute) => MACHINERY.has(`${codec.extensions?.pg?.name}.${attribute}`))
              ? [behavior, "-*"]
              : behavior,
        },
      },
    },
  },
  gather: {
    hooks: {
      pgProcedures_PgResourceOptions(_info, { pgProc, resourceOptions }) {
        if (!SERVER_ONLY.has(pgProc.proname)) return;
        resourceOptions.extensions ??= {};
        resourceOptions.extensions.tags = { ...resourceOptions.extensions.tags, behavior: ["-*"] };
      },
    },
  },
};

interface Attribute {
  attname: string;
  attnum: number;
}

/**
 * Every key of a tenant table is led by org_id, which is the same in all rows that somebody sees. So the API leaves
 * it out of keys and relations: `run(id:)`, not `run(orgId:, id:)`. Row-level security still puts it into the query.
 */
export const TenantKeysPlugin: GraphileConfig.Plugin = {
  name: "CadastreTenantKeysPlugin",
  version: "1.0.0",
  gather: {
    hooks: {
      pgIntrospection_introspection(_info, { introspection }) {
        const tenantColumn = new Map<string, number>();
        for (const attribute of introspection.attributes as (Attribute & { attrelid: string })[]) {
          if (attribute.attname === "org_id") tenantColumn.set(attribute.attrelid, attribute.attnum);
        }
        for (const constraint of introspection.constraints) {
          const column = tenantColumn.get(constraint.conrelid ?? "");
          const keys = constraint.conkey;
          if (column === undefined || !keys || keys.length < 2) continue;
          const at = keys.indexOf(column);
          if (at < 0) continue;
          const foreign = constraint.confkey;
          if (foreign && foreign[at] !== tenantColumn.get(constraint.confrelid ?? "")) continue;
          constraint.conkey = keys.filter((_key, index) => index !== at);
          if (foreign) constraint.confkey = foreign.filter((_key, index) => index !== at);
        }
      },
    },
  },
};
