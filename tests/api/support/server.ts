/** A real server on a port of its own, over a database of the test file's own, with people who can sign in. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { readConfig } from "../../../lib/config.ts";
import { createLogger } from "../../../lib/log.ts";
import { hashPassword } from "../../../lib/passwords.ts";
import { createObjectStore, type ObjectStore } from "../../../lib/stores/object/index.ts";
import { type CadastreServer, createServer } from "../../../server/app.ts";
import { type JwtKeys, loadOrMakeKeys } from "../../../server/auth/keys.ts";
import {
  addMember,
  createOrg,
  createTestDatabase,
  type TestDatabase,
  type TestOrg,
} from "../../support/database.ts";

export const PASSWORD = "correct horse battery staple";

export interface GraphQLAnswer {
  // Answers are compared with expected values, so their type is left open to the test.
  // biome-ignore lint/suspicious/noExplicitAny: tests reach into answers of any shape
  data?: any;
  errors?: {
    message: string;
    path?: string[];
    extensions: { code: string; hint: string | null; field: string | null };
  }[];
}

export interface TestServer {
  db: TestDatabase;
  server: CadastreServer;
  store: ObjectStore;
  keys: JwtKeys;
  home: string;
  url: string;
  /** Makes a member with PASSWORD; resolves with the user's id. */
  member(org: TestOrg, email: string, role: string): Promise<string>;
  /** Access token of a fresh sign-in. */
  signIn(email: string, org?: string): Promise<string>;
  graphql(
    path: string,
    token: string | null,
    query: string,
    variables?: Record<string, unknown>,
  ): Promise<GraphQLAnswer>;
  post(path: string, body: unknown, headers?: Record<string, string>): Promise<Response>;
  close(): Promise<void>;
}

export async function startTestServer(
  settings: { env?: Record<string, string>; adminDir?: string } = {},
): Promise<TestServer> {
  const db = await createTestDatabase();
  const home = await mkdtemp(path.join(tmpdir(), "cadastre-api-"));
  const config = readConfig({ CADASTRE_HOME: home, LOG_LEVEL: "error", ...settings.env });
  const keys = await loadOrMakeKeys(home);
  const store = createObjectStore(config);
  await store.check();
  const server = await createServer({
    config,
    connections: db,
    store,
    log: createLogger(process.env.TEST_LOG ?? "fatal"),
    jwtKeys: keys,
    adminDir: settings.adminDir ?? null,
  });
  const url = `http://127.0.0.1:${await server.listen(0, "127.0.0.1")}`;
  const hash = await hashPassword(PASSWORD);
  const post: TestServer["post"] = (to, body, headers = {}) =>
    fetch(url + to, {
      method: "POST",
      headers: { "content-type": "application/json", ...headers },
      body: JSON.stringify(body),
    });
  return {
    db,
    server,
    store,
    keys,
    home,
    url,
    post,
    member: (org, email, role) => addMember(db, org.id, email, role, hash),
    async signIn(email, org) {
      const response = await post("/auth/login", { email, password: PASSWORD, ...(org ? { org } : {}) });
      if (response.status !== 200) throw new Error(`${response.status}: ${await response.text()}`);
      return ((await response.json()) as { accessToken: string }).accessToken;
    },
    async graphql(to, token, query, variables) {
      const response = await post(
        to,
        { query, variables },
        token ? { authorization: `Bearer ${token}` } : {},
      );
      return (await response.json()) as GraphQLAnswer;
    },
    async close() {
      await server.close();
      await db.drop();
      await rm(home, { recursive: true, force: true });
    },
  };
}

export { createOrg };
