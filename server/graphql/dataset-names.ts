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
  /** What differs between two moments, the versions of one row, what was true on a day. */
  diff: string;
  timeline: string;
  validOn: string;
  differenceType: string;
  timelineType: string;
}

export interface Words {
  singularize(text: string): string;
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
    diff: words.camelCase(`${base}_diff`),
    timeline: words.camelCase(`${base}_timeline`),
    validOn: words.camelCase(`${base}_valid_on`),
    differenceType: `${type}Difference`,
    timelineType: `${type}TimelineEntry`,
  };
}

function* candidates(name: string, words: Words): Generator<DatasetNames> {
  const camelCase = (text: string) => stable(text, words.camelCase);
  const upperCamelCase = (text: string) => stable(text, words.upperCamelCase);
  const singular = words.singularize(name);
  const many = camelCase(name);
  const row = camelCase(`${name}_row`);
  yield namesFrom(upperCamelCase(singular), many, singular === name ? row : camelCase(singular), name, words);
  yield namesFrom(upperCamelCase(singular), many, row, name, words);
  yield namesFrom(upperCamelCase(name), many, row, name, words);
  yield namesFrom(upperCamelCase(`${name}_row`), many, row, name, words);
  for (let n = 2; n < MAX_TRIES; n++) {
    const type = upperCamelCase(`${name}_row_${n}`);
    const one = camelCase(`${name}_row_${n}`);
    yield namesFrom(type, many, one, name, words);
    yield namesFrom(type, camelCase(`${name}_${n}`), one, `${name}_${n}`, words);
  }
}

/** Names that differ in case alone are one name here: what is made of them may not differ at all. */
const bare = (name: string): string => name.toLowerCase().replaceAll("_", "");

const typesOf = (type: string): string[] => AROUND_TYPE.map(([before, after]) => `${before}${type}${after}`);

interface Taken {
  types: Set<string>;
  /** Root fields and the dataset that has each; a list is kept for the dataset of its name from the start. */
  fields: Map<string, string>;
}

function claim(dataset: string, names: DatasetNames, { types, fields }: Taken): boolean {
  const { type, versionType, differenceType, timelineType } = names;
  const wantedTypes = [type, versionType, differenceType, timelineType].flatMap(typesOf).map(bare);
  const wantedFields = [
    ...[names.many, names.one, names.history, names.version],
    ...[names.asOf, names.diff, names.timeline, names.validOn],
  ].map(bare);
  const free =
    new Set(wantedFields).size === wantedFields.length &&
    wantedTypes.every((type) => !types.has(type)) &&
    wantedFields.every((field) => (fields.get(field) ?? dataset) === dataset);
  if (!free) return false;
  for (const type of wantedTypes) types.add(type);
  for (const field of wantedFields) fields.set(field, dataset);
  return true;
}

/** Names for each dataset: the list is called like the dataset, one row like its singular. */
export function nameDatasets(datasets: readonly string[], words: Words): Map<string, DatasetNames> {
  const ordered = [...datasets].sort();
  const taken: Taken = {
    types: new Set(OWN_TYPES.map(bare)),
    fields: new Map(OWN_FIELDS.map((field) => [bare(field), ""])),
  };
  for (const dataset of ordered) {
    const list = bare(dataset);
    if (!taken.fields.has(list)) taken.fields.set(list, dataset);
  }
  // A dataset named in the plural has the first right to the singular's type.
  const isPlural = (name: string) => words.singularize(name) !== name;
  const byRight = [...ordered.filter(isPlural), ...ordered.filter((name) => !isPlural(name))];
  const names = new Map<string, DatasetNames>();
  for (const dataset of byRight) {
    for (const candidate of candidates(dataset, words)) {
      if (!claim(dataset, candidate, taken)) continue;
      names.set(dataset, candidate);
      break;
    }
  }
  return names;
}
