/** Asks the same thing again and again over a few connections that are kept, and counts the answers. */
import { connect, type Socket } from "node:net";

export interface Target {
  port: number;
  path: string;
  headers: Record<string, string>;
  body: string;
}

const HEADER_END = Buffer.from("\r\n\r\n");

export function requestBytes({ path, headers, body }: Target): Buffer {
  const lines = Object.entries({
    host: "127.0.0.1",
    "content-type": "application/json",
    "content-length": String(Buffer.byteLength(body)),
    ...headers,
  }).map(([name, value]) => `${name}: ${value}\r\n`);
  return Buffer.from(`POST ${path} HTTP/1.1\r\n${lines.join("")}\r\n${body}`);
}

/** Bytes of the first whole response in the buffer, or 0; throws when it is not a 200. */
function wholeResponse(buffer: Buffer): number {
  const end = buffer.indexOf(HEADER_END);
  if (end < 0) return 0;
  const head = buffer.subarray(0, end).toString("latin1");
  if (!head.startsWith("HTTP/1.1 200")) throw new Error(buffer.toString("utf8").slice(0, 1000));
  const length = /content-length: (\d+)/i.exec(head);
  if (!length) throw new Error("a response without a length");
  const whole = end + HEADER_END.length + Number(length[1]);
  return buffer.length >= whole ? whole : 0;
}

/** Requests a second during `ms`, over `connections` connections with one request under way each. */
export async function load(target: Target, connections: number, ms: number): Promise<number> {
  const bytes = requestBytes(target);
  let answers = 0;
  let running = true;
  const sockets: Socket[] = [];
  const loops = Array.from({ length: connections }, () => {
    const socket = connect(target.port, "127.0.0.1");
    socket.setNoDelay(true);
    sockets.push(socket);
    return new Promise<void>((resolve, reject) => {
      let buffer: Buffer = Buffer.alloc(0);
      socket.on("error", reject);
      socket.on("data", (data) => {
        buffer = buffer.length === 0 ? data : Buffer.concat([buffer, data]);
        try {
          const whole = wholeResponse(buffer);
          if (whole === 0) return;
          buffer = buffer.subarray(whole);
        } catch (error) {
          reject(error);
          return;
        }
        answers++;
        if (running) socket.write(bytes);
        else resolve();
      });
      socket.write(bytes);
    });
  });
  const begun = performance.now();
  setTimeout(() => {
    running = false;
  }, ms);
  await Promise.all(loops);
  const seconds = (performance.now() - begun) / 1000;
  for (const socket of sockets) socket.destroy();
  return answers / seconds;
}
