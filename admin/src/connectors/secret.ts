import { call } from "../providers/http.ts";
import { organizationPath } from "../providers/operations.ts";

/** Sends a connector's secret to be sealed; it is never shown again. */
export const putSecret = (connector: string, secret: Record<string, unknown>): Promise<unknown> =>
  call(organizationPath(`connectors/${encodeURIComponent(connector)}/secret`), { secret });
