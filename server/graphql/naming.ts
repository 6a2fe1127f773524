/**
 * Names in the APIs: `id` is `id` and the global identifier `nodeId`; `runs` and `run(id:)` instead of `allRuns` and
 * `runById`; a relation is called after its column: `dataset_id` gives `dataset`, `created_by` gives `createdByUser`.
 */
import "postgraphile";

/** `dataset_id` -> `dataset`; null where the column's name does not end so. */
function withoutId(column: string): string | null {
  return /^.+_id$/.test(column) ? column.slice(0, -3) : null;
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
        if (!relation || column === null) return previous!(details);
        const short = withoutId(column);
        const type = this.tableType(relation.remoteResource.codec);
        const name = this.camelCase(short ?? `${column}-${type}`);
        const taken = Object.keys(codec.attributes).some(
          (attributeName) => this.attribute({ codec, attributeName }) === name,
        );
        return taken ? previous!(details) : name;
      },
      _manyRelation(previous, _options, details) {
        const { registry, codec, relationName } = details;
        const relation = registry.pgRelations[codec.name]?.[relationName];
        const column = relation?.remoteAttributes.length === 1 ? relation.remoteAttributes[0]! : null;
        if (!relation || column === null) return previous!(details);
        const own = this.camelCase(this.tableType(codec));
        const many = this.camelCase(this.pluralize(this.tableType(relation.remoteResource.codec)));
        const taken = Object.keys(codec.attributes).some(
          (attributeName) => this.attribute({ codec, attributeName }) === many,
        );
        const plain = this.camelCase(withoutId(column) ?? column) === own && !taken;
        return plain ? many : this.camelCase(`${many}-by-${column}`);
      },
      argument(previous, _options, details) {
        const name = details.param.name?.replace(/^p_/, "");
        return name ? this.coerceToGraphQLName(this.camelCase(name)) : previous!(details);
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
