import { parseArgs } from "node:util";
import { type Command, fail, findDataset, findOrg, withSession } from "../command.ts";
import { misused } from "../help.ts";

interface HoldRow {
  id: string;
  dataset: string | null;
  rows: number | null;
  reason: string;
  placed_by: string | null;
  placed_at: Date;
  released_at: Date | null;
  release_reason: string | null;
}

const HOLDS = `select h.id, d.name as dataset, h.row_count as rows, h.reason, u.email::text as placed_by, h.placed_at, h.released_at, h.release_reason
  from data.legal_holds h left join data.datasets d on d.org_id = h.org_id and d.id = h.dataset_id left join access.users u on u.id = h.placed_by
 where $1 or h.released_at is null order by h.placed_at`;

function describe(hold: HoldRow): string {
  const what =
    hold.dataset === null
      ? "the organization"
      : hold.rows === null
        ? hold.dataset
        : `${hold.rows} rows of ${hold.dataset}`;
  const end = hold.released_at ? `, released ${hold.released_at.toISOString()}: ${hold.release_reason}` : "";
  return `${hold.id}  ${what}, since ${hold.placed_at.toISOString()} by ${hold.placed_by ?? "the service"}: ${hold.reason}${end}`;
}

export const hold: Command = {
  about: "legal holds, which keep rows and versions from being removed",
  usage: [
    "hold add --org <slug> --reason <text> [--dataset <name> [--keys <JSON list of keys>]]",
    "hold release <hold> --org <slug> --reason <text>",
    "hold list --org <slug> [--all]",
  ],
  async run(args, output) {
    const string = { type: "string" } as const;
    const { positionals, values } = parseArgs({
      args,
      allowPositionals: true,
      options: { org: string, dataset: string, keys: string, reason: string, all: { type: "boolean" } },
    });
    const [verb, id] = positionals;
    if (!["add", "release", "list"].includes(verb ?? "") || (verb === "release") !== (id !== undefined))
      misused(hold);
    return withSession(async (session) => {
      const org = await findOrg(session, values.org);
      const dataset = values.dataset === undefined ? null : await findDataset(session, org, values.dataset);
      return session.asOrg(org.id, async (client) => {
        if (verb === "list") {
          const { rows } = await client.query<HoldRow>(HOLDS, [values.all === true]);
          output.print(rows, rows.length === 0 ? "Nothing is held." : rows.map(describe).join("\n"));
          return 0;
        }
        const reason = values.reason ?? fail("USAGE", "--reason is missing");
        const { rows } =
          verb === "add"
            ? await client.query<{ id: string }>("select id from data.place_hold($1, $2, $3)", [
                reason,
                dataset,
                values.keys ?? null,
              ])
            : await client.query<{ id: string }>("select id from data.release_hold($1, $2)", [id, reason]);
        output.print(
          { id: rows[0]!.id },
          `hold ${rows[0]!.id} ${verb === "add" ? "is in force" : "is released"}`,
        );
        return 0;
      });
    });
  },
};
