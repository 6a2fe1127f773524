import { parseArgs } from "node:util";
import type pg from "pg";
import { episodesOf, type Options, type Point, scoreSeries } from "../../lib/quality/anomalies.ts";
import { HOLIDAY } from "../../lib/quality/calendar.ts";
import { type Command, fail, findDataset, findMember, findOrg, withSession } from "../command.ts";
import { misused } from "../help.ts";

const MAX_POINTS = 1_000_000;
/** Measures of a dataset's loads, which need no field with a moment; of those of a profile the field comes after a colon. */
const OF_LOADS = ["row_count", "score", "duration", "freshness"];
const OF_PROFILES = ["null_share", "mean", "distinct"];

/** One point a moment: rows of the same moment are averaged. */
async function readPoints(
  client: pg.PoolClient,
  datasetId: string,
  measure: string,
  time: string | undefined,
): Promise<Point[]> {
  const [what, field] = measure.split(":");
  const known = OF_LOADS.includes(what!) || (field !== undefined && OF_PROFILES.includes(what!));
  if (time === undefined && !known)
    fail(
      "USAGE",
      "--time is missing",
      `Name the field with the moment; measures of the loads need none (${OF_LOADS.join(", ")}, ${OF_PROFILES.map((one) => `${one}:<field>`).join(", ")}).`,
    );
  if (time === undefined) {
    const { rows } = await client.query<Point>(
      "select extract(epoch from moment)::float8 * 1000 as time, value from ingest.read_load_series($1, $2, $3, $4)",
      [datasetId, what, field ?? null, MAX_POINTS],
    );
    return rows;
  }
  const { rows } = await client.query<Point>(
    "select extract(epoch from moment)::float8 * 1000 as time, value from quality.read_series($1, $2, $3, $4)",
    [datasetId, measure, time, MAX_POINTS],
  );
  return rows;
}

export const anomalies: Command = {
  about: "points of a measure that do not fit what came before",
  usage: [
    "anomalies <dataset> --org <slug> --measure <field>|row_count|score|duration|freshness|null_share:<field>|mean:<field>|distinct:<field> [--time <field>] [--month-ends] [--holidays <dates>] [--direction up|down|both] [--sensitivity low|normal|high] [--as <email>]",
    "anomalies <dataset> --org <slug> --measure <field> --expected <moment> [--note <text>] [--as <email>]",
  ],
  async run(args, output) {
    const text = { type: "string" } as const;
    const { positionals, values } = parseArgs({
      args,
      allowPositionals: true,
      options: {
        org: text,
        measure: text,
        time: text,
        direction: text,
        sensitivity: text,
        expected: text,
        holidays: text,
        "month-ends": { type: "boolean" },
        note: text,
        as: text,
      },
    });
    const name = positionals[0] ?? misused(anomalies);
    const measure = values.measure ?? fail("USAGE", "--measure is missing");
    const { direction = "both", sensitivity = "normal" } = values;
    if (!["up", "down", "both"].includes(direction)) fail("USAGE", "--direction is up, down or both");
    if (!["low", "normal", "high"].includes(sensitivity))
      fail("USAGE", "--sensitivity is low, normal or high");
    return withSession(async (session) => {
      const org = await findOrg(session, values.org);
      const userId = values.as ? await findMember(session, org, values.as) : null;
      const id = await findDataset(session, org, name);
      return session.asOrg(
        org.id,
        async (client) => {
          if (values.expected !== undefined) {
            await client.query("select quality.give_feedback($1, $2, $3, 'expected', $4)", [
              id,
              measure,
              values.expected,
              values.note ?? "",
            ]);
            output.print({ expected: values.expected }, `${values.expected} counts as expected`);
            return 0;
          }
          const points = await readPoints(client, id, measure, values.time);
          const { rows } = await client.query<{ at: number }>(
            "select extract(epoch from moment)::float8 * 1000 as at from quality.feedback where dataset_id = $1 and measure = $2 and verdict = 'expected'",
            [id, measure],
          );
          const holidays = values.holidays?.split(",").map((day) => day.trim()) ?? [];
          const wrong = holidays.find((day) => !HOLIDAY.test(day));
          if (wrong !== undefined)
            fail("USAGE", `${wrong} is not a day`, "Write 2026-05-14, or 12-25 for each year.");
          const options = {
            direction,
            sensitivity,
            expected: rows.map((r) => r.at),
            calendar: { monthEnds: values["month-ends"] ?? false, holidays },
          } as Options;
          const found = episodesOf(scoreSeries(points, options));
          const iso = (at: number): string => new Date(at).toISOString();
          const told = found.map((e) => ({
            ...e,
            from: iso(e.from),
            to: iso(e.to),
            peak: { ...e.peak, time: iso(e.peak.time) },
          }));
          output.print(
            { dataset: name, measure, points: points.length, anomalies: told },
            [
              `${name}.${measure}: ${points.length} points, ${told.length} anomalies`,
              ...told.map(
                (e) =>
                  `  ${e.from} to ${e.to} ${e.direction}: ${e.peak.value} where ${Math.round(e.peak.baseline * 1000) / 1000} is usual (${e.peak.score} deviations)`,
              ),
            ].join("\n"),
          );
          return 0;
        },
        userId,
      );
    });
  },
};
