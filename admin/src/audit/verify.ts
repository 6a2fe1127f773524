/**
 * A proof checked in the browser, by what docs/reference/audit.md says and the public keys alone: the same that an
 * outsider does with the downloaded file.
 */
export interface Proof {
  kind: "event" | "change";
  id: string;
  position: number;
  size: number;
  leaf: string;
  text: string;
  salt: string | null;
  path: string[];
  root: string;
  /** Compact JWS (EdDSA) over {v, org, size, root, previous, at}. */
  checkpoint: string;
}

export interface Verdict {
  /** row: the text is what the leaf commits to; tree: the leaf leads to the root; signature: the root is signed. */
  row: boolean;
  tree: boolean;
  /** null: this browser cannot check such signatures. */
  signature: boolean | null;
  keyId: string | null;
}

type Bytes = Uint8Array<ArrayBuffer>;
const encoder = new TextEncoder();
const LEAF = new Uint8Array([0]);
const NODE = new Uint8Array([1]);

const fromHex = (text: string): Bytes =>
  Uint8Array.from(text.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));
const toHex = (bytes: Bytes): string =>
  Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");

function fromBase64Url(text: string): Bytes {
  const plain = atob(text.replaceAll("-", "+").replaceAll("_", "/"));
  return Uint8Array.from(plain, (character) => character.charCodeAt(0));
}

async function sha256(...parts: Bytes[]): Promise<Bytes> {
  const all = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return new Uint8Array(await crypto.subtle.digest("SHA-256", all));
}

/** The largest power of two below a count. */
function half(count: number): number {
  let power = 1;
  while (power * 2 < count) power *= 2;
  return power;
}

/** The root that a leaf and its path lead to (RFC 6962); null: not a path of such a leaf. */
async function rootOf(leaf: Bytes, { position, size, path }: Proof): Promise<Bytes | null> {
  if (position < 0 || position >= size) return null;
  const left: boolean[] = [];
  for (let low = 0, high = size; high - low > 1; ) {
    const middle = low + half(high - low);
    left.push(position < middle);
    if (position < middle) high = middle;
    else low = middle;
  }
  if (left.length !== path.length) return null;
  let hash = leaf;
  for (const [index, step] of path.entries()) {
    const other = fromHex(step);
    hash = left[left.length - 1 - index] ? await sha256(NODE, hash, other) : await sha256(NODE, other, hash);
  }
  return hash;
}

async function leafOf({ kind, id, text, salt }: Proof): Promise<Bytes> {
  if (kind === "change") return sha256(LEAF, encoder.encode(text));
  const commitment = await sha256(fromHex(salt ?? ""), encoder.encode(text));
  return sha256(LEAF, encoder.encode(`event|${id}|${toHex(commitment)}`));
}

interface Jwks {
  keys: (JsonWebKey & { kid?: string })[];
}

const TYPE = "cadastre-checkpoint";

const decode = (part: string): Record<string, unknown> =>
  JSON.parse(new TextDecoder().decode(fromBase64Url(part))) as Record<string, unknown>;

async function isSigned(text: string, signature: Bytes, jwk: JsonWebKey): Promise<boolean | null> {
  try {
    const { kty, crv, x } = jwk;
    const key = await crypto.subtle.importKey("jwk", { kty: kty!, crv: crv!, x: x! }, "Ed25519", false, [
      "verify",
    ]);
    return await crypto.subtle.verify("Ed25519", key, signature, encoder.encode(text));
  } catch {
    return null;
  }
}

/** Whether the checkpoint says this root of this size, and a key of these signed it. */
async function signed(proof: Proof, { keys }: Jwks): Promise<Pick<Verdict, "signature" | "keyId">> {
  const [head = "", body = "", signature = ""] = proof.checkpoint.split(".");
  try {
    const { kid, typ } = decode(head);
    const { root, size } = decode(body);
    const jwk = keys.find((key) => key.kid === kid);
    if (!jwk || typ !== TYPE || root !== proof.root || size !== proof.size)
      return { signature: false, keyId: null };
    return {
      signature: await isSigned(`${head}.${body}`, fromBase64Url(signature), jwk),
      keyId: String(kid),
    };
  } catch {
    return { signature: false, keyId: null };
  }
}

/** The text is of the row that was asked for. */
function isOf({ kind, id, text }: Proof): boolean {
  if (kind === "change") return text.split("|")[1] === id;
  try {
    return (JSON.parse(text) as { id?: unknown }).id === id;
  } catch {
    return false;
  }
}

export async function verifyProof(proof: Proof, jwks: Jwks): Promise<Verdict> {
  const leaf = await leafOf(proof);
  const root = await rootOf(fromHex(proof.leaf), proof);
  return {
    row: toHex(leaf) === proof.leaf && isOf(proof),
    tree: root !== null && toHex(root) === proof.root,
    ...(await signed(proof, jwks)),
  };
}
