/**
 * Names of datasets in their organization's API. People choose datasets' names, so two of them may mean the same
 * GraphQL name (`order` and `orders`, `a_b` and `ab`) or one that GraphQL or this API has for itself. Each dataset gets
 * the first of a few candidates whose every name is still free, so nothing is ever lost from the API.
 */

export interface DatasetNames {
  /** GraphQL type of a row. */
  type: string;
  /** Root field that lists rows. */
  many: string;
  /** Root field of one row by its key. */
  one: string;
  /** Type of a version, list of versions, one version, rows as they were. */
  versionType: string;
  history: string;
  version: string;
  asOf: string;
}

export interface Words {
  singularize(text: string): string;
  pluralize(text: string): string;
  camelCase(text: string): string;
  upperCamelCase(text: string): string;
}

const MAX_TRIES = 1000;

/** What is made of a row's type, before and after its name. */
const AROUND_TYPE = [
  ["", ""],
  ["", "Connection"],
  ["", "Edge"],
  ["", "Condition"],
  ["", "Filter"],
  ["", "OrderBy"],
  ["", "GroupBy"],
  ["", "Input"],
  ["", "Patch"],
  ["", "Aggregates"],
  ["", "SumAggregates"],
  ["", "DistinctCountAggregates"],
  ["", "MinAggregates"],
  ["", "MaxAggregates"],
  ["", "AverageAggregates"],
  ["Create", "Input"],
  ["Create", "Payload"],
  ["Update", "Input"],
  ["Update", "Payload"],
  ["Delete", "Input"],
  ["Delete", "Payload"],
] as const;

const OWN_TYPES = [
  ...["Query", "Mutation", "Subscription", "Node", "PageInfo", "Cursor"],
  ...[
    "ID",
    "Int",
    "Float",
    "String",
    "Boolean",
    "BigInt",
    "BigFloat",
    "UUID",
    "JSON",
    "Date",
    "Time",
    "Datetime",
  ],
  ...[
    "Interval",
    "IntervalInput",
    "IntFilter",
    "FloatFilter",
    "StringFilter",
    "BooleanFilter",
    "BigIntFilter",
  ],
  ...[
    "BigFloatFilter",
    "UUIDFilter",
    "JSONFilter",
    "DateFilter",
    "TimeFilter",
    "DatetimeFilter",
    "StringListFilter",
  ],
];
const OWN_FIELDS = ["query", "node", "nodeId"];

/** `a_b` becomes `aB`, and that `ab` when it is put into another name; what is stable stays the same everywhere. */
function stable(text: string, change: (text: string) => string): string {
  const once = change(text);
  const twice = change(once);
  return once === twice ? once : change(twice);
}

function namesFrom(type: string, many: string, one: string, base: string, words: Words): DatasetNames {
  return {
    type,
    many,
    one,
    versionType: `${type}Version`,
    version: `${one}Version`,
    history: words.camelCase(`${base}_history`),
    asOf: words.camelCase(`${base}_as_of`),
  };
}

function* candidates(name: string, words: Words): Generator<DatasetNames> {
  const { singularize, pluralize } = words;
  const camelCase = (text: string) => stable(text, words.camelCase);
  const upperCamelCase = (text: string) => stable(text, words.upperCamelCase);
  const singular = singularize(name);
  yield namesFrom(upperCamelCase(singular), camelCase(pluralize(singular)), camelCase(singular), name, words);
  yield namesFrom(upperCamelCase(name), camelCase(name), `${camelCase(name)}Row`, name, words);
  for (let n = 1; n < MAX_TRIES; n++) {
    const tail = n === 1 ? "rows" : `rows_${n}`;
    const one = n === 1 ? "row" : `row_${n}`;
    yield namesFrom(
      upperCamelCase(`${name}_${one}`),
      camelCase(`${name}_${tail}`),
      camelCase(`${name}_${one}`),
      n === 1 ? name : `${name}_${n}`,
      words,
    );
  }
}

/** Names that differ in case alone are one name here: what is made of them may not differ at all. */
const bare = (name: string): string => name.toLowerCase().replaceAll("_", "");

const typesOf = (type: string): string[] => AROUND_TYPE.map(([before, after]) => `${before}${type}${after}`);

function claim(names: DatasetNames, types: Set<string>, fields: Set<string>): boolean {
  const wantedTypes = [...typesOf(names.type), ...typesOf(names.versionType)].map(bare);
  const wantedFields = [names.many, names.one, names.history, names.version, names.asOf].map(bare);
  const free =
    new Set(wantedFields).size === wantedFields.length &&
    wantedTypes.every((type) => !types.has(type)) &&
    wantedFields.every((field) => !fields.has(field));
  if (!free) return false;
  for (const type of wantedTypes) types.add(type);
  for (const field of wantedFields) fields.add(field);
  return true;
}

/** Names for each dataset. A dataset that already is called as its list would be goes before one that is not. */
export function nameDatasets(datasets: readonly string[], words: Words): Map<string, DatasetNames> {
  const types = new Set<string>(OWN_TYPES.map(bare));
  const fields = new Set<string>(OWN_FIELDS.map(bare));
  const names = new Map<string, DatasetNames>();
  const isPlural = (name: string) => words.pluralize(words.singularize(name)) === name;
  const ordered = [...datasets].sort((a, b) => Number(isPlural(b)) - Number(isPlural(a)) || (a < b ? -1 : 1));
  for (const dataset of ordered) {
    for (const candidate of candidates(dataset, words)) {
      if (!claim(candidate, types, fields)) continue;
      names.set(dataset, candidate);
      break;
    }
  }
  return names;
}
