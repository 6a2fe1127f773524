/**
 * A road to a server that can be cut and mended: every connection on it is reset, and new ones too while it is cut. Stalled,
 * nothing passes, and nobody is told.
 */
import net from "node:net";

export interface Road {
  port: number;
  cut(): void;
  stall(): void;
  mend(): void;
  close(): Promise<void>;
}

export async function openRoad(to: { host: string; port: number }): Promise<Road> {
  const open = new Set<net.Socket>();
  let isCut = false;
  let isStalled = false;
  const server = net.createServer((near) => {
    if (isCut) {
      near.resetAndDestroy();
      return;
    }
    const far = net.connect(to.port, to.host);
    for (const [one, other] of [
      [near, far],
      [far, near],
    ] as const) {
      open.add(one);
      one.on("error", () => other.destroy());
      one.on("close", () => {
        open.delete(one);
        other.destroy();
      });
      one.pipe(other);
      if (isStalled) one.pause();
    }
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const cut = (): void => {
    isCut = true;
    for (const socket of open) socket.resetAndDestroy();
  };
  return {
    port: (server.address() as net.AddressInfo).port,
    cut,
    stall() {
      isStalled = true;
      for (const socket of open) socket.pause();
    },
    mend() {
      isCut = false;
      isStalled = false;
      for (const socket of open) socket.resume();
    },
    async close() {
      cut();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
