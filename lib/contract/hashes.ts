/** Counting distinct values in bounded memory: 53-bit hashes in a flat table, 8 bytes each. */

/** A hash of 53 bits. Two of a million texts share one with a chance of 1 in 18,000: good for proposals. */
export function hashText(text: string): number {
  let a = 0x9e3779b9 ^ text.length;
  let b = 0x85ebca6b;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    a = Math.imul(a ^ code, 0x5bd1e995);
    b = Math.imul(b ^ code, 0x1b873593);
    a ^= a >>> 15;
    b = (b << 13) | (b >>> 19);
  }
  return finish(a, b);
}

/** Combines hashes in order. */
export function mixHashes(first: number, second: number): number {
  const low = first >>> 0;
  const high = Math.floor(first / 4294967296);
  const a = Math.imul(low ^ Math.imul(second >>> 0, 0x85ebca6b), 0x9e3779b1) ^ high;
  const b =
    Math.imul(high ^ Math.floor(second / 4294967296), 0xc2b2ae35) ^
    Math.imul(low, 0x27d4eb2f) ^
    (second >>> 0);
  return finish(a, b);
}

function finish(x: number, y: number): number {
  let a = Math.imul(x ^ (x >>> 16), 0x85ebca6b);
  a = Math.imul(a ^ (a >>> 13), 0xc2b2ae35) ^ y;
  let b = Math.imul(y ^ (y >>> 16), 0xcc9e2d51) ^ a;
  b = Math.imul(b ^ (b >>> 13), 0x1b873593);
  // 21 bits above 32: an exact integer.
  return ((b >>> 11) & 0x1fffff) * 4294967296 + (a >>> 0);
}

export interface HashSet {
  /** True where the hash was not in the set. */
  add(hash: number): boolean;
  size(): number;
  /** Bytes held. */
  bytes(): number;
}

/** Open addressing, doubled at half load; 0 marks an empty place. */
export function newHashSet(): HashSet {
  let table = new Float64Array(64);
  let used = 0;
  const place = (into: Float64Array, hash: number): boolean => {
    const mask = into.length - 1;
    // Ends because at least half of the places are empty.
    for (let at = hash & mask; ; at = (at + 1) & mask) {
      if (into[at] === hash) return false;
      if (into[at] === 0) {
        into[at] = hash;
        return true;
      }
    }
  };
  return {
    add: (hash) => {
      if (!place(table, hash === 0 ? 1 : hash)) return false;
      if (++used * 2 > table.length) {
        const bigger = new Float64Array(table.length * 2);
        for (const old of table) if (old !== 0) place(bigger, old);
        table = bigger;
      }
      return true;
    },
    size: () => used,
    bytes: () => table.byteLength,
  };
}
