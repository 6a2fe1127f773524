import type { AuthProvider } from "react-admin";
import { ApiError } from "./errors.ts";
import { currentSession, ensureSession, maySignInAgain, signOut } from "./session.ts";

/** Which permission a room asks for. The database decides; this only hides what it would refuse. */
const PERMISSION: Record<string, Record<string, string>> = {
  // Looking is open to everybody: what was given on one dataset shows that one, whatever the role.
  datasets: { edit: "dataset.edit", delete: "dataset.delete" },
  runs: { list: "run.view", show: "run.view", create: "run.execute", approve: "run.approve" },
  members: { list: "member.view", show: "member.view" },
  records: {
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

/** The last look for a session failed for another reason than that there is none. */
let unsure = false;

const silent = (reason: string): Error => Object.assign(new Error(reason), { message: false });

export const authProvider: AuthProvider = {
  // The sign-in page goes through its steps by itself (layout/useSignIn.ts).
  async login() {},
  async logout() {
    // A session that waits for a second factor is led to the page that sets one up, and kept for it.
    // Nor is one given up because the server was away for a moment.
    if (!currentSession()?.pending && !unsure) await signOut();
  },
  async checkAuth() {
    const known = currentSession() !== null || maySignInAgain();
    unsure = false;
    const session = await ensureSession().catch((error: unknown) => {
      unsure = error instanceof ApiError && error.status !== 401;
      // Who was never signed in is shown the form, not told that their session is over.
      throw known ? error : silent("nobody is signed in");
    });
    if (session.pending) throw silent("a second factor is to be set up first");
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
    // Nobody has none: a refusal here would lead away from the pages that are open to everybody.
    return (await ensureSession().catch(() => null))?.permissions ?? [];
  },
  async canAccess({ action, resource }) {
    const needed = permissionFor(action, resource);
    const session = await ensureSession().catch(() => null);
    return session !== null && (needed === null || session.permissions.includes(needed));
  },
};
