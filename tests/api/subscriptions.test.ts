/** Progress of runs over websockets: who is told, and what a notification gives away (nothing but an id). */
import { type Client, createClient } from "graphql-ws";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { WebSocket } from "ws";
import { makeApiKey } from "../isolation/roads.ts";
import { asService, type TestOrg } from "../support/database.ts";
import { createOrg, startTestServer, type TestServer } from "./support/server.ts";

let api: TestServer;
let acme: TestOrg;
let owner: string;
let stranger: string;
let runId: string;
const clients: Client[] = [];

beforeAll(async () => {
  api = await startTestServer();
  acme = await createOrg(api.db, "acme");
  const globex = await createOrg(api.db, "globex");
  await api.member(acme, "ada@example.org", "owner");
  await api.member(globex, "eve@example.org", "owner");
  owner = await api.signIn("ada@example.org");
  stranger = await api.signIn("eve@example.org");
  runId = await makeRun(acme);
});
afterAll(async () => {
  for (const client of clients) await client.dispose();
  await api.close();
});

async function makeRun(org: TestOrg): Promise<string> {
  return asService(api.db, org.id, async (client) => {
    const file = await client.query(
      `insert into ingest.files (org_id, dataset_name, file_name, object_key, size_bytes, sha256)
       values ($1, 'x', 'x.csv', 'org/x/files/x', 1, sha256($2::text::bytea)) returning id`,
      [org.id, crypto.randomUUID()],
    );
    const run = await client.query(
      "insert into ingest.runs (org_id, file_id, dataset_name) values ($1, $2, 'x') returning id",
      [org.id, file.rows[0].id],
    );
    return run.rows[0].id;
  });
}

function connect(token: string | null, retryAttempts = 0): Client {
  const client = createClient({
    url: `${api.url.replace("http", "ws")}/graphql`,
    webSocketImpl: WebSocket,
    retryAttempts,
    connectionParams: token ? { authorization: `Bearer ${token}` } : {},
  });
  clients.push(client);
  return client;
}

const tell = (id: string, org = acme) =>
  asService(api.db, org.id, (client) =>
    client.query("select core.notify('run:' || $1, $1::uuid), core.notify('runs:' || $2, $1::uuid)", [
      id,
      org.id,
    ]),
  );
const setBytes = (id: string, bytes: number) =>
  asService(api.db, acme.id, (client) =>
    client.query("update ingest.runs set bytes_done = $2 where id = $1", [id, bytes]),
  );

const RUN = `subscription ($id: UUID!) { runChanged(runId: $id) { runId run { status bytesDone } } }`;

describe("runChanged", () => {
  it("begins with the run as it is and goes on as it changes", async () => {
    const events = connect(owner).iterate({ query: RUN, variables: { id: runId } });
    const first = await events.next();
    expect(first.value).toEqual({
      data: { runChanged: { runId, run: { status: "queued", bytesDone: "0" } } },
    });
    await setBytes(runId, 7);
    await tell(runId);
    expect((await events.next()).value.data).toEqual({
      runChanged: { runId, run: { status: "queued", bytesDone: "7" } },
    });
    await events.return!();
  });

  it("shows nothing of another organization's run", async () => {
    const events = connect(stranger).iterate({ query: RUN, variables: { id: runId } });
    expect((await events.next()).value.data).toEqual({ runChanged: { runId, run: null } });
    await events.return!();
  });
});

describe("runsChanged", () => {
  it("tells of one's own organization's runs only", async () => {
    const query = "subscription { runsChanged { runId run { datasetName } } }";
    const mine = connect(owner).iterate({ query });
    const theirs = connect(stranger).iterate({ query });
    const [heard, silent] = [mine.next(), theirs.next()];
    const second = await makeRun(acme);
    // A subscription has no "ready" message, so the news is repeated until it is heard.
    const repeat = setInterval(() => void tell(second), 50);
    expect((await heard).value.data).toEqual({ runsChanged: { runId: second, run: { datasetName: "x" } } });
    const other = await Promise.race([silent, new Promise((resolve) => setTimeout(resolve, 300, "nothing"))]);
    clearInterval(repeat);
    expect(other).toBe("nothing");
  });
});

describe("a socket", () => {
  it("of an API key stays open, though the key counts for longer than a timer runs", async () => {
    const ada = await api.db.admin.query("select id from access.users where email = 'ada@example.org'");
    const { token } = await makeApiKey(
      api.db,
      { orgId: acme.id, slug: acme.slug, userId: ada.rows[0].id, email: "ada@example.org" },
      ["run.view"],
    );
    const events = connect(token).iterate({ query: RUN, variables: { id: runId } });
    expect((await events.next()).value.data.runChanged.runId).toBe(runId);
    const next = events.next();
    await new Promise((resolve) => setTimeout(resolve, 200));
    await tell(runId);
    expect((await next).value.data.runChanged.runId).toBe(runId);
    await events.return!();
  });

  const refusal = (token: string | null) =>
    new Promise((resolve) => {
      connect(token).subscribe(
        { query: RUN, variables: { id: runId } },
        { next: resolve, error: resolve, complete: () => resolve("complete") },
      );
    });

  it("without a good token is closed", async () => {
    for (const token of [null, "a.b.c", `${owner.slice(0, -4)}AAAA`]) {
      expect(await refusal(token)).toMatchObject({ code: 4403 });
    }
  });

  it("ends when its access token does", async () => {
    const { SignJWT } = await import("jose");
    const claims = JSON.parse(Buffer.from(owner.split(".")[1]!, "base64url").toString());
    const short = await new SignJWT({ ...claims, exp: Math.floor(Date.now() / 1000) + 2 })
      .setProtectedHeader({ alg: "EdDSA", kid: api.keys.kid, typ: "at+jwt" })
      .sign(api.keys.privateKey);
    const closed = await new Promise((resolve) => {
      connect(short).subscribe(
        { query: RUN, variables: { id: runId } },
        { next: () => undefined, error: resolve, complete: () => resolve("complete") },
      );
    });
    expect(closed).toMatchObject({ code: 4403, reason: "the access token has expired" });
  });

  it("carries queries too, under the same limits and errors", async () => {
    const one = (query: string) => connect(owner).iterate({ query }).next();
    expect((await one("{ organizations { nodes { slug } } }")).value).toEqual({
      data: { organizations: { nodes: [{ slug: "acme" }] } },
    });
    await expect(
      one("{ permissions(first: 5000) { nodes { key } } }").then((answer) => answer.value),
    ).resolves.toMatchObject({
      errors: [{ extensions: { code: "BAD_INPUT" } }],
    });
    await expect(one("{ nothing }")).rejects.toMatchObject([{ extensions: { code: "BAD_INPUT" } }]);
  });

  it("elsewhere than /graphql is not opened", async () => {
    const socket = new WebSocket(
      `${api.url.replace("http", "ws")}/orgs/acme/graphql`,
      "graphql-transport-ws",
    );
    const error = await new Promise<Error>((resolve) => socket.once("error", resolve));
    expect(error.message).toContain("404");
  });
});
