/** Documents in their places: none that is there is replaced by one of an earlier state. */
import { AppError } from "../../errors.ts";
import type { RawDocument } from "./documents.ts";
import { onlyDuplicates } from "./failures.ts";
import type { RawCollection } from "./mongodb.ts";

/** Whoever writes earlier states of the same lines at the same time is met so often. */
const MAX_MEETINGS = 20;

/**
 * Inserts documents of one state and file. Where a place is taken, what is earlier goes and the rest of them is inserted
 * again: two requests for any number of documents, where single updates would be one each. Lines are in their order.
 */
export async function place(collection: RawCollection, documents: RawDocument[]): Promise<void> {
  let left = documents;
  for (let turn = 0; turn < MAX_MEETINGS; turn++) {
    try {
      await collection.insertMany(left, { ordered: false });
      return;
    } catch (error) {
      const taken = onlyDuplicates(error);
      if (taken === null) throw error;
      left = taken.map((at) => left[at]!);
    }
    const { file_id, generation } = left[0]!;
    const lines = left.map((one) => one.line);
    const first = lines[0]!;
    const last = lines.at(-1)!;
    const line = last - first + 1 === lines.length ? { $gte: first, $lte: last } : { $in: lines };
    const { deletedCount } = await collection.deleteMany({ file_id, line, generation: { $lt: generation } });
    // What is there is of this state, or a later one.
    if (deletedCount === 0) return;
  }
  throw new AppError("STORE_DOWN", "others write the same raw records all the time", {
    hint: "It is tried again by itself.",
  });
}
