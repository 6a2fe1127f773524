/**
 * What of quality is computed outside of the database: anomalies of a series, with the baseline that they are held
 * against, and rules read from and written to other tools' files. Who may see what, the database decides.
 */
import express, { type Request, type Response, Router } from "express";
import type pg from "pg";
import { z } from "zod";
import { AppError } from "../../lib/errors.ts";
import { episodesOf, type Point, scoreSeries } from "../../lib/quality/anomalies.ts";
import { RULE_FORMATS, readRuleFile, writeRuleFile } from "../../lib/quality/files.ts";
import { type Rule, ruleShape } from "../../lib/quality/rule.ts";
import { thinSeries } from "../../lib/quality/thin.ts";
import { identityOf } from "../auth/identify.ts";
import { inRequest, settingsFor } from "../database.ts";
import type { Organizations } from "../organizations.ts";
import { parseInput } from "./input.ts";

/** Scored within the request, so fewer than the command line takes: the newest. */
const MAX_POINTS = 20_000;
const DRAWN_POINTS = 2_000;
const MAX_FILE = "2mb";
const MAX_RULES = 1000;

const anomaliesQuery = z.object({
  measure: z.string().min(1).max(100),
  time: z.string().min(1).max(100).optional(),
  direction: z.enum(["both", "up", "down"]).default("both"),
  sensitivity: z.enum(["low", "normal", "high"]).default("normal"),
});
const readQuery = z.object({ format: z.enum([...RULE_FORMATS, "auto"]).default("auto") });
const writeQuery = z.object({ format: z.enum(RULE_FORMATS).default("json") });

/** Measures of a dataset's loads, which need no field of time. */
const OF_LOADS = {
  row_count: `select extract(epoch from checked_at)::float8 * 1000 as time, row_count::float8 as value from quality.scores
               where dataset_id = $1 and run_id is not null order by checked_at desc limit ${MAX_POINTS}`,
  score: `select extract(epoch from checked_at)::float8 * 1000 as time, score::float8 as value from quality.scores
           where dataset_id = $1 and run_id is not null order by checked_at desc limit ${MAX_POINTS}`,
} as const;
const SERIES = `select extract(epoch from moment)::float8 * 1000 as time, value from quality.read_series($1, $2, $3, ${MAX_POINTS})`;
const EXPECTED = `select extract(epoch from moment)::float8 * 1000 as at from quality.feedback
                   where dataset_id = $1 and measure = $2 and verdict = 'expected'`;
const RULES = `
  select r.name, v.kind, v.fields, v.parameters, v.severity, v.scope, v.action, v.dimension, v.max_failures::int as max_failures,
         v.max_share::float8 as max_share, v.tags, v.description
    from quality.rules r join quality.rule_versions v on v.org_id = r.org_id and v.rule_id = r.id and v.version = r.version
   where r.dataset_id = $1 order by r.name limit ${MAX_RULES}`;
const MAY_EXPORT = "select 'quality.export' in (select access.my_permissions_on('dataset', $1)) as may";

export interface QualityOptions {
  pool: pg.Pool;
  organizations: Organizations;
  claimKey: Buffer;
}

type Params = { slug: string; name: string };
type Ask = <R extends pg.QueryResultRow>(text: string, values: unknown[]) => Promise<R[]>;

/** Empty settings are left out, as in definitions that people write. */
function plainRule(row: Record<string, unknown>): Rule {
  const told = Object.entries(row).filter(
    ([, value]) => value !== null && value !== "" && !(Array.isArray(value) && value.length === 0),
  );
  return ruleShape.parse(Object.fromEntries(told));
}

export function qualityRoutes({ pool, organizations, claimKey }: QualityOptions): Router {
  const router = Router();

  /** The dataset of the address, and the way to ask as whoever asks. Errors: NOT_FOUND. */
  const enter = async (request: Request<Params>, response: Response): Promise<{ ask: Ask; id: string }> => {
    const identity = identityOf(response);
    await organizations.find(identity, request.params.slug);
    const settings = settingsFor(identity, String(response.locals.requestId), claimKey, request.ip);
    const ask: Ask = async (text, values) =>
      (await inRequest(pool, settings, (client) => client.query(text, values))).rows;
    const [found] = await ask<{ id: string }>(
      "select id from data.datasets where org_id = (select private.org_id()) and name = $1",
      [request.params.name],
    );
    if (found) return { ask, id: found.id };
    throw new AppError("NOT_FOUND", "there is no such dataset, or you may not see it", {
      hint: "Check its name.",
    });
  };

  router.get("/orgs/:slug/datasets/:name/anomalies", async (request: Request<Params>, response) => {
    const asked = parseInput(anomaliesQuery, request.query, "Ask for ?measure=<field>&time=<field>.");
    const { ask, id } = await enter(request, response);
    const { measure, time, direction, sensitivity } = asked;
    const own = Object.hasOwn(OF_LOADS, measure) ? OF_LOADS[measure as keyof typeof OF_LOADS] : null;
    if (time === undefined && own === null) {
      throw new AppError("BAD_INPUT", "time is missing", {
        hint: "Name the field with the moment; row_count and score, which are of loads, need none.",
        field: "time",
      });
    }
    const points =
      time === undefined
        ? await ask<Point & object>(own!, [id])
        : await ask<Point & object>(SERIES, [id, measure, time]);
    const expected = await ask<{ at: number }>(EXPECTED, [id, measure]);
    const scored = scoreSeries(points, { direction, sensitivity, expected: expected.map(({ at }) => at) });
    response.set("Cache-Control", "no-store").json({
      points: points.length,
      series: thinSeries(scored, DRAWN_POINTS),
      anomalies: episodesOf(scored),
    });
  });

  router.get("/orgs/:slug/datasets/:name/rules", async (request: Request<Params>, response) => {
    const { format } = parseInput(writeQuery, request.query, "format is json, gx, soda or odcs.");
    const { ask, id } = await enter(request, response);
    const [allowed] = await ask<{ may: boolean }>(MAY_EXPORT, [id]);
    if (!allowed?.may) {
      throw new AppError("FORBIDDEN", "you need the permission quality.export for this", {
        hint: "Ask an owner or administrator of your organization for it.",
      });
    }
    const rules = (await ask<Record<string, unknown>>(RULES, [id])).map(plainRule);
    const { text, type, ending } = writeRuleFile({ id, name: request.params.name }, rules, format);
    response
      .set("Cache-Control", "no-store")
      .set("Content-Disposition", `attachment; filename="${request.params.name}-rules.${ending}"`)
      .type(type)
      .send(text);
  });

  router.post(
    "/orgs/:slug/datasets/:name/rules/read",
    express.text({ limit: MAX_FILE, type: () => true }),
    async (request: Request<Params>, response) => {
      const { format } = parseInput(readQuery, request.query, "format is auto, json, gx, soda or odcs.");
      await enter(request, response);
      const text: unknown = request.body;
      response.json(readRuleFile(typeof text === "string" ? text : "", format, request.params.name));
    },
  );
  return router;
}
