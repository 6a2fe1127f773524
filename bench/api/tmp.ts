import "../../lib/graphile-env.ts";
import pg from "pg";
import { openBench, makeOrg, asManager } from "../support.ts";
import { createOrganizations } from "../../server/organizations.ts";
import { readConfig } from "../../lib/config.ts";
import { createLogger } from "../../lib/log.ts";
import { createServer } from "../../server/app.ts";
import { loadOrMakeKeys } from "../../server/auth/keys.ts";
import { createTokens } from "../../server/auth/tokens.ts";
import { listQuery } from "./raw.ts";
import { signClaim } from "../../lib/claims.ts";
const context = await openBench();
const org = await makeOrg(context, "bench-api");
const run = await import("./run.ts") as any;
await run.fill(context, org);
const keys = await loadOrMakeKeys(context.folder);
const server = await createServer({ config: readConfig({ CADASTRE_HOME: context.folder }), connections: context, store: context.store, log: createLogger("warn"), jwtKeys: keys, adminDir: null });
const port = await server.listen(0, "127.0.0.1");
const token = await createTokens(keys, "cadastre").sign({ kind: "user", orgId: org.id, userId: org.userId, sessionId: crypto.randomUUID() });
const texts: any[] = [];
const orig = pg.Client.prototype.query as any;
(pg.Client.prototype as any).query = function (q: any, ...r: any[]) { texts.push(q); return orig.call(this, q, ...r); };
const ask = async () => (await fetch(`http://127.0.0.1:${port}/orgs/bench-api/graphql`, { method: "POST", headers: { "content-type": "application/json", authorization: `Bearer ${token}` }, body: JSON.stringify({ query: run.QUERY }) })).json();
await ask(); texts.length = 0;
const a = await ask();
console.log(JSON.stringify(a).slice(0, 200)); 
for (const t of texts) console.log(t);
const main = texts.find((t) => t.text?.includes("select")) as any;
const c = new pg.Client({ connectionString: context.gatewayUrl }); await c.connect();
const claim = signClaim({ kind: "user", orgId: org.id, userId: org.userId, ttlSeconds: 600 }, context.claimKey);
for (const [name, text, values] of [["ours", main.text, main.values], ["raw", listQuery("org_" + org.schemaKey), []], ["one", "select private.org_id()", []], ["select 1", "select 1", []], ["perm", "select private.has_permission('record.view')", []]] as const) {
  const times: number[] = [];
  for (let i = 0; i < 300; i++) {
    await orig.call(c, `begin; set local role cadastre_user; set local cadastre.claim='${claim}'`);
    const t = performance.now(); await orig.call(c, { name, text, values, rowMode: "array" }); times.push(performance.now() - t);
    await orig.call(c, "commit");
  }
  times.sort((x, y) => x - y); console.log(name, times[150]);
}
await orig.call(c, `begin; set local role cadastre_user; set local cadastre.claim='${claim}'`);
const e = await orig.call(c, { text: "explain (analyze, buffers off) " + main.text, values: main.values }); for (const r of e.rows) console.log(r["QUERY PLAN"]);
const e2 = await orig.call(c, { text: "explain (analyze, buffers off) " + listQuery("org_" + org.schemaKey) }); for (const r of e2.rows) console.log(r["QUERY PLAN"]);
await c.end(); await server.close(); await context.close(); process.exit(0);
