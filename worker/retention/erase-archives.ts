import type { Ask, Erasure, RetentionContext } from "./erase.ts";

export async function eraseFromArchives(
  _context: RetentionContext,
  _ask: Ask,
  _erasure: Erasure,
): Promise<void> {}
