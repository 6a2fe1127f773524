/** gzip and zstd: what is inside, unpacked and checked to its end. */
import { once } from "node:events";
import { PassThrough, type Transform } from "node:stream";
import { pipeline } from "node:stream/promises";
import { constants, createGunzip, createInflateRaw, createZstdDecompress } from "node:zlib";
import { newMeter, type UnpackLimits } from "./limits.ts";
import { type TemporaryFile, temporaryFile } from "./temporary.ts";
import { type ByteSource, ReaderError } from "./types.ts";
import { frameWalker } from "./zstd-frames.ts";

export type Compression = "gzip" | "zstd" | "deflate";

/** A zstd frame may ask for a window of gigabytes; its command line's own bound is this too. */
const MAX_WINDOW_LOG = 27;

function decompressor(kind: Compression): Transform {
  if (kind === "gzip") return createGunzip();
  if (kind === "deflate") return createInflateRaw();
  return createZstdDecompress({ params: { [constants.ZSTD_d_windowLogMax]: MAX_WINDOW_LOG } });
}

/** The failure of a decompressor told as what is wrong with `what`; other failures as they are. */
export function damaged(error: unknown, what: string): unknown {
  if (!(error instanceof Error) || error instanceof ReaderError) return error;
  const code = "code" in error && typeof error.code === "string" ? error.code : "";
  if (!/^(?:Z_|ZSTD_|ERR_ZSTD|ERR_TRAILING)/.test(code)) return error;
  if (/windowTooLarge/i.test(code)) {
    return new ReaderError(
      "too_large",
      `${what} needs a window of more than ${2 ** MAX_WINDOW_LOG} bytes to be unpacked`,
      "Compress it again without --long or --ultra.",
      { cause: error },
    );
  }
  const short = /unexpected end/i.test(error.message);
  const why = short ? "it breaks off before its end" : error.message.slice(0, 120);
  return new ReaderError(
    "damaged",
    `${what} is damaged: ${why}`,
    short ? "Upload it again, whole." : "Compress the data again and upload the new file.",
    { cause: error },
  );
}

type Sink = (chunk: Buffer) => Promise<void>;

/** Unpacks `chunks` of one compressed stream into `sink`. */
export async function inflate(chunks: AsyncIterable<Buffer>, kind: Compression, sink: Sink): Promise<void> {
  if (kind === "zstd") return unframe(chunks, sink);
  await pipeline(chunks, decompressor(kind), async (stream: AsyncIterable<Buffer>) => {
    for await (const chunk of stream) await sink(chunk);
  });
}

/** One decompressor a frame. */
async function unframe(chunks: AsyncIterable<Buffer>, sink: Sink): Promise<void> {
  const walker = frameWalker();
  let input: PassThrough | null = null;
  let work: Promise<void> = Promise.resolve();
  try {
    for await (const chunk of chunks) {
      for (const { bytes, ends } of walker.walk(chunk)) {
        if (input === null) {
          input = new PassThrough();
          const frame = input;
          work = pipeline(frame, decompressor("zstd"), async (stream: AsyncIterable<Buffer>) => {
            for await (const out of stream) await sink(out);
          });
          // Told by `work`; what is still being written to a broken frame fails without a word.
          frame.on("error", () => undefined);
          work.catch(() => frame.destroy());
        }
        if (!input.write(bytes)) await Promise.race([once(input, "drain"), work]);
        if (!ends) continue;
        input.end();
        input = null;
        await work;
      }
    }
    walker.finish();
  } catch (error) {
    input?.destroy();
    await work.catch(() => undefined);
    throw error;
  }
}

/** Unpacks a whole source into a temporary file. Errors: ReaderError damaged, too_large; what the source throws. */
export async function unpackWhole(
  source: ByteSource,
  kind: "gzip" | "zstd",
  limits: UnpackLimits,
  signal?: AbortSignal,
): Promise<TemporaryFile> {
  const file = await temporaryFile();
  const what = `the ${kind} file`;
  const meter = newMeter(source.size, limits, what);
  try {
    const stream = await source.open();
    try {
      await inflate(stream as AsyncIterable<Buffer>, kind, async (chunk) => {
        signal?.throwIfAborted();
        meter(chunk);
        await file.write(chunk);
      });
    } finally {
      stream.destroy();
    }
    return file;
  } catch (error) {
    await file.close();
    throw damaged(error, what);
  }
}
