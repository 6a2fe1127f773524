/** Jobs whose worker was silent for too long are somebody else's, or wait to be taken again. */
import type { JobHelpers, Task } from "graphile-worker";
import type pg from "pg";

/**
 * The queue deletes a job that a task says is finished, also where the job was put back meanwhile: then the task fails
 * instead, which changes nothing of a job that is not its own.
 */
export function owned(pool: pg.Pool, task: Task): Task {
  return async (payload: unknown, helpers: JobHelpers) => {
    await task(payload, helpers);
    const { rows } = await pool.query<{ mine: boolean }>("select core.owns_job($1, $2, $3) as mine", [
      helpers.job.id,
      helpers.job.locked_by,
      helpers.job.attempts,
    ]);
    if (!rows[0]!.mine) throw new Error("the job was put back into the queue meanwhile; it is left there");
  };
}
