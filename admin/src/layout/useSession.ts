import { useSyncExternalStore } from "react";
import { currentSession, type Session, subscribeSession } from "../providers/session.ts";

export function useSession(): Session | null {
  return useSyncExternalStore(subscribeSession, currentSession);
}

/** True where the signed-in person has the permission. The database decides; this hides what it would refuse. */
export function useMay(permission: string): boolean {
  return useSession()?.permissions.includes(permission) ?? false;
}
