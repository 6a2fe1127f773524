/** Checking what comes from outside. */
import type { z } from "zod";
import { AppError } from "../../lib/errors.ts";

/** Errors: AppError BAD_INPUT naming the field. */
export function parseInput<T>(shape: z.ZodType<T>, value: unknown, hint: string): T {
  const parsed = shape.safeParse(value);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0]!;
  const field = issue.path.join(".");
  throw new AppError("BAD_INPUT", field ? `${field}: ${issue.message}` : issue.message, {
    hint,
    ...(field ? { field } : {}),
  });
}
