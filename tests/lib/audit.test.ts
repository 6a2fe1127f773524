/**
 * The Merkle tree is RFC 6962's: the published roots and proofs of Certificate Transparency's eight test inputs, and for
 * trees of any size proofs, made as the RFC defines them, that verify, and stop to verify when anything in them changes.
 */
import { mkdtemp, readFile, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import fc from "fast-check";
import { afterAll, expect, it } from "vitest";
import { checkpointReader, signCheckpoint } from "../../lib/audit/checkpoints.ts";
import { loadAuditKeys, parseJwks, rotateAuditKeys } from "../../lib/audit/keys.ts";
import {
  createTree,
  type Hash,
  isConsistent,
  leafHash,
  rootOfInclusion,
  sha256,
} from "../../lib/audit/merkle.ts";

const hex = (text: string): Buffer => Buffer.from(text, "hex");

/** Inputs, roots and proofs of the reference implementation's own tests (certificate-transparency, merkle tree tests). */
const INPUTS = [
  "",
  "00",
  "10",
  "2021",
  "3031",
  "40414243",
  "5051525354555657",
  "606162636465666768696a6b6c6d6e6f",
].map(hex);
const ROOTS = [
  "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
  "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
  "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
  "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
  "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
  "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
  "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
  "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
];
const INCLUSION: { leaf: number; size: number; path: string[] }[] = [
  { leaf: 0, size: 1, path: [] },
  {
    leaf: 0,
    size: 8,
    path: [
      "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
      "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
      "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
    ],
  },
  {
    leaf: 5,
    size: 8,
    path: [
      "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
      "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
      "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    ],
  },
];
const CONSISTENCY: { from: number; to: number; path: string[] }[] = [
  { from: 1, to: 1, path: [] },
  {
    from: 1,
    to: 8,
    path: [
      "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
      "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
      "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
    ],
  },
  {
    from: 6,
    to: 8,
    path: [
      "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a",
      "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
      "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    ],
  },
];

const rootOf = (leaves: Hash[]): Hash => {
  const tree = createTree();
  for (const leaf of leaves) tree.append(leaf);
  return tree.root();
};

it("roots of the reference implementation's test inputs", () => {
  const tree = createTree();
  expect(tree.root().toString("hex")).toBe(
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
  );
  for (const [i, input] of INPUTS.entries()) {
    tree.append(leafHash(input));
    expect(tree.root().toString("hex")).toBe(ROOTS[i]);
  }
});

it("inclusion and consistency proofs of the reference implementation", () => {
  for (const { leaf, size, path } of INCLUSION)
    expect(rootOfInclusion(leafHash(INPUTS[leaf]!), leaf, size, path.map(hex))?.toString("hex")).toBe(
      ROOTS[size - 1],
    );
  for (const { from, to, path } of CONSISTENCY)
    expect(isConsistent(from, hex(ROOTS[from - 1]!), to, hex(ROOTS[to - 1]!), path.map(hex))).toBe(true);
});

/** The RFC's own recursive definitions, slow and plain. */
const node = (left: Hash, right: Hash): Hash => sha256(Buffer.from([1]), left, right);
const cut = (n: number): number => 2 ** Math.floor(Math.log2(n - 1));
const mth = (d: Hash[]): Hash =>
  d.length === 1 ? d[0]! : node(mth(d.slice(0, cut(d.length))), mth(d.slice(cut(d.length))));
const inclusion = (m: number, d: Hash[]): Hash[] => {
  if (d.length === 1) return [];
  const k = cut(d.length);
  return m < k
    ? [...inclusion(m, d.slice(0, k)), mth(d.slice(k))]
    : [...inclusion(m - k, d.slice(k)), mth(d.slice(0, k))];
};
const consistency = (m: number, d: Hash[], whole: boolean): Hash[] => {
  if (m === d.length) return whole ? [] : [mth(d)];
  const k = cut(d.length);
  return m <= k
    ? [...consistency(m, d.slice(0, k), whole), mth(d.slice(k))]
    : [...consistency(m - k, d.slice(k), false), mth(d.slice(0, k))];
};

it("proofs of trees of any size verify, and none verifies with a hash changed", () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 130 }), fc.nat(), fc.nat(), fc.nat(), (size, a, b, c) => {
      const leaves = Array.from({ length: size }, (_, i) => leafHash(`leaf ${i}`));
      const root = rootOf(leaves);
      expect(root.equals(mth(leaves))).toBe(true);
      const at = a % size;
      const proof = inclusion(at, leaves);
      expect(rootOfInclusion(leaves[at]!, at, size, proof)?.equals(root)).toBe(true);
      expect(rootOfInclusion(sha256("other"), at, size, proof)?.equals(root)).toBe(false);
      const from = 1 + (b % size);
      const older = rootOf(leaves.slice(0, from));
      const path = consistency(from, leaves, true);
      expect(isConsistent(from, older, size, root, path)).toBe(true);
      expect(isConsistent(from, sha256("other"), size, root, path)).toBe(false);
      if (path.length > 0) {
        const wrong = path.map((hash, i) => (i === c % path.length ? sha256(hash) : hash));
        expect(isConsistent(from, older, size, root, wrong)).toBe(false);
        expect(isConsistent(from, older, size, root, path.slice(1))).toBe(false);
      }
    }),
    { numRuns: 300 },
  );
});

let home = "";
afterAll(async () => {
  if (home) await rm(home, { recursive: true, force: true });
});

it("a key that was changed still verifies what it signed, and signs no more; another installation's verifies nothing", async () => {
  home = await mkdtemp(path.join(tmpdir(), "cadastre-audit-keys-"));
  const place = { home, auditKeysFile: null };
  const first = await loadAuditKeys(place);
  expect((await stat(path.join(home, "audit-keys.json"))).mode & 0o077).toBe(0);
  const checkpoint = {
    v: 1,
    org: "01900000-0000-7000-8000-000000000000",
    size: 3,
    root: "ab".repeat(32),
    previous: null,
    at: "2026-01-01T00:00:00.000Z",
  } as const;
  const signed = await signCheckpoint(first, checkpoint);
  const kid = await rotateAuditKeys(place);
  const second = await loadAuditKeys(place);
  expect(second.kid).toBe(kid);
  expect(second.jwks.keys.map((key) => key.kid)).toEqual([kid, first.kid]);
  expect(JSON.stringify(second.jwks)).not.toContain('"d"');
  // The private part of a key that signs no more is gone from the file as well.
  const file = JSON.parse(await readFile(path.join(home, "audit-keys.json"), "utf8"));
  expect(file.keys.map((key: { d?: string }) => key.d !== undefined)).toEqual([true, false]);
  expect(await checkpointReader(second.jwks)(signed)).toEqual(checkpoint);
  expect(await checkpointReader(parseJwks(JSON.stringify(second.jwks), "here"))(signed)).toEqual(checkpoint);
  const elsewhere = await loadAuditKeys({ home, auditKeysFile: path.join(home, "other", "keys.json") });
  expect(await checkpointReader(elsewhere.jwks)(signed)).toBeNull();
  const [head, body, signature] = signed.split(".");
  const changed = Buffer.from(JSON.stringify({ ...checkpoint, size: 4 })).toString("base64url");
  expect(body).not.toBe(changed);
  expect(await checkpointReader(second.jwks)(`${head}.${changed}.${signature}`)).toBeNull();
});
