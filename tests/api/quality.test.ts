/** Anomalies with their baseline, and rules as files of other tools, over HTTP: for those who may, of their own organization. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { asMember, type TestOrg } from "../support/database.ts";
import { ROLES } from "../support/planted.ts";
import { createOrg, startTestServer, type TestServer } from "./support/server.ts";

let api: TestServer;
let acme: TestOrg;
let owner: string;
let dataset: string;
const tokens: Record<string, string> = {};
const DAYS = 60;
const ODD_DAY = 50;

async function ask<T = Record<string, unknown>>(
  who: string | null,
  path: string,
  body?: string,
): Promise<{ status: number; type: string; text: string; json: T }> {
  const response = await fetch(`${api.url}/orgs/${path}`, {
    headers: who ? { authorization: `Bearer ${tokens[who]}` } : {},
    ...(body === undefined ? {} : { method: "POST", body }),
  });
  const text = await response.text();
  const type = response.headers.get("content-type") ?? "";
  return { status: response.status, type, text, json: (type.includes("json") ? JSON.parse(text) : {}) as T };
}
const inOrg = (text: string, values: unknown[] = []) =>
  asMember(api.db, { orgId: acme.id, userId: owner }, (client) => client.query(text, values));

beforeAll(async () => {
  api = await startTestServer();
  acme = await createOrg(api.db, "acme");
  const globex = await createOrg(api.db, "globex");
  for (const role of ROLES) {
    const id = await api.member(acme, `${role}@acme.example`, role);
    if (role === "owner") owner = String(id);
    tokens[role] = await api.signIn(`${role}@acme.example`);
  }
  await api.member(globex, "eve@globex.example", "owner");
  tokens.eve = await api.signIn("eve@globex.example");
  const { rows } = await inOrg(
    `select id from data.create_dataset('sales',
       '[{"name": "day", "type": "date"}, {"name": "amount", "type": "numeric"}, {"name": "status"}]', '{day}')`,
  );
  dataset = rows[0].id;
  await inOrg(
    `insert into org_acme.sales (day, amount, status)
       select date '2026-01-01' + n, 100 + n % 7 + case when n between $1 and $1 + 2 then 500 else 0 end, 'paid' from generate_series(0, $2 - 1) n`,
    [ODD_DAY, DAYS],
  );
  const rule = {
    name: "status_values",
    kind: "allowed_values",
    field: "status",
    parameters: { values: ["paid", "sent"] },
    max_share: 0.02,
  };
  await inOrg("select quality.put_rule($1, $2)", [dataset, JSON.stringify(rule)]);
});
afterAll(() => api.close());

interface Anomalies {
  points: number;
  series: { time: number; value: number; baseline: number | null; unit: number; threshold: number | null }[];
  anomalies: { direction: string; peak: { time: number; value: number; baseline: number } }[];
}
/** Whoever sees no datasets is not told that there is one. */
const seesNone = (role: string): boolean => role === "client";
const SERIES = "acme/datasets/sales/anomalies?measure=amount&time=day";

describe("anomalies", () => {
  it("come with the band that each point was expected in, and an expected one is told of no more", async () => {
    const { status, json } = await ask<Anomalies>("steward", SERIES);
    expect(status).toBe(200);
    expect(json.points).toBe(DAYS);
    expect(json.series).toHaveLength(DAYS);
    // The first odd day stands out by itself.
    const [found] = json.anomalies;
    expect(found).toMatchObject({ direction: "up" });
    expect(new Date(found!.peak.time).getTime()).toBe(json.series[ODD_DAY]!.time);
    expect(found!.peak.value).toBeGreaterThan(600);
    expect(found!.peak.baseline).toBeLessThan(120);
    const calm = json.series[ODD_DAY - 5]!;
    expect(calm.threshold).not.toBeNull();
    expect(Math.abs(calm.value - calm.baseline!)).toBeLessThan(calm.threshold! * calm.unit);
    for (const { time } of json.series.slice(ODD_DAY, ODD_DAY + 4))
      await inOrg("select quality.give_feedback($1, 'amount', $2, 'expected')", [dataset, new Date(time)]);
    expect((await ask<Anomalies>("steward", SERIES)).json.anomalies).toEqual([]);
    expect((await ask<Anomalies>("steward", `${SERIES}&direction=down`)).json.anomalies).toEqual([]);
  });

  it("of loads need no time, others do, and nonsense is told", async () => {
    expect((await ask("steward", "acme/datasets/sales/anomalies?measure=row_count")).json).toMatchObject({
      points: 0,
    });
    for (const [query, code] of [
      ["measure=amount", "BAD_INPUT"],
      ["measure=status&time=day", "QC003"],
      ["measure=amount&time=day&sensitivity=none", "BAD_INPUT"],
    ])
      expect(await ask("steward", `acme/datasets/sales/anomalies?${query}`), query).toMatchObject({
        status: 400,
        json: { error: { code } },
      });
  });

  it.each(ROLES)("%s", async (role) => {
    const may = ["owner", "ceo", "admin", "manager", "steward"].includes(role);
    expect((await ask(role, SERIES)).status).toBe(may ? 200 : seesNone(role) ? 404 : 403);
  });
});

describe("rules as files", () => {
  const mayExport = ["owner", "ceo", "admin", "manager", "steward", "editor", "analyst"];
  it.each(ROLES)("%s", async (role) => {
    const { status } = await ask(role, "acme/datasets/sales/rules");
    expect(status).toBe(mayExport.includes(role) ? 200 : seesNone(role) ? 404 : 403);
  });

  it("are read back as they were written, in each format", async () => {
    for (const format of ["json", "gx", "soda"]) {
      const written = await ask("steward", `acme/datasets/sales/rules?format=${format}`);
      expect(written.status, format).toBe(200);
      const read = await ask<{ rules: object[]; skipped: object[] }>(
        "steward",
        `acme/datasets/sales/rules/read?format=${format === "soda" ? "soda" : "auto"}`,
        written.text,
      );
      expect(read.status, format).toBe(200);
      expect(read.json.skipped).toEqual([]);
      expect(read.json.rules, format).toMatchObject([
        { kind: "allowed_values", parameters: { values: ["paid", "sent"] }, max_share: 0.02 },
      ]);
    }
  });

  it("that are none are refused with what is wrong", async () => {
    for (const text of ["not json", '[{"name": "x"}]', '{"expectations": 1}'])
      expect(await ask("steward", "acme/datasets/sales/rules/read", text)).toMatchObject({
        status: 400,
        json: { error: { code: "BAD_INPUT" } },
      });
    const long = await ask("steward", "acme/datasets/sales/rules/read", " ".repeat(2_200_000));
    expect(long.status).toBe(413);
  });
});

it("nobody else finds any of it", async () => {
  for (const path of ["anomalies?measure=row_count", "rules"]) {
    expect((await ask(null, `acme/datasets/sales/${path}`)).status, path).toBe(401);
    expect((await ask("eve", `acme/datasets/sales/${path}`)).status, path).toBe(404);
    expect((await ask("eve", `globex/datasets/sales/${path}`)).status, path).toBe(404);
    expect((await ask("steward", `acme/datasets/none/${path}`)).status, path).toBe(404);
  }
  expect((await ask("eve", "acme/datasets/sales/rules/read", "[]")).status).toBe(404);
});
