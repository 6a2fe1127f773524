/** Bounds of what may come out of a compressed file. */
import { ReaderError } from "./types.ts";

export interface UnpackLimits {
  /** Bytes of all that is unpacked. */
  bytes: number;
  /** Times the compressed size, once `ratioFrom` bytes have come out. */
  ratio: number;
  ratioFrom: number;
  entries: number;
}

export const UNPACK_LIMITS: UnpackLimits = {
  bytes: 16 * 1024 ** 3,
  // Text of data comes to 3 to 30 times; deflate's most is about 1,030.
  ratio: 250,
  ratioFrom: 64 * 1024 ** 2,
  entries: 10_000,
};

export type Meter = (chunk: Uint8Array) => void;

/** Counts what comes out of `compressed` bytes and throws ReaderError `too_large` beyond the limits. */
export function newMeter(compressed: number | null, limits: UnpackLimits, what: string): Meter {
  let out = 0;
  return (chunk) => {
    out += chunk.length;
    if (out > limits.bytes) {
      throw new ReaderError(
        "too_large",
        `${what} unpacks to more than ${limits.bytes} bytes`,
        "Split the data into several files.",
      );
    }
    if (compressed !== null && out > limits.ratioFrom && out > compressed * limits.ratio) {
      throw new ReaderError(
        "too_large",
        `${what} unpacks to more than ${limits.ratio} times its size: it looks like a decompression bomb`,
        "If the data is really that repetitive, upload it uncompressed, or split it.",
      );
    }
  };
}
