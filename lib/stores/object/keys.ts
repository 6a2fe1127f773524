/** Keys of stored objects: made here, never by people, so that no name can reach outside its organization. */
import { randomUUID } from "node:crypto";

/** Where a received file is kept. */
export function fileKey(orgId: string): string {
  return `org/${orgId}/files/${randomUUID()}`;
}
