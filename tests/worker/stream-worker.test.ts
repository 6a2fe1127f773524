/** The worker as it is started: it hears of events and deliveries, loads the ones and sends the others, and stops. */
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { expect, it } from "vitest";
import { createLogger } from "../../lib/log.ts";
import { createSecrets } from "../../lib/secrets.ts";
import { newWebhookSecret, webhookPurpose } from "../../lib/webhook-signature.ts";
import { startWorker } from "../../worker/main.ts";
import { asService } from "../support/database.ts";
import { sendEvents } from "./stream-support.ts";
import { createLoader, declare } from "./support.ts";

it("from an event to the change that a webhook tells of", async () => {
  const bench = await createLoader();
  const bodies: string[] = [];
  const receiver = createServer((request, response) => {
    request.on("data", (chunk: Buffer) => bodies.push(chunk.toString()));
    request.on("end", () => response.writeHead(204).end());
  });
  await new Promise<void>((resolve) => receiver.listen(0, "127.0.0.1", resolve));
  process.env.WEBHOOK_ALLOW_HTTP = "1";
  const secrets = createSecrets(Buffer.alloc(32, 3));
  const worker = await startWorker({
    connections: bench.db,
    store: bench.store,
    documents: null,
    secrets,
    log: createLogger("silent"),
    alone: true,
  });
  try {
    await declare(bench, "orders", [{ name: "id", type: "integer" }], ["id"]);
    const id = crypto.randomUUID();
    await asService(bench.db, bench.org.id, (client) =>
      client.query("select private.put_webhook($1, $2, '', '{dataset.changed}', '{}', $3)", [
        id,
        `http://127.0.0.1:${(receiver.address() as AddressInfo).port}/`,
        secrets.seal(webhookPurpose(id), newWebhookSecret()),
      ]),
    );
    await sendEvents(bench, "orders", [{ id: 1 }, { id: 2 }]);
    for (let turn = 0; turn < 200 && bodies.length === 0; turn++) await new Promise((r) => setTimeout(r, 50));
    expect(bodies.map((body) => JSON.parse(body))).toMatchObject([
      { type: "dataset.changed", data: { dataset: "orders", inserted: 2 } },
    ]);
    expect(await bench.query("select id from org_acme.orders order by id")).toEqual([{ id: 1 }, { id: 2 }]);
  } finally {
    delete process.env.WEBHOOK_ALLOW_HTTP;
    await worker.stop();
    receiver.closeAllConnections();
    receiver.close();
    await bench.close();
  }
});
