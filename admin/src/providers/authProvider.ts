import type { AuthProvider } from "react-admin";
import { ApiError } from "./errors.ts";
import { currentSession, ensureSession, maySignInAgain, signIn, signOut } from "./session.ts";

/** Which permission a room asks for. The database decides; this only hides what it would refuse. */
const PERMISSION: Record<string, Record<string, string>> = {
  datasets: { list: "dataset.view", show: "dataset.view", edit: "dataset.edit", delete: "dataset.delete" },
  runs: { list: "run.view", show: "run.view", create: "run.execute", approve: "run.approve" },
  members: { list: "member.view", show: "member.view" },
  records: {
    list: "record.view",
    show: "record.view",
    create: "record.create",
    edit: "record.edit",
    delete: "record.delete",
    restore: "record.restore",
    export: "record.export",
  },
};

/** The permission behind an action on a resource; null where everybody signed in may. */
export function permissionFor(action: string, resource: string): string | null {
  const room = resource.split("/")[0] ?? resource;
  return PERMISSION[room]?.[action] ?? null;
}

export const authProvider: AuthProvider = {
  async login(credentials: { email: string; password: string; org: string | null }) {
    await signIn(credentials);
  },
  async logout() {
    await signOut();
  },
  async checkAuth() {
    const known = currentSession() !== null || maySignInAgain();
    await ensureSession().catch((error: unknown) => {
      // Who was never signed in is shown the form, not told that their session is over.
      throw known ? error : Object.assign(new Error("nobody is signed in"), { message: false });
    });
  },
  async checkError(error: unknown) {
    // Requests renew an expired token by themselves, so a 401 that arrives here is the end of the session.
    if (error instanceof ApiError && error.status === 401) throw error;
  },
  async getIdentity() {
    const { user } = await ensureSession();
    return { id: user.id, fullName: user.displayName || user.email };
  },
  async getPermissions() {
    return (await ensureSession()).permissions;
  },
  async canAccess({ action, resource }) {
    const needed = permissionFor(action, resource);
    const session = await ensureSession().catch(() => null);
    return session !== null && (needed === null || session.permissions.includes(needed));
  },
};
