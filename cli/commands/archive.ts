import { parseArgs } from "node:util";
import type pg from "pg";
import { type Command, fail, findDataset, findOrg, type Session, withSession } from "../command.ts";
import { misused } from "../help.ts";
import { waitFor } from "../waiting.ts";

interface ArchiveRow {
  id: string;
  dataset: string;
  state: string;
  row_count: string;
  size_bytes: string;
  valid_from_min: Date;
  valid_to_max: Date;
  attached_until: Date | null;
}

const ARCHIVES = `select a.id, d.name as dataset, a.state, a.row_count, a.size_bytes, a.valid_from_min, a.valid_to_max, a.attached_until
  from data.archives a join data.datasets d on d.org_id = a.org_id and d.id = a.dataset_id
 where a.state <> 'writing' and ($1::uuid is null or a.dataset_id = $1) order by d.name, a.valid_to_max, a.id`;
/** Those of which a moment needs versions. */
const NEEDED = `select id from data.archives where state = 'archived' and ($1::uuid is null or dataset_id = $1)
  and ($2::uuid is null or id = $2) and ($3::timestamptz is null or (valid_to_max > $3 and valid_from_min <= $3)) order by valid_to_max`;

function describe(row: ArchiveRow): string {
  const range = `${row.valid_from_min.toISOString()} to ${row.valid_to_max.toISOString()}`;
  const state =
    row.state === "attached"
      ? `in history again until ${row.attached_until?.toISOString()}`
      : `${row.size_bytes} bytes in the store`;
  return `${row.id}  ${row.dataset}: ${row.row_count} versions, ${range}, ${state}`;
}

async function attachAll(
  session: Session,
  orgId: string,
  which: unknown[],
  options: { days: number; timeout: string | undefined },
): Promise<string[]> {
  const ask = <R extends pg.QueryResultRow>(text: string, values: unknown[]): Promise<R[]> =>
    session.asOrg(orgId, async (client) => (await client.query<R>(text, values)).rows);
  const ids = (await ask<{ id: string }>(NEEDED, which)).map((row) => row.id);
  for (const id of ids) await ask("select data.attach_archive($1, $2)", [id, options.days]);
  for (const id of ids) {
    await waitFor(options.timeout, async () => {
      const [row] = await ask<{
        state: string;
        attach_error: { code: string; message: string; hint: string } | null;
      }>("select state, attach_error from data.archives where id = $1", [id]);
      if (row?.attach_error) fail(row.attach_error.code, row.attach_error.message, row.attach_error.hint);
      return row?.state === "attached" ? id : null;
    });
  }
  return ids;
}

export const archive: Command = {
  about: "older versions in the object store: listed, brought back",
  usage: [
    "archive list --org <slug> [--dataset <name>]",
    "archive attach <archive> --org <slug> [--days <n>] [--timeout <seconds>]",
    "archive attach --org <slug> --dataset <name> [--at <moment>] [--days <n>] [--timeout <seconds>]",
  ],
  async run(args, output) {
    const string = { type: "string" } as const;
    const { positionals, values } = parseArgs({
      args,
      allowPositionals: true,
      options: { org: string, dataset: string, at: string, days: string, timeout: string },
    });
    const [verb, id] = positionals;
    if (verb !== "list" && !(verb === "attach" && (id || values.dataset))) misused(archive);
    return withSession(async (session) => {
      const org = await findOrg(session, values.org);
      const dataset = values.dataset === undefined ? null : await findDataset(session, org, values.dataset);
      if (verb === "list") {
        const { rows } = await session.asOrg(org.id, (client) =>
          client.query<ArchiveRow>(ARCHIVES, [dataset]),
        );
        output.print(rows, rows.length === 0 ? "Nothing is archived." : rows.map(describe).join("\n"));
        return 0;
      }
      const days = Number(values.days ?? 7);
      const attached = await attachAll(session, org.id, [dataset, id ?? null, values.at ?? null], {
        days,
        timeout: values.timeout,
      });
      output.print(
        { attached },
        attached.length === 0
          ? "Nothing had to be attached."
          : `attached ${attached.length} archives for ${days} days`,
      );
      return 0;
    });
  },
};
