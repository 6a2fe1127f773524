/** Sends a file as it is, telling how far it got. fetch cannot tell progress, so this is XMLHttpRequest. */
import { ApiError, readProblem } from "./errors.ts";
import { organizationPath } from "./operations.ts";
import { ensureSession } from "./session.ts";

export interface Progress {
  sent: number;
  total: number;
  /** Bytes a second, smoothed. */
  rate: number;
}

export interface UploadRequest {
  file: File;
  dataset: string;
  mode?: string | undefined;
  key: string[];
  /** A person accepts the contract, or what the file changes of it, before a row is loaded. */
  review: boolean;
  onProgress: (progress: Progress) => void;
  signal: AbortSignal;
}

export interface Received {
  fileId: string;
  runId: string;
}

/** Weight of the newest measurement in the smoothed rate. */
const SMOOTHING = 0.3;

/** Turns what is known of a transfer's bytes into progress with a rate. */
export function meter(
  onProgress: (progress: Progress) => void,
): (event: Pick<ProgressEvent, "loaded" | "total">) => void {
  let last = { at: performance.now(), sent: 0 };
  let rate = 0;
  return (event) => {
    const now = performance.now();
    const elapsed = (now - last.at) / 1000;
    if (elapsed > 0) {
      const current = (event.loaded - last.sent) / elapsed;
      rate = rate === 0 ? current : rate + SMOOTHING * (current - rate);
      last = { at: now, sent: event.loaded };
    }
    onProgress({ sent: event.loaded, total: event.total, rate });
  };
}

function address(upload: UploadRequest): string {
  const query = new URLSearchParams({ filename: upload.file.name });
  if (upload.mode) query.set("mode", upload.mode);
  if (upload.key.length > 0) query.set("key", upload.key.join(","));
  if (upload.review) query.set("contract", "review");
  return organizationPath(`datasets/${encodeURIComponent(upload.dataset)}/files?${query}`);
}

/** Larger files go in parts, which can be resumed. */
const PLAIN_BYTES = 16 * 1024 * 1024;

export async function upload(wanted: UploadRequest): Promise<Received> {
  if (wanted.file.size > PLAIN_BYTES) {
    const { uploadLarge } = await import("./large-upload.ts");
    return uploadLarge(wanted);
  }
  const { accessToken } = await ensureSession();
  return new Promise((resolve, reject) => {
    const xhr = new XMLHttpRequest();
    xhr.open("POST", address(wanted));
    xhr.responseType = "json";
    xhr.setRequestHeader("authorization", `Bearer ${accessToken}`);
    xhr.setRequestHeader("content-type", "application/octet-stream");
    xhr.upload.addEventListener("progress", meter(wanted.onProgress));
    xhr.addEventListener("load", () => {
      if (xhr.status >= 200 && xhr.status < 300) resolve(xhr.response as Received);
      else reject(new ApiError(readProblem(xhr.response, xhr.statusText), xhr.status));
    });
    xhr.addEventListener("error", () =>
      reject(
        new ApiError(
          {
            code: "UNREACHABLE",
            message: "The upload was cut off",
            hint: "Nothing of it was kept. Check the connection and try again.",
          },
          503,
        ),
      ),
    );
    xhr.addEventListener("abort", () => reject(new DOMException("cancelled", "AbortError")));
    wanted.signal.addEventListener("abort", () => xhr.abort());
    xhr.send(wanted.file);
  });
}
