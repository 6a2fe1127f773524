import { parseArgs } from "node:util";
import { type Command, fail, findDataset, findMember, findOrg, withSession } from "../command.ts";
import { misused } from "../help.ts";

interface Column {
  field: string;
  type: string;
  rows: number;
  nulls: number;
  blanks: number;
  distinct: number;
  distinctExact: boolean;
  minimum: string | null;
  maximum: string | null;
  mean: number | null;
  topValues: [string, number][];
  shapes: [string, number][];
  drift: { measure: string; value: number; drifted: boolean } | null;
}

const COLUMNS = `
  select field_name as field, type, row_count::float8 as rows, nulls::float8, empties::float8 as blanks, distinct_count::float8 as "distinct",
         distinct_exact as "distinctExact", unseen_share::float8 as "unseenShare", minimum, maximum, mean::float8, deviation::float8, shortest, longest,
         quantiles, top_values as "topValues", shapes, types_seen as "typesSeen", histogram, drift
    from quality.column_profiles where dataset_id = $1 and profile_id = $2 order by position`;

function line(c: Column): string {
  const top = c.topValues[0];
  return [
    `  ${c.field.padEnd(28)} ${c.type.padEnd(12)}`,
    `${c.nulls + c.blanks} without`,
    `${c.distinctExact ? "" : "about "}${c.distinct} different`,
    c.minimum === null ? "" : `${c.minimum.slice(0, 20)} to ${c.maximum!.slice(0, 20)}`,
    top ? `most often ${JSON.stringify(top[0].slice(0, 20))} (${top[1]})` : "",
    c.drift?.drifted ? `DRIFTED: ${c.drift.measure} ${c.drift.value}` : "",
  ]
    .filter((part) => part !== "")
    .join(", ");
}

export const profile: Command = {
  about: "what the values of each column look like",
  usage: ["profile <dataset> --org <slug> [--last] [--as <email>]"],
  async run(args, output) {
    const { positionals, values } = parseArgs({
      args,
      allowPositionals: true,
      options: { org: { type: "string" }, as: { type: "string" }, last: { type: "boolean" } },
    });
    const name = positionals[0] ?? misused(profile);
    return withSession(async (session) => {
      const org = await findOrg(session, values.org);
      const userId = values.as ? await findMember(session, org, values.as) : null;
      const id = await findDataset(session, org, name);
      return session.asOrg(
        org.id,
        async (client) => {
          const found = values.last
            ? await client.query<{ id: string }>(
                "select id from quality.profiles where dataset_id = $1 order by made_at desc limit 1",
                [id],
              )
            : await client.query<{ id: string }>("select quality.make_profile($1) as id", [id]);
          const made =
            found.rows[0] ?? fail("NOT_FOUND", `${name} has no profile yet`, "Leave --last out to make one.");
          const { rows } = await client.query<{ rows: number; sampled: number; millis: number }>(
            "select row_count::float8 as rows, sampled::float8, millis, made_at as at from quality.profiles where dataset_id = $1 and id = $2",
            [id, made.id],
          );
          const { rows: columns } = await client.query<Column>(COLUMNS, [id, made.id]);
          const head = rows[0]!;
          output.print(
            { dataset: name, ...head, columns },
            [
              `${name}: ${head.rows} rows, ${head.sampled} looked at closely, ${head.millis} ms`,
              ...columns.map(line),
            ].join("\n"),
          );
          return 0;
        },
        userId,
      );
    });
  },
};
