/** Connection strings of the installation's roles, derived from an administrator's. */
import path from "node:path";

export const projectRoot = path.resolve(import.meta.dirname, "..", "..");

/** The same connection, acting as another role from the start (the login must be allowed to become it). */
export function roleUrl(adminUrl: string, role: string): string {
  const url = new URL(adminUrl);
  url.searchParams.set("options", `-c role=${role}`);
  return url.toString();
}

/** The same server and database with another login. */
export function loginUrl(adminUrl: string, user: string, password: string): string {
  const url = new URL(adminUrl);
  url.username = encodeURIComponent(user);
  url.password = encodeURIComponent(password);
  url.searchParams.delete("options");
  return url.toString();
}

/** The same server with another database. */
export function databaseUrl(adminUrl: string, database: string): string {
  const url = new URL(adminUrl);
  url.pathname = `/${encodeURIComponent(database)}`;
  return url.toString();
}
