/** A pause that can be ended from outside: for loops that look by the clock and when they are woken. */
export interface Nap {
  /** From here on a wake counts, also one before the sleep. */
  begin(): void;
  sleep(ms: number): Promise<void>;
  wake(): void;
}

export function createNap(): Nap {
  let woken = false;
  let rouse: (() => void) | null = null;
  return {
    begin() {
      woken = false;
    },
    sleep: (ms) =>
      new Promise((resolve) => {
        if (woken) return resolve();
        const timer = setTimeout(resolve, ms);
        rouse = () => {
          clearTimeout(timer);
          resolve();
        };
      }),
    wake() {
      woken = true;
      rouse?.();
    },
  };
}
