/** Server and worker must be bound by row-level security; a login that is not is refused at start. */
import type pg from "pg";
import { AppError } from "../errors.ts";

/** Errors: AppError UNSAFE_ROLE. */
export async function refuseSuperuser(pool: pg.Pool): Promise<void> {
  const { rows } = await pool.query<{ name: string; unsafe: boolean }>(
    "select rolname as name, rolsuper or rolbypassrls as unsafe from pg_roles where rolname = session_user",
  );
  if (rows[0]?.unsafe !== false) {
    throw new AppError(
      "UNSAFE_ROLE",
      `the database login ${rows[0]?.name} is not bound by row-level security`,
      {
        hint: "Run server and worker with the logins cadastre_gateway and cadastre_worker, never as a superuser.",
      },
    );
  }
}
