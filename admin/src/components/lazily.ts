import { lazy } from "react";
import { ApiError } from "../providers/errors.ts";

/** Reloading does not help where it did not a moment ago. */
const RELOAD_AGAIN_MS = 60_000;
const RELOADED_AT = "cadastre.reloaded";

export async function serverAnswers(): Promise<boolean> {
  return fetch("/healthz", { cache: "no-store" }).then(
    (response) => response.ok,
    () => false,
  );
}

/**
 * A part of the program that did not come. Where the server answers, another edition has been installed since the page was
 * opened, and its files have other names: the page is read anew. Errors: ApiError UNREACHABLE.
 */
async function comeBack(error: unknown): Promise<never> {
  if (!(await serverAnswers()))
    throw new ApiError(
      {
        code: "UNREACHABLE",
        message: "The server does not answer",
        hint: "Check the connection and try again.",
      },
      503,
    );
  const last = Number(sessionStorage.getItem(RELOADED_AT) ?? 0);
  if (Date.now() - last < RELOAD_AGAIN_MS) throw error;
  sessionStorage.setItem(RELOADED_AT, String(Date.now()));
  window.location.reload();
  // Nothing is to be shown until the page has gone.
  return new Promise<never>(() => undefined);
}

/** React's lazy, for parts that may fail to come. */
export const lazily: typeof lazy = (load) => lazy(() => load().catch(comeBack));
