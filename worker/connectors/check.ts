/** Tests and discoveries: what a person, or the clock, asks of a connector. */
import { explain } from "../../lib/errors.ts";
import { asOrganization, type ConnectorContext, openSecret, rawAt, type Stored } from "./context.ts";
import { hide, tellFailure } from "./failures.ts";
import { loadKind } from "./index.ts";

const TEST_SECONDS = 45;
const DISCOVER_SECONDS = 300;

interface Begun extends Stored {
  check_kind: "test" | "discover";
}

interface Outcome {
  result: unknown;
  error: unknown;
  pinned: string | null;
}

/** Runs one queued check to its end; false where there is none. What it found is in its row. */
export async function runCheck(
  context: ConnectorContext,
  ids: { orgId: string; checkId: string },
): Promise<boolean> {
  const begun = await asOrganization(context, ids.orgId, null, async (client) => {
    const { rows } = await client.query<Begun>("select * from private.start_check($1)", [ids.checkId]);
    return rows[0] ?? null;
  });
  if (begun === null) return false;
  const { result, error, pinned } = await tryOut(context, begun);
  await asOrganization(context, ids.orgId, null, (client) =>
    client.query("select ingest.finish_check($1, $2, $3, $4)", [
      ids.checkId,
      result === null ? null : JSON.stringify(result),
      error === null ? null : JSON.stringify(error),
      pinned,
    ]),
  );
  return true;
}

async function tryOut(context: ConnectorContext, begun: Begun): Promise<Outcome> {
  let secret: Record<string, unknown> = {};
  const seconds = begun.check_kind === "test" ? TEST_SECONDS : DISCOVER_SECONDS;
  try {
    secret = openSecret(context, begun);
    const at = rawAt(context, begun, secret, AbortSignal.timeout(seconds * 1000));
    const kind = await loadKind(begun.kind);
    if (begun.check_kind === "discover")
      return { result: await kind.discover(at), error: null, pinned: null };
    const tested = await kind.test(at);
    return {
      result: { ...tested, message: hide(tested.message, secret) },
      error: null,
      pinned: tested.fingerprint ?? null,
    };
  } catch (error) {
    context.log.info(
      { connector_id: begun.connector_id, err: hide(explain(error), secret) },
      "a connector's check failed",
    );
    if (error instanceof DOMException && error.name === "TimeoutError") {
      const told = {
        code: "SOURCE_DOWN",
        message: `no answer within ${seconds} s`,
        hint: "Check host, port and firewalls.",
        transient: true,
      };
      return { result: null, error: told, pinned: null };
    }
    return { result: null, error: tellFailure(error, secret), pinned: null };
  }
}
