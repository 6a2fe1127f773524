import { parseArgs } from "node:util";
import { type Command, fail, findDataset, findOrg, withSession } from "../command.ts";
import { table } from "../table.ts";

const MAX = 1000;

interface ChangeRow {
  txid: string;
  number: string;
  dataset: string;
  kind: string;
  run_id: string | null;
  inserted: string;
  updated: string;
  deleted: string;
  changed_at: Date;
}

export const changes: Command = {
  about: "what changed in the rows, in order: a page of the change feed",
  usage: ["changes --org <slug> [--dataset <name>] [--after <cursor>] [--limit <n>]"],
  async run(args, output) {
    const { values } = parseArgs({
      args,
      options: {
        org: { type: "string" },
        dataset: { type: "string" },
        after: { type: "string" },
        limit: { type: "string" },
      },
    });
    const after = /^(\d{1,19})\.(\d{1,18})$/.exec(values.after ?? "0.0");
    const limit = Number(values.limit ?? 100);
    if (!after)
      fail("USAGE", "--after is no cursor", "Give the cursor of a change that was told, for example 1185.9.");
    if (!(limit >= 1 && limit <= MAX)) fail("USAGE", `--limit is a number from 1 to ${MAX}`);
    const rows = await withSession(async (session) => {
      const org = await findOrg(session, values.org);
      const dataset = values.dataset ? await findDataset(session, org, values.dataset) : null;
      return session.asOrg(org.id, async (client) => {
        const found = await client.query<ChangeRow>(
          "select * from private.read_changes($1, $2, $3, $4) where not waits",
          [after[1], after[2], dataset, limit],
        );
        return found.rows;
      });
    });
    const told = rows.map((row) => ({
      cursor: `${row.txid}.${row.number}`,
      dataset: row.dataset,
      kind: row.kind,
      runId: row.run_id,
      inserted: Number(row.inserted),
      updated: Number(row.updated),
      deleted: Number(row.deleted),
      changedAt: row.changed_at,
    }));
    const next = told.at(-1)?.cursor ?? values.after ?? "0.0";
    output.print(
      { changes: told, next },
      table(
        told.map(({ runId, changedAt, ...c }) => ({ ...c, at: changedAt, run: runId })),
        "There are none.",
      ),
    );
    return 0;
  },
};
