/** News of a run as it goes, over one websocket; made on first use, so that pages without news load none of it. */
import type { Client } from "graphql-ws";
import { currentSession, ensureSession, subscribeSession } from "./session.ts";

let client: Promise<Client> | null = null;

async function connect(): Promise<Client> {
  const { createClient } = await import("graphql-ws");
  const scheme = window.location.protocol === "https:" ? "wss:" : "ws:";
  return createClient({
    url: `${scheme}//${window.location.host}/graphql`,
    connectionParams: async () => ({ authorization: `Bearer ${(await ensureSession()).accessToken}` }),
    // The page asks at intervals as well, so a server without websockets costs nothing but these tries.
    retryAttempts: 3,
    lazyCloseTimeout: 2_000,
  });
}

// A socket speaks for whom it was opened: signing out or changing over ends it.
let speaksFor: string | null = null;
subscribeSession(() => {
  const session = currentSession();
  const now = session && `${session.user.id} ${session.org?.id ?? ""}`;
  if (now === speaksFor) return;
  speaksFor = now;
  client?.then((open) => open.dispose()).catch(() => undefined);
  client = null;
});

interface Listener {
  onNews: () => void;
  onState: (live: boolean) => void;
}

/** Calls `onNews` whenever something changed. Returns the way to stop. */
export function listen(query: string, variables: Record<string, unknown>, listener: Listener): () => void {
  let stopped = false;
  let stop = () => {};
  const silent = () => {
    if (!stopped) listener.onState(false);
  };
  client ??= connect();
  client
    .then((open) => {
      if (stopped) return;
      stop = open.subscribe(
        { query, variables },
        {
          next: (message) => {
            listener.onState(!message.errors);
            listener.onNews();
          },
          error: silent,
          complete: silent,
        },
      );
    })
    .catch(silent);
  return () => {
    stopped = true;
    stop();
  };
}
