/** A stream that counts and digests what passes, and refuses more than the limit. */
import { createHash } from "node:crypto";
import { Transform } from "node:stream";
import { AppError } from "../../errors.ts";
import type { StoredObject } from "./types.ts";

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
