/** The built back office: its files, and its page for every address that it routes itself. */
import path from "node:path";
import express, { type RequestHandler, Router } from "express";
import helmet from "helmet";

const YEAR_SECONDS = 31_536_000;

/** Addresses that belong to the API: an unknown one gets an error, not the page. */
const API = /^\/(graphql|orgs|auth|ops|scim|access|healthz|readyz|\.well-known)(\/|$)/;

/**
 * What the page may do: its own scripts and requests, styles made at run time by its component library; uploads to the
 * object store, where senders reach it.
 */
export function pageHeaders(secure: boolean, storeOrigin: string | null = null): RequestHandler {
  return helmet({
    contentSecurityPolicy: {
      useDefaults: false,
      directives: {
        defaultSrc: ["'none'"],
        scriptSrc: ["'self'"],
        styleSrc: ["'self'", "'unsafe-inline'"],
        imgSrc: ["'self'", "data:", "blob:"],
        fontSrc: ["'self'", "data:"],
        connectSrc: ["'self'", ...(storeOrigin ? [storeOrigin] : [])],
        workerSrc: ["'self'", "blob:"],
        manifestSrc: ["'self'"],
        baseUri: ["'none'"],
        formAction: ["'self'"],
        frameAncestors: ["'none'"],
        ...(secure ? { upgradeInsecureRequests: [] } : {}),
      },
    },
    strictTransportSecurity: secure ? { maxAge: YEAR_SECONDS, includeSubDomains: true } : false,
    crossOriginOpenerPolicy: { policy: "same-origin" },
    referrerPolicy: { policy: "no-referrer" },
    xFrameOptions: { action: "deny" },
  }) as RequestHandler;
}

export function adminRoutes(folder: string, secure: boolean, storeOrigin: string | null): Router {
  const router = Router();
  const headers = pageHeaders(secure, storeOrigin);
  const page = path.join(folder, "index.html");
  router.use((request, response, next) => {
    if (API.test(request.path) || (request.method !== "GET" && request.method !== "HEAD")) next("router");
    else headers(request, response, next);
  });
  // Names under assets/ carry their content's hash, so what they name never changes.
  router.use(
    "/assets",
    express.static(path.join(folder, "assets"), { immutable: true, maxAge: YEAR_SECONDS * 1000 }),
  );
  router.use("/assets", (_request, _response, next) => next("router"));
  router.use(express.static(folder, { index: false, maxAge: 0 }));
  router.get("/{*any}", (_request, response) => {
    response.set("Cache-Control", "no-cache").sendFile(page);
  });
  return router;
}
