/** Every second: the scheduler's tick (worker/schedule/tick.ts). */
import { type TickContext, tickAll } from "../schedule/tick.ts";

export const TICK_MS = 1000;

export function tickSchedules(context: TickContext): Promise<void> {
  return tickAll(context);
}
