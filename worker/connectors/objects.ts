/** What kinds share that read files as they are: each object once in each version, some of them at a time. */
import type { Readable } from "node:stream";
import { SourceError } from "./failures.ts";
import type { Item, ReadRequest } from "./types.ts";

export interface Listed {
  name: string;
  size: number;
  /** Changes when the contents do: an ETag, size and time. */
  version: string;
}

/** Names asked for at once. */
const BATCH = 500;
/** As the database keeps them. */
const MAX_NAME_BYTES = 1024;

/** Items of those that were not read yet in this version; of all, where everything is read each time. */
export async function* takeNew<T extends Listed>(
  request: Pick<ReadRequest<unknown>, "how" | "seen" | "cursor" | "signal" | "source">,
  listed: T[],
  open: (object: T) => Promise<Readable> | Readable,
): AsyncGenerator<Item> {
  for (let at = 0; at < listed.length; at += BATCH) {
    const batch = listed.slice(at, at + BATCH);
    const names = batch.map((object) => object.name);
    const seen = request.how === "full" ? new Map<string, string>() : await request.seen(names);
    for (const object of batch) {
      request.signal.throwIfAborted();
      if (seen.get(object.name) === object.version || object.size === 0) continue;
      if (Buffer.byteLength(object.name) > MAX_NAME_BYTES) {
        throw new SourceError(
          "data",
          `a name is longer than ${MAX_NAME_BYTES} bytes: ${object.name.slice(0, 100)}`,
          "Rename it, or narrow the pattern.",
        );
      }
      yield {
        name: `${request.source} ${object.name}`.slice(-490),
        body: await open(object),
        cursor: () => ({ last: object.name.slice(0, 500) }),
        object: { name: object.name, version: () => object.version },
      };
    }
  }
}
