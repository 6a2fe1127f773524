import { createWriteStream } from "node:fs";
import { parseArgs } from "node:util";
import { csvLine } from "../../lib/csv.ts";
import { type Command, fail, findOrg, withSession } from "../command.ts";
import { misused } from "../help.ts";

interface RejectedRow {
  line: string;
  column_name: string;
  rule: string;
  value: string | null;
  message: string;
  remedy: string;
  raw: string;
}

const MAX_NOTICED = 10_000;
/** What rules found that rejected no row: they record, or hold the whole run. */
const NOTICED = `select line, column_name, rule, value, message, remedy, '' as raw from ingest.row_issues
  where run_id = $1 and not rejected order by line, column_name, rule limit ${MAX_NOTICED}`;
const COLUMNS = ["line", "column", "rule", "value", "message", "remedy", "raw"];

export const rejected: Command = {
  about: "tells why rows of a run were not loaded",
  usage: ["rejected <run> [--org <slug>] [--noticed] [--csv <file>]"],
  async run(args, output) {
    const { positionals, values } = parseArgs({
      args,
      allowPositionals: true,
      options: { csv: { type: "string" }, org: { type: "string" }, noticed: { type: "boolean" } },
    });
    const run = positionals[0];
    if (!run || !/^[0-9a-f-]{36}$/.test(run)) misused(rejected);
    const { rows, noticed } = await withSession(async (session) => {
      const orgId = values.org
        ? (await findOrg(session, values.org)).id
        : ((
            await session.asPlatform((client) =>
              client.query<{ org_id: string | null }>("select ingest.org_of_run($1) as org_id", [run]),
            )
          ).rows[0]?.org_id ?? fail("NOT_FOUND", `there is no run ${run}`));
      const result = await session.asOrg(orgId, (client) =>
        client.query<RejectedRow>(
          values.noticed
            ? NOTICED
            : `select r.line, coalesce(i.column_name, '') as column_name, coalesce(i.rule, '') as rule, i.value,
                  coalesce(i.message, '') as message, coalesce(i.remedy, '') as remedy, r.raw
             from ingest.rejected_rows r
             left join ingest.row_issues i
               on i.org_id = r.org_id and i.run_id = r.run_id and i.line = r.line and i.rejected
            where r.run_id = $1 order by r.line, i.column_name, i.rule`,
          [run],
        ),
      );
      if (result.rows.length > 0 || values.noticed) return { rows: result.rows, noticed: 0 };
      const { rows: counted } = await session.asOrg(orgId, (client) =>
        client.query<{ n: number }>("select count(*)::int as n from ingest.row_issues where run_id = $1", [
          run,
        ]),
      );
      return { rows: result.rows, noticed: counted[0]!.n };
    });
    const data = rows.map((r) => ({
      line: Number(r.line),
      column: r.column_name,
      rule: r.rule,
      value: r.value,
      message: r.message,
      remedy: r.remedy,
      raw: r.raw,
    }));
    if (values.csv) {
      const file = createWriteStream(values.csv);
      file.write(csvLine(COLUMNS));
      for (const row of data) file.write(csvLine(COLUMNS.map((c) => row[c as keyof typeof row])));
      await new Promise<void>((resolve, reject) =>
        file.end((e?: Error | null) => (e ? reject(e) : resolve())),
      );
    }
    output.print(
      data,
      data.length === 0
        ? `No rejected rows.${noticed > 0 ? ` Rules noticed ${noticed} values all the same: cadastre rejected ${run} --noticed` : ""}`
        : data
            .map(
              (r) => `line ${r.line}${r.column ? `, ${r.column}` : ""}: ${r.message} [${r.rule}] ${r.remedy}`,
            )
            .join("\n"),
    );
    return 0;
  },
};
