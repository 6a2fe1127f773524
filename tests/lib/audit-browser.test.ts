/** What the browser checks of a proof: the same as an outsider does, and nothing altered passes. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import fc from "fast-check";
import { afterAll, beforeAll, expect, it } from "vitest";
import { type Proof, type Verdict, verifyProof } from "../../admin/src/audit/verify.ts";
import { signCheckpoint } from "../../lib/audit/checkpoints.ts";
import { type AuditKeys, loadAuditKeys, publicAuditKeys } from "../../lib/audit/keys.ts";
import { createTree, leafHash, sha256 } from "../../lib/audit/merkle.ts";

const ORG = "01900000-0000-7000-8000-000000000001";
type Jwks = Parameters<typeof verifyProof>[1];
let home: string;
let keys: AuditKeys;
let jwks: Jwks;
beforeAll(async () => {
  home = await mkdtemp(path.join(tmpdir(), "cadastre-proofs-"));
  keys = await loadAuditKeys({ home, auditKeysFile: null });
  jwks = (await publicAuditKeys({ home, auditKeysFile: null })) as Jwks;
});
afterAll(() => rm(home, { recursive: true, force: true }));

const idOf = (n: number): string => `01900000-0000-7000-8000-${String(n).padStart(12, "0")}`;
const textOf = (n: number): string => JSON.stringify({ id: idOf(n), org: ORG, action: "rule.save" });
const SALT = "00112233445566778899aabbccddeeff";
const leafOf = (n: number): Buffer =>
  leafHash(`event|${idOf(n)}|${sha256(Buffer.from(SALT, "hex"), textOf(n)).toString("hex")}`);

function rootOf(leaves: Buffer[]): Buffer {
  const tree = createTree();
  for (const leaf of leaves) tree.append(leaf);
  return tree.root();
}

/** From the leaf upwards, the half that the leaf is not in (RFC 6962, 2.1.1). */
function pathOf(leaves: Buffer[], position: number): string[] {
  if (leaves.length < 2) return [];
  let half = 1;
  while (half * 2 < leaves.length) half *= 2;
  const [left, right] = [leaves.slice(0, half), leaves.slice(half)];
  return position < half
    ? [...pathOf(left, position), rootOf(right).toString("hex")]
    : [...pathOf(right, position - half), rootOf(left).toString("hex")];
}

async function proofOf(size: number, position: number): Promise<Proof> {
  const leaves = Array.from({ length: size }, (_, n) => leafOf(n));
  const root = rootOf(leaves).toString("hex");
  const at = "2026-01-01T00:00:00.000Z";
  const checkpoint = await signCheckpoint(keys, { v: 1, org: ORG, size, root, previous: null, at });
  const common = { kind: "event" as const, id: idOf(position), position, size, salt: SALT, root, checkpoint };
  return {
    ...common,
    leaf: leaves[position]!.toString("hex"),
    text: textOf(position),
    path: pathOf(leaves, position),
  };
}
const holds = ({ row, tree, signature }: Verdict): boolean => row && tree && signature === true;
const placed = fc
  .integer({ min: 1, max: 40 })
  .chain((size) => fc.tuple(fc.constant(size), fc.integer({ min: 0, max: size - 1 })));

it("a proof holds, for every place in trees of every size", async () => {
  await fc.assert(
    fc.asyncProperty(placed, async ([size, position]) => {
      expect(holds(await verifyProof(await proofOf(size, position), jwks))).toBe(true);
    }),
  );
});

const flip = (hex: string): string => (hex.startsWith("0") ? "1" : "0") + hex.slice(1);
const ALTERED: Record<string, (proof: Proof) => Partial<Proof>> = {
  text: ({ text }) => ({ text: text.replace("rule.save", "rule.drop") }),
  "another row": () => ({ id: idOf(999) }),
  salt: ({ salt }) => ({ salt: flip(salt!) }),
  leaf: ({ leaf }) => ({ leaf: flip(leaf) }),
  path: ({ path: steps }) => ({ path: [flip(steps[0]!), ...steps.slice(1)] }),
  "a step less": ({ path: steps }) => ({ path: steps.slice(1) }),
  position: ({ position }) => ({ position: position + 1 }),
  root: ({ root }) => ({ root: flip(root) }),
  size: ({ size }) => ({ size: size + 1 }),
  signature: ({ checkpoint }) => ({ checkpoint: checkpoint.replace(/.{4}$/, "AAAA") }),
  "no checkpoint": () => ({ checkpoint: "x.y" }),
};
it.each(Object.keys(ALTERED))("an altered one does not: %s", async (name) => {
  const proof = await proofOf(13, 5);
  expect(holds(await verifyProof({ ...proof, ...ALTERED[name]!(proof) }, jwks))).toBe(false);
});

it("a key that is not the installation's proves nothing", async () => {
  expect(await verifyProof(await proofOf(3, 1), { keys: [] })).toMatchObject({ signature: false });
});
