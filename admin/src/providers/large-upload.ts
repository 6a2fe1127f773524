/**
 * Large files: straight to the object store in parts where the installation offers that, else in parts to the server
 * (tus), which go on where they broke off, also after a reload of the page.
 */
import { ApiError, readProblem } from "./errors.ts";
import { request } from "./http.ts";
import { organizationPath } from "./operations.ts";
import { ensureSession } from "./session.ts";
import { meter, type Received, type UploadRequest } from "./upload.ts";

const CHUNK_BYTES = 16 * 1024 * 1024;
/** Pauses between tries of a part. */
const RETRY_MS = [500, 2000, 5000, 15_000, 30_000];

function parametersOf({ file, dataset, mode, key, review }: UploadRequest): Record<string, string> {
  return {
    dataset,
    filename: file.name,
    ...(mode ? { mode } : {}),
    ...(key.length > 0 ? { key: key.join(",") } : {}),
    ...(review ? { contract: "review" } : {}),
  };
}

const cancelled = (): DOMException => new DOMException("cancelled", "AbortError");

const cutOff = (): ApiError =>
  new ApiError(
    {
      code: "UNREACHABLE",
      message: "The upload was cut off",
      hint: "Choose the file again: it goes on where it broke off.",
    },
    503,
  );

interface Begun {
  token: string;
  partBytes: number;
  urls: string[];
}

async function post<T>(path: string, body: object): Promise<T> {
  const response = await request(organizationPath(path), {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(body),
  });
  const answer: unknown = await response.json().catch(() => null);
  if (!response.ok) throw new ApiError(readProblem(answer, response.statusText), response.status);
  return answer as T;
}

/** One part to the store; resolves with its ETag. */
function sendPart(
  url: string,
  part: Blob,
  signal: AbortSignal,
  onSent: (bytes: number) => void,
): Promise<string> {
  return new Promise((resolve, reject) => {
    const xhr = new XMLHttpRequest();
    xhr.open("PUT", url);
    xhr.upload.addEventListener("progress", (event) => onSent(event.loaded));
    xhr.addEventListener("load", () => {
      const etag = xhr.getResponseHeader("etag");
      if (xhr.status === 200 && etag) resolve(etag);
      else reject(cutOff());
    });
    xhr.addEventListener("error", () => reject(cutOff()));
    xhr.addEventListener("abort", () => reject(cancelled()));
    signal.addEventListener("abort", () => xhr.abort(), { once: true });
    xhr.send(part);
  });
}

async function patiently<T>(signal: AbortSignal, work: () => Promise<T>): Promise<T> {
  for (const wait of RETRY_MS) {
    try {
      return await work();
    } catch (error) {
      if (signal.aborted) throw cancelled();
      if (!(error instanceof ApiError && error.status >= 500)) throw error;
    }
    await new Promise((resolve) => setTimeout(resolve, wait));
  }
  return work();
}

/** Null: the installation does not offer it. */
async function uploadDirect(wanted: UploadRequest): Promise<Received | null> {
  const { file, signal, onProgress } = wanted;
  let begun: Begun;
  try {
    begun = await post<Begun>("uploads/direct", { ...parametersOf(wanted), size: file.size });
  } catch (error) {
    if (error instanceof ApiError && error.status === 404) return null;
    throw error;
  }
  const tell = meter(onProgress);
  const etags: string[] = [];
  for (const [i, url] of begun.urls.entries()) {
    const start = i * begun.partBytes;
    const part = file.slice(start, start + begun.partBytes);
    const onSent = (bytes: number) => tell({ loaded: start + bytes, total: file.size });
    etags.push(await patiently(signal, () => sendPart(url, part, signal, onSent)));
  }
  return post<Received>("uploads/direct/complete", { token: begun.token, etags });
}

async function uploadResumable(wanted: UploadRequest): Promise<Received> {
  const { Upload } = await import("tus-js-client");
  const tell = meter(wanted.onProgress);
  return new Promise((resolve, reject) => {
    const received: Partial<Received> = {};
    const upload = new Upload(wanted.file, {
      endpoint: organizationPath("uploads"),
      chunkSize: CHUNK_BYTES,
      retryDelays: RETRY_MS,
      removeFingerprintOnSuccess: true,
      metadata: parametersOf(wanted),
      async onBeforeRequest(sent) {
        const { accessToken } = await ensureSession();
        sent.setHeader("Authorization", `Bearer ${accessToken}`);
      },
      onAfterResponse(_sent, response) {
        const runId = response.getHeader("X-Run-Id");
        if (runId) Object.assign(received, { runId, fileId: response.getHeader("X-File-Id") });
      },
      onProgress: (loaded, total) => tell({ loaded, total }),
      onSuccess: () => (received.runId ? resolve(received as Received) : reject(cutOff())),
      onError(error) {
        const response = "originalResponse" in error ? error.originalResponse : null;
        if (!response) return reject(cutOff());
        let body: unknown = null;
        try {
          body = JSON.parse(response.getBody());
        } catch {
          // What is no JSON is told by its status.
        }
        reject(new ApiError(readProblem(body, "The upload was refused"), response.getStatus()));
      },
    });
    wanted.signal.addEventListener("abort", () => {
      void upload.abort(true);
      reject(cancelled());
    });
    // The same file to the same place, begun before: it goes on from there.
    upload
      .findPreviousUploads()
      .then((before) => {
        const same = before.find((one) => one.metadata.dataset === wanted.dataset);
        if (same) upload.resumeFromPreviousUpload(same);
        upload.start();
      })
      .catch(reject);
  });
}

export async function uploadLarge(wanted: UploadRequest): Promise<Received> {
  return (await uploadDirect(wanted)) ?? uploadResumable(wanted);
}
