/** Streams measured while they pass: what comes in against a limit, what goes out against its length. */
import { createHash } from "node:crypto";
import { type Readable, Transform } from "node:stream";
import { AppError } from "../../errors.ts";
import type { StoredObject } from "./types.ts";

/** A stream that counts and digests what passes, and refuses more than the limit. */
export function measure(maxBytes: number): { stream: Transform; result: () => StoredObject } {
  const hash = createHash("sha256");
  let size = 0;
  const stream = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      size += chunk.length;
      if (size > maxBytes) {
        done(
          new AppError("TOO_LARGE", `the file is larger than ${maxBytes} bytes`, {
            hint: "Split it, compress it, or raise MAX_UPLOAD_BYTES.",
          }),
        );
        return;
      }
      hash.update(chunk);
      done(null, chunk);
    },
  });
  return { stream, result: () => ({ size, sha256: hash.digest() }) };
}

/** What a stream gives, in full or not at all: one that breaks, or ends early, must not look like the end. */
export async function* exactly(
  stream: Readable,
  bytes: number,
  asError: (cause: unknown) => AppError,
): AsyncGenerator<Buffer> {
  let passed = 0;
  try {
    for await (const chunk of stream as AsyncIterable<Buffer>) {
      passed += chunk.length;
      yield chunk;
    }
  } catch (error) {
    throw asError(error);
  } finally {
    stream.destroy();
  }
  if (passed !== bytes) throw asError(new Error(`${passed} of ${bytes} bytes came`));
}
