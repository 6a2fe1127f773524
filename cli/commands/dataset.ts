import { parseArgs } from "node:util";
import { type Command, findOrg, noDataset, type Output, withSession } from "../command.ts";
import { misused } from "../help.ts";
import { table } from "../table.ts";

interface DatasetRow {
  name: string;
  title: string;
  key_fields: string[];
  default_mode: string;
  contract_version: number;
  row_count: string;
  loaded_at: Date | null;
}

const MAX_DATASETS = 10_000;

async function list(slug: string | undefined, output: Output): Promise<number> {
  const found = await withSession(async (session) => {
    const org = await findOrg(session, slug);
    const { rows } = await session.asOrg(org.id, (client) =>
      client.query<DatasetRow>(
        `select name, title, key_fields, default_mode, contract_version, row_count, loaded_at
           from data.datasets order by name limit $1`,
        [MAX_DATASETS],
      ),
    );
    return rows.map((row) => ({
      name: row.name,
      title: row.title,
      key: row.key_fields,
      mode: row.default_mode,
      contractVersion: row.contract_version,
      rows: Number(row.row_count),
      loadedAt: row.loaded_at,
    }));
  });
  const lines = found.map(({ contractVersion: contract, loadedAt: loaded, ...row }) => ({
    ...row,
    contract,
    loaded,
  }));
  output.print(
    found,
    table(lines, `${slug} has no datasets: cadastre ingest <file> --org ${slug} --dataset <name> makes one`),
  );
  return 0;
}

export const dataset: Command = {
  about: "datasets: listed; one with its contract",
  usage: ["dataset list --org <slug>", "dataset show <name> --org <slug>"],
  async run(args, output) {
    const { positionals, values } = parseArgs({
      args,
      allowPositionals: true,
      options: { org: { type: "string" } },
    });
    const [verb, name] = positionals;
    if (verb === "list") return list(values.org, output);
    if (verb !== "show" || !name) misused(dataset);
    const found = await withSession(async (session) => {
      const org = await findOrg(session, values.org);
      return session.asOrg(org.id, async (client) => {
        const { rows } = await client.query<DatasetRow & { id: string }>(
          `select id, name, title, key_fields, default_mode, contract_version, row_count, loaded_at
             from data.datasets where name = $1`,
          [name],
        );
        const row = rows[0] ?? noDataset(org, name);
        const fields = await client.query(
          `select name, type, required, source_name as "sourceName", minimum, maximum, pattern,
                  allowed_values as "allowedValues", not_in_future as "notInFuture", retired_at as "retiredAt", description
             from data.fields where dataset_id = $1 order by position`,
          [row.id],
        );
        return { org: org.slug, row, fields: fields.rows as Record<string, unknown>[] };
      });
    });
    const { row, fields } = found;
    const data = {
      org: found.org,
      name: row.name,
      title: row.title,
      key: row.key_fields,
      mode: row.default_mode,
      contractVersion: row.contract_version,
      rows: Number(row.row_count),
      loadedAt: row.loaded_at,
      fields,
    };
    const lines = fields.map(
      (f) =>
        `  ${String(f.name).padEnd(30)} ${String(f.type).padEnd(14)} ${row.key_fields.includes(String(f.name)) ? "key" : f.required ? "required" : ""}`,
    );
    output.print(
      data,
      `${found.org}/${row.name}: ${data.rows.toLocaleString("en-US")} rows, contract ${data.contractVersion}, ${data.mode}\n${lines.join("\n")}`,
    );
    return 0;
  },
};
