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
  ends_at: Date | null;
  lapsed: boolean;
}

const HOLDS = `select h.id, d.name as dataset, h.row_count as rows, h.reason, u.email::text as placed_by, h.placed_at, h.released_at, h.release_reason, h.ends_at, h.lapsed
  from data.legal_holds h left join data.datasets d on d.org_id = h.org_id and d.id = h.dataset_id left join access.users u on u.id = h.placed_by
 where $1 or h.released_at is null order by h.placed_at`;

function describe(hold: HoldRow): string {
  const what =
    hold.dataset === null
      ? "the organization"
      : hold.rows === null
        ? hold.dataset
        : `${hold.rows} rows of ${hold.dataset}`;
  const end = hold.released_at
    ? `, ${hold.lapsed ? "lapsed" : "released"} ${hold.released_at.toISOString()}: ${hold.release_reason}`
    : hold.ends_at
      ? `, until ${hold.ends_at.toISOString()}`
      : "";
  return `${hold.id}  ${what}, since ${hold.placed_at.toISOString()} by ${hold.placed_by ?? "the service"}: ${hold.reason}${end}`;
}

/** A day begins at midnight UTC. Errors: AppError USAGE. */
function readEnd(said: string | undefined, needed: boolean): string | null {
  if (said === undefined && needed)
    fail("USAGE", "--until is missing", "Give a day such as 2030-01-31, or none.");
  if (said === undefined || said === "none") return null;
  const moment = new Date(said);
  if (Number.isNaN(moment.getTime()))
    fail("USAGE", `${said} is no moment`, "Give a day such as 2030-01-31, or a moment with its zone.");
  return moment.toISOString();
}

interface Asked {
  id: string | undefined;
  reason: string;
  dataset: string | null;
  keys: string | null;
  until: string | null;
}

function callOf(verb: string | undefined, { id, reason, dataset, keys, until }: Asked): [string, unknown[]] {
  if (verb === "add")
    return ["select id, ends_at from data.place_hold($1, $2, $3, $4)", [reason, dataset, keys, until]];
  if (verb === "end") return ["select id, ends_at from data.set_hold_end($1, $2, $3)", [id, until, reason]];
  return ["select id, ends_at from data.release_hold($1, $2)", [id, reason]];
}

export const hold: Command = {
  about: "legal holds, which keep rows and versions from being removed",
  usage: [
    "hold add --org <slug> --reason <text> [--dataset <name> [--keys <JSON list of keys>]] [--until <day or moment>]",
    "hold end <hold> --org <slug> --until <day or moment>|none --reason <text>",
    "hold release <hold> --org <slug> --reason <text>",
    "hold list --org <slug> [--all]",
  ],
  async run(args, output) {
    const string = { type: "string" } as const;
    const { positionals, values } = parseArgs({
      args,
      allowPositionals: true,
      options: {
        org: string,
        dataset: string,
        keys: string,
        reason: string,
        until: string,
        all: { type: "boolean" },
      },
    });
    const [verb, id] = positionals;
    const ofOne = verb === "release" || verb === "end";
    if (!["add", "end", "release", "list"].includes(verb ?? "") || ofOne !== (id !== undefined))
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
        const until = readEnd(values.until, verb === "end");
        const [text, given] = callOf(verb, { id, reason, dataset, keys: values.keys ?? null, until });
        const { rows } = await client.query<{ id: string; ends_at: Date | null }>(text, given);
        const { id: held, ends_at: ends } = rows[0]!;
        const says =
          verb === "release"
            ? "is released"
            : `is in force ${ends ? `until ${ends.toISOString()}` : "until it is released"}`;
        output.print({ id: held, endsAt: ends }, `hold ${held} ${says}`);
        return 0;
      });
    });
  },
};
