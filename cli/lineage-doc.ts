/** An organization's lineage as one document: every dataset, its fields, what they are made from and what is made of them. */
import type pg from "pg";

const MAX_DATASETS = 5000;
const MAX_MAPPINGS = 200_000;

interface Mapping {
  from: string;
  fromColumn: string;
  to: string;
  toColumn: string;
  type: string;
  subtype: string;
  source: string;
}

interface Field {
  name: string;
  type: string;
  source: string;
  description: string;
}

interface Dataset {
  name: string;
  title: string;
  description: string;
  owner: string | null;
  key: string[];
  rows: number;
  lastFile: string | null;
  fields: Field[];
}

export interface LineageDocument {
  organization: string;
  at: string;
  datasets: Dataset[];
  mappings: Mapping[];
}

const DATASETS = `
  select d.name, d.title, d.description, u.email::text as owner, d.key_fields as key, d.row_count::float8 as rows,
         (select fi.file_name from ingest.runs r join ingest.files fi on fi.org_id = r.org_id and fi.id = r.file_id
           where r.org_id = d.org_id and r.id = d.last_run_id) as "lastFile",
         coalesce((select jsonb_agg(jsonb_build_object('name', f.name, 'type', f.type, 'source', f.source_name,
                     'description', f.description) order by f.position)
            from data.fields f where f.org_id = d.org_id and f.dataset_id = d.id and f.retired_at is null), '[]') as fields
    from data.datasets d left join access.users u on u.id = d.owner_id
   where d.org_id = (select private.org_id()) order by d.name limit ${MAX_DATASETS}`;

// Views say again what the dataset says.
const MAPPINGS = `
  select case when f.namespace = '' then f.name else f.namespace || '/' || f.name end as "from", c.from_column as "fromColumn",
         case when t.namespace = '' then t.name else t.namespace || '/' || t.name end as "to", c.to_column as "toColumn",
         c.type, c.subtype, c.source
    from lineage.columns c
    join lineage.nodes f on f.org_id = c.org_id and f.id = c.from_node
    join lineage.nodes t on t.org_id = c.org_id and t.id = c.to_node
   where c.org_id = (select private.org_id()) and c.valid_to is null and c.source <> 'catalog'
   order by 3, 4, 1, 2, 5, 6 limit ${MAX_MAPPINGS}`;

export async function readDocument(client: pg.PoolClient, organization: string): Promise<LineageDocument> {
  const datasets = (await client.query<Dataset>(DATASETS)).rows;
  const mappings = (await client.query<Mapping>(MAPPINGS)).rows;
  return { organization, at: new Date().toISOString(), datasets, mappings };
}

const place = (name: string, column: string): string => (column === "" ? name : `${name}.${column}`);
const unique = (list: string[]): string[] => [...new Set(list)];

/** Everything that a document says of one dataset, as lines of cells: both renderings are made of it. */
function sections({ datasets, mappings }: LineageDocument) {
  const into = Map.groupBy(mappings, (m) => m.to);
  const outOf = Map.groupBy(mappings, (m) => m.from);
  const of = (name: string, columns: Field[]) => {
    const ins = into.get(name) ?? [];
    const outs = outOf.get(name) ?? [];
    const made = (column: string): string =>
      unique(
        ins
          .filter((m) => m.toColumn === column)
          .map((m) => `${place(m.from, m.fromColumn)} (${m.subtype.toLowerCase()})`),
      ).join(", ");
    const used = (column: string): string =>
      unique(
        outs
          .filter((m) => m.fromColumn === column)
          .map((m) => (m.toColumn === "" ? `rows of ${m.to}` : `${m.to}.${m.toColumn}`)),
      ).join(", ");
    return {
      name,
      rows: columns.map((f) => [
        f.name,
        f.type,
        [f.source === "" ? "" : `"${f.source}" of the file`, made(f.name)].filter(Boolean).join("; "),
        used(f.name),
        f.description,
      ]),
      influences: made(""),
      told: unique(ins.map((m) => m.source)).join(", "),
    };
  };
  const known = new Set(datasets.map((d) => d.name));
  const others = unique(mappings.flatMap((m) => [m.from, m.to]))
    .filter((name) => !known.has(name))
    .sort();
  const columnsOf = (name: string): Field[] =>
    unique([
      ...(into.get(name) ?? []).map((m) => m.toColumn),
      ...(outOf.get(name) ?? []).map((m) => m.fromColumn),
    ])
      .filter(Boolean)
      .sort()
      .map((column) => ({ name: column, type: "", source: "", description: "" }));
  return {
    datasets: datasets.map((d) => ({ ...of(d.name, d.fields), dataset: d })),
    others: others.map((name) => of(name, columnsOf(name))),
  };
}

type Section = ReturnType<typeof sections>["others"][number] & { dataset?: Dataset };
const HEAD = ["Column", "Type", "Made from", "Used by", "Description"];

function facts({ dataset, influences, told }: Section): [string, string][] {
  const lines: [string, string | null | undefined][] = [
    ["Title", dataset?.title],
    ["Description", dataset?.description],
    ["Owner", dataset?.owner],
    ["Key", dataset?.key.join(", ")],
    ["Rows", dataset ? String(dataset.rows) : null],
    ["Last file", dataset?.lastFile],
    ["Its rows depend on", influences],
    ["Told by", told],
  ];
  return lines.filter((line): line is [string, string] => Boolean(line[1]));
}

// What people wrote must not become markup of the document.
const md = (value: string): string => value.replace(/[\\`*_{}[\]<>#|!]/g, "\\$&").replace(/\s*\n\s*/g, " ");
const html = (value: string): string => value.replace(/[&<>"']/g, (c) => `&#${c.charCodeAt(0)};`);

export function toMarkdown(document: LineageDocument): string {
  const { datasets, others } = sections(document);
  const lines = [`# Lineage of ${md(document.organization)}`, "", `As of ${document.at}.`];
  const add = (section: Section): void => {
    lines.push("", `### ${md(section.name)}`, "");
    for (const [name, value] of facts(section)) lines.push(`- ${name}: ${md(value)}`);
    if (section.rows.length === 0) return;
    lines.push("", `| ${HEAD.join(" | ")} |`, `|${" --- |".repeat(HEAD.length)}`);
    for (const row of section.rows) lines.push(`| ${row.map(md).join(" | ")} |`);
  };
  lines.push("", "## Datasets");
  for (const section of datasets) add(section);
  if (others.length > 0) lines.push("", "## Models and what is outside");
  for (const section of others) add(section);
  return `${lines.join("\n")}\n`;
}

const STYLE = `body{font:16px/1.5 system-ui,sans-serif;margin:2rem auto;max-width:75rem;padding:0 1rem;color:#1a1a1a;background:#fff}
table{border-collapse:collapse;width:100%}th,td{border:1px solid #bbb;padding:.3rem .6rem;text-align:left;vertical-align:top}
th{background:#f0f0f0}dt{font-weight:600}dd{margin:0 0 .4rem}`;

export function toHtml(document: LineageDocument): string {
  const { datasets, others } = sections(document);
  const one = (section: Section): string => {
    const head = HEAD.map((name) => `<th scope="col">${name}</th>`).join("");
    const rows = section.rows.map(
      (row) => `<tr>${row.map((cell) => `<td>${html(cell)}</td>`).join("")}</tr>`,
    );
    const list = facts(section).map(([name, value]) => `<dt>${name}</dt><dd>${html(value)}</dd>`);
    const table =
      rows.length === 0
        ? ""
        : `<table><thead><tr>${head}</tr></thead><tbody>${rows.join("")}</tbody></table>`;
    return `<section id="${html(encodeURIComponent(section.name))}"><h3>${html(section.name)}</h3><dl>${list.join("")}</dl>${table}</section>`;
  };
  const title = `Lineage of ${html(document.organization)}`;
  const links = [...datasets, ...others]
    .map(
      (s) =>
        `<li><a href="#${html(encodeURIComponent(encodeURIComponent(s.name)))}">${html(s.name)}</a></li>`,
    )
    .join("");
  const outside = others.length === 0 ? "" : `<h2>Models and what is outside</h2>${others.map(one).join("")}`;
  return `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>${title}</title><style>${STYLE}</style></head><body><main><h1>${title}</h1><p>As of ${document.at}.</p><nav><ul>${links}</ul></nav><h2>Datasets</h2>${datasets.map(one).join("")}${outside}</main></body></html>\n`;
}
