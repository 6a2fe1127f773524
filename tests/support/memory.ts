/** How much memory work needs: what it holds, not what the collector has not come to yet, which depends on the machine. */
import v8 from "node:v8";
import vm from "node:vm";

const EVERY_MS = 100;

v8.setFlagsFromString("--expose-gc");
const collect = vm.runInNewContext("gc") as () => void;

function held(): number {
  collect();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

/** Runs `work` and gives the most by which what is held grew meanwhile, in bytes, looked at ten times a second. */
export async function growth(work: () => Promise<void>): Promise<number> {
  const before = held();
  let most = before;
  const look = (): void => {
    most = Math.max(most, held());
  };
  const timer = setInterval(look, EVERY_MS);
  try {
    await work();
  } finally {
    clearInterval(timer);
  }
  look();
  return most - before;
}
