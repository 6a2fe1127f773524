import { useMay } from "../layout/useSession.ts";
import { type Nodes, useAccess } from "./api.ts";

const ON = `query MyPermissionsOn($id: String!) {
  myPermissionsOn(objectKind: "dataset", objectId: $id, first: 1000) { nodes }
}`;

/** True where one has the permission on this dataset: by role, or by what was given, denied or decided for it alone. */
export function useMayOn(permission: string, datasetId: string | undefined): boolean {
  const everywhere = useMay(permission);
  const { data } = useAccess<{ myPermissionsOn: Nodes<string> }>(
    ON,
    { id: datasetId },
    { enabled: Boolean(datasetId) },
  );
  return data ? data.myPermissionsOn.nodes.includes(permission) : everywhere;
}
