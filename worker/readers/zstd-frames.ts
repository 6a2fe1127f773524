/**
 * Where the frames of a zstd file begin and end. Node's decompressor stops after the first one without a word, so a
 * file of several (joined files, parallel compressors) would lose the rest.
 */
import { ReaderError } from "./types.ts";

const MAGIC = 0xfd2fb528;
const MAGIC_BYTES = Buffer.from([0x28, 0xb5, 0x2f, 0xfd]);
const SKIPPABLE = 0x184d2a50;
const MAX_FRAMES = 100_000;

export interface FramePiece {
  bytes: Buffer;
  /** The piece is the frame's last. */
  ends: boolean;
}

type Part = "magic" | "descriptor" | "header" | "block" | "body" | "checksum" | "skip_size" | "skip";

function broken(why: string): ReaderError {
  return new ReaderError(
    "damaged",
    `the zstd file is damaged: ${why}`,
    "Compress the data again and upload the new file.",
  );
}

/** Bytes of the frame header behind its descriptor (RFC 8878, 3.1.1.1). */
function headerBytes(descriptor: number): number {
  const single = (descriptor & 0x20) !== 0;
  const size = [single ? 1 : 0, 2, 4, 8][descriptor >> 6]!;
  return (single ? 0 : 1) + size + [0, 1, 2, 4][descriptor & 3]!;
}

export interface FrameWalker {
  /** Cuts a chunk at frame ends; skippable frames are left out. Errors: ReaderError damaged, too_large. */
  walk(chunk: Buffer): FramePiece[];
  /** Throws where the file ends within a frame. */
  finish(): void;
}

export function frameWalker(): FrameWalker {
  let part: Part = "magic";
  /** Bytes that the part still lacks, and those of it that have come where they must be understood. */
  let need = 4;
  let got: number[] = [];
  let last = false;
  let checksum = false;
  let frames = 0;

  const next = (to: Part, bytes: number): void => {
    part = to;
    need = bytes;
    got = [];
  };
  const number = (): number => got.reduce((sum, byte, i) => sum + byte * 2 ** (8 * i), 0);
  const afterBlock = (): boolean => {
    if (!last) next("block", 3);
    else if (checksum) next("checksum", 4);
    else {
      next("magic", 4);
      return true;
    }
    return false;
  };

  /** The part is complete; gives true where a frame is. */
  const complete = (): boolean => {
    const value = number();
    if (part === "magic") {
      if (++frames > MAX_FRAMES) throw broken(`it has more than ${MAX_FRAMES} frames`);
      if (value === MAGIC) next("descriptor", 1);
      else if ((value & 0xfffffff0) >>> 0 === SKIPPABLE) next("skip_size", 4);
      else throw broken(`something else follows frame ${frames - 1}`);
    } else if (part === "descriptor") {
      checksum = (value & 4) !== 0;
      next("header", headerBytes(value));
      if (need === 0) next("block", 3);
    } else if (part === "header") next("block", 3);
    else if (part === "block") {
      last = (value & 1) === 1;
      const kind = (value >> 1) & 3;
      if (kind === 3) throw broken("a block is of no known kind");
      next("body", kind === 1 ? 1 : value >> 3);
      if (need === 0) return afterBlock();
    } else if (part === "body") return afterBlock();
    else if (part === "skip_size") next(value === 0 ? "magic" : "skip", value === 0 ? 4 : value);
    else {
      const ends = part === "checksum";
      next("magic", 4);
      return ends;
    }
    return false;
  };

  const skipping = (): boolean => part === "skip" || part === "skip_size";
  const walk = (chunk: Buffer): FramePiece[] => {
    const pieces: FramePiece[] = [];
    let from = 0;
    for (let at = 0; at < chunk.length; ) {
      const take = Math.min(need, chunk.length - at);
      if (part !== "body" && part !== "skip") got.push(...chunk.subarray(at, at + take));
      at += take;
      need -= take;
      if (need > 0) continue;
      const before = part;
      const ends = complete();
      if (before === "magic") {
        // Given on only now that the frame is known not to be one to skip; it may have come in several chunks.
        if (!skipping()) pieces.push({ bytes: MAGIC_BYTES, ends: false });
        from = at;
      } else if (before === "skip" || before === "skip_size") from = at;
      if (!ends) continue;
      pieces.push({ bytes: chunk.subarray(from, at), ends: true });
      from = at;
    }
    if (from < chunk.length && part !== "magic" && !skipping())
      pieces.push({ bytes: chunk.subarray(from), ends: false });
    return pieces;
  };
  return {
    walk,
    finish: () => {
      if (part === "magic" && got.length === 0) return;
      throw new ReaderError(
        "damaged",
        "the zstd file is damaged: it breaks off before its end",
        "Upload it again, whole.",
      );
    },
  };
}
