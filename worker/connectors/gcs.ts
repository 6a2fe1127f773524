/**
 * Google Cloud Storage: by HMAC keys through its S3-compatible API, or by a service account, whose key signs for an access
 * token, through its JSON API.
 */
import { importPKCS8, SignJWT } from "jose";
import { z } from "zod";
import { SourceError } from "./failures.ts";
import { type Listed, takeNew } from "./objects.ts";
import { type Bucket, discoverBucket, foldersOf, objectSelection, readObjects, testBucket } from "./s3.ts";
import { matches } from "./text.ts";
import { type At, defineKind, type Item, type ReadRequest } from "./types.ts";
import { createWeb, type Web } from "./web.ts";

const settings = z.strictObject({
  endpoint: z
    .url({ protocol: /^https?$/ })
    .max(1000)
    .default("https://storage.googleapis.com"),
  bucket: z.string().min(1).max(200),
});
const secret = z.strictObject({
  accessKey: z.string().min(1).max(1000).optional(),
  secretKey: z.string().min(1).max(1000).optional(),
  serviceAccount: z.string().min(1).max(20_000).optional(),
});
type Here = At<z.output<typeof settings>, z.output<typeof secret>>;

const SCOPE = "https://www.googleapis.com/auth/devstorage.read_only";
const TOKEN_SECONDS = 3600;
/** A token is renewed before it ends; a download that has begun goes on. */
const SPARE_SECONDS = 300;
const MAX_PAGE_BYTES = 16 * 1024 * 1024;
const PAGE = 1000;
const MAX_OBJECTS = 200_000;
const MAX_LOOKED = 10_000;

const accountShape = z.object({
  client_email: z.string().min(1),
  private_key: z.string().min(1),
  private_key_id: z.string().optional(),
  token_uri: z.url({ protocol: /^https?$/ }).default("https://oauth2.googleapis.com/token"),
});
const tokenShape = z.object({ access_token: z.string().min(1) });
const pageShape = z.object({
  items: z
    .array(
      z.object({
        name: z.string(),
        size: z.coerce.number().default(0),
        generation: z.string().default(""),
        etag: z.string().default(""),
      }),
    )
    .default([]),
  nextPageToken: z.string().optional(),
});

function parseJson<T extends z.ZodType>(
  shape: T,
  text: string,
  what: string,
  kind: "auth" | "data",
): z.output<T> {
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch {
    throw new SourceError(kind, `${what} is not JSON`, "See docs/reference/connectors.md.");
  }
  const checked = shape.safeParse(parsed);
  if (checked.success) return checked.data;
  throw new SourceError(
    kind,
    `${what} is not as expected: ${checked.error.issues[0]!.path.join(".")}`,
    "See docs/reference/connectors.md.",
  );
}

async function sign(account: z.output<typeof accountShape>): Promise<string> {
  try {
    const key = await importPKCS8(account.private_key, "RS256");
    return await new SignJWT({ scope: SCOPE })
      .setProtectedHeader({
        alg: "RS256",
        typ: "JWT",
        ...(account.private_key_id ? { kid: account.private_key_id } : {}),
      })
      .setIssuer(account.client_email)
      .setAudience(account.token_uri)
      .setIssuedAt()
      .setExpirationTime(`${TOKEN_SECONDS}s`)
      .sign(key);
  } catch (error) {
    throw new SourceError(
      "auth",
      "the service account's private key cannot be used",
      "Give the JSON key file as Google made it.",
      { cause: error },
    );
  }
}

/** The store's own API under an access token, renewed in time. */
function createStore({ network, signal, settings }: Here, text: string) {
  const account = parseJson(accountShape, text, "the service account's key", "auth");
  const home = new URL(settings.endpoint);
  const plain = { network, signal, credentials: { headers: {}, query: {} } };
  let web: Web | null = null;
  let until = 0;
  const signedIn = async (): Promise<Web> => {
    if (web !== null && Date.now() < until) return web;
    const address = new URL(account.token_uri);
    const issuer = createWeb({ ...plain, home: address });
    try {
      const answer = await issuer
        .post(address, {
          grant_type: "urn:ietf:params:oauth:grant-type:jwt-bearer",
          assertion: await sign(account),
        })
        .catch((error: unknown) => {
          if (!(error instanceof SourceError) || error.transient || error.code === "SOURCE_REFUSED")
            throw error;
          throw new SourceError(
            "auth",
            `the service account ${account.client_email} was not let in`,
            "Check that the key is in force.",
            { cause: error },
          );
        });
      const { access_token } = parseJson(tokenShape, await answer.text(MAX_PAGE_BYTES), "the token", "data");
      until = Date.now() + (TOKEN_SECONDS - SPARE_SECONDS) * 1000;
      web = createWeb({
        ...plain,
        home,
        credentials: { headers: { authorization: `Bearer ${access_token}` }, query: {} },
      });
      return web;
    } finally {
      await issuer.close();
    }
  };
  const root = `/storage/v1/b/${encodeURIComponent(settings.bucket)}/o`;
  return {
    async list(prefix: string, limit: number): Promise<Listed[]> {
      const listed: Listed[] = [];
      let token: string | undefined;
      // Ends with the last page, or with the limit.
      do {
        const url = new URL(root, home);
        url.searchParams.set("maxResults", String(PAGE));
        if (prefix) url.searchParams.set("prefix", prefix);
        if (token) url.searchParams.set("pageToken", token);
        const answer = await (await signedIn()).get(url);
        const page = parseJson(pageShape, await answer.text(MAX_PAGE_BYTES), "the list of objects", "data");
        for (const { name, size, generation, etag } of page.items)
          listed.push({ name, size, version: generation || etag });
        token = page.nextPageToken;
      } while (token !== undefined && listed.length <= limit);
      return listed;
    },
    async open(name: string) {
      const url = new URL(`${root}/${encodeURIComponent(name)}`, home);
      url.searchParams.set("alt", "media");
      return (await (await signedIn()).get(url)).body();
    },
    close: async () => void (await web?.close()),
  };
}

function bucketOf({ settings, secret, network, signal }: Here): Bucket {
  const { accessKey, secretKey } = secret;
  return { ...settings, region: "auto", accessKey, secretKey, network, signal };
}

async function* read(at: Here, request: ReadRequest<z.output<typeof objectSelection>>): AsyncGenerator<Item> {
  const here = { ...at, signal: request.signal };
  const { serviceAccount } = at.secret;
  if (serviceAccount === undefined) {
    yield* readObjects(bucketOf(here), request);
    return;
  }
  const store = createStore(here, serviceAccount);
  try {
    const { prefix, pattern } = request.selection;
    const all = await store.list(prefix, MAX_OBJECTS);
    if (all.length > MAX_OBJECTS) {
      throw new SourceError(
        "data",
        `there are more than ${MAX_OBJECTS} objects below ${prefix || "the bucket's root"}`,
        "Give a longer prefix.",
      );
    }
    const wanted = all.filter((object) => matches(pattern, object.name.slice(prefix.length)));
    yield* takeNew(request, wanted, (object) => store.open(object.name));
  } finally {
    await store.close();
  }
}

async function listAs(at: Here, limit: number): Promise<Listed[]> {
  const store = createStore(at, at.secret.serviceAccount ?? "");
  return store.list("", limit).finally(store.close);
}

export const gcs = defineKind({
  settings,
  secret,
  selection: objectSelection,
  async test(at) {
    if (at.secret.serviceAccount === undefined) return testBucket(bucketOf(at));
    const some = await listAs(at, 1);
    return {
      message: `${new URL(at.settings.endpoint).host}, bucket ${at.settings.bucket}${some.length === 0 ? ", which is empty" : ""}`,
    };
  },
  discover: async (at) =>
    at.secret.serviceAccount === undefined
      ? discoverBucket(bucketOf(at))
      : foldersOf(await listAs(at, MAX_LOOKED)),
  read,
});
