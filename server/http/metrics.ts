/** How long requests took, by road and outcome; only where figures are served. */
import type { RequestHandler } from "express";
import { Histogram } from "prom-client";
import type { Metrics } from "../../lib/metrics.ts";

/** Few and fixed: a label a path would be a series an organization. */
const ROADS: [RegExp, string][] = [
  [/^\/graphql/, "platform_graphql"],
  [/^\/orgs\/[^/]+\/graphql/, "organization_graphql"],
  [/^\/orgs\/[^/]+\/(datasets|uploads)/, "upload"],
  [/^\/orgs\/[^/]+\/streams/, "stream"],
  [/^\/orgs\/[^/]+\/changes/, "changes"],
  [/^\/orgs\//, "organization"],
  [/^\/hooks\//, "incoming_webhook"],
  [/^\/auth/, "auth"],
  [/^\/scim/, "scim"],
  [/^\/access/, "authzen"],
  [/^\/(healthz|readyz)/, "health"],
];

/** Counts and times every request. */
export function measureRequests(metrics: Metrics): RequestHandler {
  const seconds = new Histogram({
    name: "cadastre_http_request_seconds",
    help: "Time from a request to the end of its answer, by road, method and class of status.",
    labelNames: ["road", "method", "status"],
    buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30],
    registers: [metrics],
  });
  return (request, response, next) => {
    const road = ROADS.find(([pattern]) => pattern.test(request.path))?.[1] ?? "other";
    const end = seconds.startTimer({ road, method: request.method });
    response.once("close", () => end({ status: `${Math.floor(response.statusCode / 100)}xx` }));
    next();
  };
}
