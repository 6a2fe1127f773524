/** What an organization may show of an erasure: the request, the trail's events of it, and their proofs. */
import { saveText } from "../audit/save.ts";
import { call } from "../providers/http.ts";
import { organizationPath } from "../providers/operations.ts";
import { currentSession } from "../providers/session.ts";
import { type Erasure, readTrail } from "./useErasures.ts";

/** A proof that is not there yet, since the event is not sealed, does not keep the report back. */
const proofOf = (id: string): Promise<unknown> =>
  call<unknown>(organizationPath(`audit/proof?event=${id}`)).catch(() => null);

export async function saveReport(erasure: Erasure, datasets: string[], withTrail: boolean): Promise<void> {
  const events = withTrail ? await readTrail(erasure.id) : [];
  const { datasetIds, ...request } = erasure;
  const report = {
    report: "Cadastre erasure",
    madeAt: new Date().toISOString(),
    organization: currentSession()?.org?.name ?? null,
    request: { ...request, datasets: datasetIds.map((id, index) => ({ id, name: datasets[index] })) },
    events: await Promise.all(events.map(async (event) => ({ ...event, proof: await proofOf(event.id) }))),
    keys: withTrail ? await call<unknown>("/.well-known/audit-jwks.json") : null,
  };
  saveText(`${JSON.stringify(report, null, 2)}\n`, `erasure-${erasure.id}.json`, "application/json");
}
