/** One built GraphQL API: its schema, its handler for requests, its end. */
import type { RequestHandler } from "express";
import { postgraphile } from "postgraphile";
import type { GrafservBase } from "postgraphile/grafserv";
import { grafserv } from "postgraphile/grafserv/express/v4";
import type { GraphQLSchema } from "postgraphile/graphql";

export interface Api {
  schema: GraphQLSchema;
  server: GrafservBase;
  handle: RequestHandler;
  release(): Promise<void>;
}

/** Builds the schema and what serves it. Rejects when the schema cannot be built. */
export async function createApi(preset: GraphileConfig.Preset): Promise<Api> {
  const instance = postgraphile(preset);
  try {
    const schema = await instance.getSchema();
    const server = instance.createServ(grafserv);
    await server.ready();
    const handle = server.createHandler() as unknown as RequestHandler;
    return { schema, server, handle, release: async () => instance.release() };
  } catch (error) {
    await instance.release();
    throw error;
  }
}
