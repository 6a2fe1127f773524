/**
 * What somebody would write by hand for this one list: node:http and pg, one prepared statement that makes the JSON,
 * under the same login, claim and policies. Nothing else: no routing, no limits, no schema.
 */
import { createServer, type Server } from "node:http";
import pg from "pg";
import { signClaim } from "../../lib/claims.ts";

export interface RawOptions {
  gatewayUrl: string;
  claimKey: Buffer;
  orgId: string;
  userId: string;
  sessionId: string;
  schema: string;
  /** Statements of a request sent without waiting in between, as the product sends them. */
  pipelined: boolean;
}

export function listQuery(schema: string): string {
  return `select json_build_object('data', json_build_object('orders', json_build_object('nodes', coalesce(json_agg(n), '[]')))) ::text as body
    from (select o.order_id as "orderId", o.amount::text as amount, o.placed_on as "placedOn",
                 (select json_build_object('customerId', c.customer_id, 'name', c.name)
                    from ${schema}.customers c where c.customer_id = o.customer_id) as customer
            from ${schema}.orders o order by o.order_id desc limit 50) n`;
}

export function createRawServer(options: RawOptions): { server: Server; close(): Promise<void> } {
  const pool = new pg.Pool({ connectionString: options.gatewayUrl, max: 16, pipeline: options.pipelined });
  const query = { name: "list", text: listQuery(options.schema) };
  const settings = {
    name: "settings",
    text: "select set_config('role', 'cadastre_user', true), set_config('cadastre.claim', $1, true)",
  };
  const claim = () =>
    signClaim(
      {
        kind: "user",
        orgId: options.orgId,
        userId: options.userId,
        sessionId: options.sessionId,
        ttlSeconds: 60,
      },
      options.claimKey,
    );

  const read = async (): Promise<string> => {
    const client = await pool.connect();
    try {
      const sent = [
        () => client.query("begin"),
        () => client.query({ ...settings, values: [claim()] }),
        () => client.query<{ body: string }>(query),
        () => client.query("commit"),
      ];
      if (options.pipelined) {
        const all = await Promise.all(sent.map((send) => send()));
        return all[2]!.rows[0].body;
      }
      await sent[0]!();
      await sent[1]!();
      const { rows } = await sent[2]!();
      await sent[3]!();
      return rows[0].body;
    } finally {
      client.release();
    }
  };
  const server = createServer((request, response) => {
    // The body is read, as a GraphQL server has to.
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      read().then(
        (body) => {
          response.writeHead(200, {
            "content-type": "application/json",
            "content-length": Buffer.byteLength(body),
          });
          response.end(body);
        },
        (error: Error) => {
          response.writeHead(500);
          response.end(error.message);
        },
      );
    });
  });
  return {
    server,
    async close() {
      server.closeAllConnections();
      server.close();
      await pool.end();
    },
  };
}
