/** The server, as a list of what is installed. */
import { createServer as createHttpServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import express from "express";
import type { Config } from "../lib/config.ts";
import { refuseSuperuser } from "../lib/db/refuse-superuser.ts";
import type { Logger } from "../lib/log.ts";
import { type Metrics, watchPool } from "../lib/metrics.ts";
import type { ObjectStore } from "../lib/stores/object/index.ts";
import { identify } from "./auth/identify.ts";
import { createAuth } from "./auth/index.ts";
import type { JwtKeys } from "./auth/keys.ts";
import { oidcRoutes } from "./auth/oidc.ts";
import { createGatewayPool } from "./database.ts";
import { graphqlRequest } from "./graphql/edge.ts";
import { createOrganizationApis } from "./graphql/organization.ts";
import { createPlatformApi, PLATFORM_PATH } from "./graphql/platform.ts";
import type { ApiContext } from "./graphql/preset.ts";
import { createSockets } from "./graphql/sockets.ts";
import { adminRoutes } from "./http/admin.ts";
import { auditRoutes } from "./http/audit.ts";
import { authzenRoutes } from "./http/authzen.ts";
import { basics, notFound, tellErrors } from "./http/basics.ts";
import { changesHandler } from "./http/changes.ts";
import { connectorRoutes } from "./http/connectors.ts";
import { holdExpectations } from "./http/continue.ts";
import { allowOrigins } from "./http/cors.ts";
import { directRoutes } from "./http/direct.ts";
import { federationRoutes } from "./http/federation.ts";
import { healthRoutes } from "./http/health.ts";
import { incomingRoutes } from "./http/incoming.ts";
import { lineageRoutes } from "./http/lineage.ts";
import { measureRequests } from "./http/metrics.ts";
import { outboxRoutes } from "./http/outbox.ts";
import { pipelineRoutes } from "./http/pipelines.ts";
import { qualityRoutes } from "./http/quality.ts";
import { resumableRoutes } from "./http/resumable.ts";
import { runRoutes } from "./http/runs.ts";
import { BODY_MS, refuseSlowBodies } from "./http/slow-bodies.ts";
import { streamHandlers } from "./http/streams.ts";
import { uploadHandler } from "./http/upload.ts";
import { webhookRoutes } from "./http/webhooks.ts";
import { createListener } from "./listener.ts";
import { createOrganizations } from "./organizations.ts";
import { scimRoutes } from "./scim/index.ts";
import { readServerSettings } from "./settings.ts";

export interface ServerOptions {
  config: Config;
  connections: { gatewayUrl: string; claimKey: Buffer };
  store: ObjectStore;
  log: Logger;
  jwtKeys: JwtKeys;
  /** The built back office; null: none is served. */
  adminDir: string | null;
  /** Where requests and connections are counted; absent: nowhere. */
  metrics?: Metrics;
}

export interface CadastreServer {
  httpServer: Server;
  /** Resolves with the port, also where 0 was asked for. */
  listen(port: number, host: string): Promise<number>;
  close(): Promise<void>;
}

/** The longest that one upload may take, and the longest that a connection may say nothing. */
const UPLOAD_MS = 6 * 3600 * 1000;
const IDLE_MS = 120_000;
/** Longer than proxies keep theirs, so that it is never the server that closes one in use. */
const KEPT_MS = 75_000;
/** What a request under way has left when the server stops. */
const GRACE_MS = 5000;
const HEADERS_MS = 30_000;

export async function createServer(options: ServerOptions): Promise<CadastreServer> {
  const { config, connections, store, log, jwtKeys } = options;
  const { claimKey } = connections;
  const pool = createGatewayPool(connections.gatewayUrl, log);
  await refuseSuperuser(pool);
  const settings = await readServerSettings();
  let port = config.port;
  const address = (): string => config.publicUrl ?? `http://${config.host}:${port}`;
  const auth = await createAuth({ config, pool, claimKey, keys: jwtKeys, log, address });
  const { bearers } = auth;
  const listener = createListener(connections.gatewayUrl, claimKey, log);
  const api: ApiContext = { claimKey, log, ...settings };
  const organizations = createOrganizations(pool, claimKey);
  const platform = await createPlatformApi(api, pool, listener);
  const sockets = createSockets(platform.server, bearers);
  const organizationApis = createOrganizationApis({ context: api, pool, organizations, listener });

  const app = express();
  app.disable("x-powered-by");
  app.set("etag", false);
  app.set("trust proxy", config.trustProxy);
  if (options.metrics) {
    watchPool(options.metrics, "gateway", pool);
    app.use(measureRequests(options.metrics));
  }
  app.use(basics);
  app.use(refuseSlowBodies(BODY_MS));
  app.use(allowOrigins(config.corsOrigins));
  // First what is asked most: each layer that a request passes costs it a little.
  const bearer = identify(bearers);
  app.all(PLATFORM_PATH, bearer, graphqlRequest, platform.handle);
  app.all("/orgs/:slug/graphql", bearer, graphqlRequest, organizationApis.handle);
  app.use(healthRoutes({ pool, store, log }));
  app.use(auth.routes);
  app.use(oidcRoutes(auth.parts, bearers));
  app.use("/access/v1", bearer);
  app.use(authzenRoutes({ pool, claimKey, address }));
  app.use(federationRoutes(auth.parts, connections.gatewayUrl));
  app.use("/scim/v2", scimRoutes({ pool, log, address }));
  app.post(
    "/orgs/:slug/datasets/:name/files",
    bearer,
    uploadHandler({ pool, store, organizations, claimKey, maxBytes: config.maxUploadBytes }),
  );
  app.use("/orgs", bearer);
  const resumable = resumableRoutes({
    pool,
    store,
    organizations,
    claimKey,
    maxBytes: config.maxUploadBytes,
    home: config.home,
  });
  app.use(
    directRoutes({
      pool,
      store,
      organizations,
      claimKey,
      maxBytes: config.maxUploadBytes,
      secrets: auth.parts.secrets,
    }),
  );
  app.use(resumable.routes);
  app.post("/orgs/:slug/streams/:dataset", ...streamHandlers({ pool, organizations, claimKey, listener }));
  app.get("/orgs/:slug/changes", changesHandler({ pool, organizations, claimKey, listener }));
  app.use(runRoutes({ pool, organizations, claimKey }));
  app.use(pipelineRoutes({ pool, organizations, claimKey }));
  app.use(webhookRoutes(auth.parts, organizations));
  app.use(incomingRoutes(auth.parts, organizations));
  app.use(connectorRoutes({ pool, organizations, claimKey, secrets: auth.parts.secrets }));
  app.use(qualityRoutes({ pool, organizations, claimKey }));
  app.use(auditRoutes({ pool, organizations, claimKey, config }));
  app.use("/lineage", bearer);
  app.use(lineageRoutes({ pool, organizations, claimKey, secrets: auth.parts.secrets }));
  app.use("/ops", bearer);
  app.use(outboxRoutes({ pool, claimKey, home: config.home }));
  if (options.adminDir) {
    const secure = config.publicUrl?.startsWith("https:") ?? false;
    const { publicEndpoint = null } = config.s3 ?? {};
    app.use(adminRoutes(options.adminDir, secure, publicEndpoint && new URL(publicEndpoint).origin));
  }
  app.use(notFound);
  app.use(tellErrors(log));

  const httpServer = createHttpServer({ requestTimeout: UPLOAD_MS, headersTimeout: HEADERS_MS }, app);
  httpServer.timeout = IDLE_MS;
  httpServer.keepAliveTimeout = KEPT_MS;
  holdExpectations(httpServer, app);
  httpServer.on("upgrade", (request, socket, head) => {
    const path = request.url?.split("?", 1)[0];
    if (path === PLATFORM_PATH) sockets.upgrade(request, socket, head);
    else socket.end("HTTP/1.1 404 Not Found\r\nConnection: close\r\n\r\n");
  });
  return {
    httpServer,
    listen: (wanted, host) =>
      new Promise((resolve, reject) => {
        httpServer.once("error", reject);
        httpServer.listen(wanted, host, () => {
          port = (httpServer.address() as AddressInfo).port;
          auth.start(listener);
          resolve(port);
        });
      }),
    async close() {
      resumable.stop();
      sockets.close();
      await new Promise<void>((resolve) => {
        httpServer.close(() => resolve());
        // Requests under way may finish; what still runs after that is cut off.
        httpServer.closeIdleConnections();
        setTimeout(() => httpServer.closeAllConnections(), GRACE_MS).unref();
      });
      await auth.stop();
      await organizationApis.close();
      await platform.release();
      await listener.close();
      await pool.end();
    },
  };
}
