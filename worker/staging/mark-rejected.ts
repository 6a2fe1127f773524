/** After the checks: the staged records of rejected rows say so. */
import type { DocumentStore, RawFile } from "../../lib/stores/document/index.ts";

/** Most lines marked of one file; the run's own counts go on beyond it. */
const MAX_MARKED = 1_000_000;

async function* bounded(
  lines: Iterable<number> | AsyncIterable<number>,
  signal: AbortSignal,
): AsyncGenerator<number> {
  let left = MAX_MARKED;
  for await (const line of lines) {
    signal.throwIfAborted();
    if (left-- <= 0) return;
    yield line;
  }
}

/**
 * Marks the documents of these lines as rejected, and takes the mark from others of the file, so that it may be
 * repeated with another outcome. Gives how many documents were marked. Errors: AppError STORE_DOWN, STORE_REFUSED.
 */
export async function markRejected(
  store: DocumentStore,
  file: RawFile,
  lines: Iterable<number> | AsyncIterable<number>,
  signal: AbortSignal,
): Promise<number> {
  return store.markRejected(file, bounded(lines, signal));
}
