/**
 * Merkle trees as RFC 6962 has them: leaf sha256(0x00 || data), node sha256(0x01 || left || right). Pure functions over
 * hashes; the database keeps the same tree in SQL (sql/audit), and tests hold the two together.
 */
import { createHash } from "node:crypto";

export type Hash = Buffer;
/** Proofs of trees with up to 2^63 leaves. */
const MAX_PATH = 128;

export function sha256(...parts: (Buffer | string)[]): Hash {
  const hash = createHash("sha256");
  for (const part of parts) hash.update(part);
  return hash.digest();
}

const LEAF = Buffer.from([0]);
const NODE = Buffer.from([1]);

export const leafHash = (data: Buffer | string): Hash => sha256(LEAF, data);
const nodeHash = (left: Hash, right: Hash): Hash => sha256(NODE, left, right);

/** A tree that only grows: the roots of its whole subtrees, largest first. Its memory is the logarithm of its size. */
export interface Tree {
  readonly size: number;
  append(leaf: Hash): void;
  root(): Hash;
}

export function createTree(): Tree {
  let size = 0;
  const subtrees: Hash[] = [];
  return {
    get size() {
      return size;
    },
    append(leaf) {
      let node = leaf;
      for (let rest = size; rest % 2 === 1; rest = Math.floor(rest / 2))
        node = nodeHash(subtrees.pop()!, node);
      subtrees.push(node);
      size++;
    },
    root: () => (size === 0 ? sha256() : subtrees.reduceRight((right, left) => nodeHash(left, right))),
  };
}

/** The largest power of two below `count`. */
function half(count: number): number {
  let power = 1;
  while (power * 2 < count) power *= 2;
  return power;
}

/** The root that a leaf and its path lead to; null where the path is not one of such a leaf. */
export function rootOfInclusion(
  leaf: Hash,
  position: number,
  size: number,
  path: readonly Hash[],
): Hash | null {
  if (position < 0 || position >= size || path.length > MAX_PATH) return null;
  // Which side each step is on, from the root downwards.
  const left: boolean[] = [];
  for (let low = 0, high = size; high - low > 1; ) {
    const middle = low + half(high - low);
    left.push(position < middle);
    if (position < middle) high = middle;
    else low = middle;
  }
  if (left.length !== path.length) return null;
  return path.reduce(
    (hash, step, i) => (left[left.length - 1 - i] ? nodeHash(hash, step) : nodeHash(step, hash)),
    leaf,
  );
}

/** Whether the tree of `from` leaves and root `older` is the beginning of the one of `to` leaves and root `newer`. */
export function isConsistent(
  from: number,
  older: Hash,
  to: number,
  newer: Hash,
  path: readonly Hash[],
): boolean {
  if (from < 1 || from > to || path.length > MAX_PATH) return false;
  if (from === to) return path.length === 0 && older.equals(newer);
  const left: boolean[] = [];
  let low = 0;
  for (let high = to; from < high; ) {
    const middle = low + half(high - low);
    left.push(from <= middle);
    if (from <= middle) high = middle;
    else low = middle;
  }
  const steps = [...path];
  // Where the earlier tree is one whole subtree of the later one, its root is what the path begins with.
  const first = low === 0 ? older : steps.shift();
  if (!first || steps.length !== left.length) return false;
  let was = first;
  let is = first;
  steps.forEach((step, i) => {
    if (left[left.length - 1 - i]) is = nodeHash(is, step);
    else {
      was = nodeHash(step, was);
      is = nodeHash(step, is);
    }
  });
  return was.equals(older) && is.equals(newer);
}
