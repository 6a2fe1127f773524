/** What is pushed, to be pulled: one value at a time, the pusher waits until it is taken. */

/** Thrown into a pusher whose reader went away. */
class Stopped extends Error {}

/** The values that `run` hands to its sink. When the reader goes away, `run` is stopped by an error of its sink. */
export async function* pulled<T>(
  run: (sink: (value: T) => Promise<void>) => Promise<void>,
): AsyncGenerator<T> {
  const queue: T[] = [];
  let wakeReader: () => void = () => undefined;
  let wakeWriter: () => void = () => undefined;
  let stopped = false;
  let ended = false;
  const failures: unknown[] = [];
  const sink = async (value: T): Promise<void> => {
    if (stopped) throw new Stopped("nobody reads on");
    queue.push(value);
    wakeReader();
    if (queue.length > 0) {
      await new Promise<void>((resolve) => {
        wakeWriter = resolve;
      });
    }
    if (stopped) throw new Stopped("nobody reads on");
  };
  const work = run(sink)
    .catch((error: unknown) => {
      failures.push(error);
    })
    .finally(() => {
      ended = true;
      wakeReader();
    });
  try {
    // Each turn takes a value, waits for one, or ends.
    for (;;) {
      const value = queue.shift();
      if (value !== undefined) {
        wakeWriter();
        yield value;
      } else if (ended) break;
      else {
        await new Promise<void>((resolve) => {
          wakeReader = resolve;
        });
      }
    }
    if (failures.length > 0) throw failures[0];
  } finally {
    stopped = true;
    wakeWriter();
    await work;
  }
}
