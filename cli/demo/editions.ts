/**
 * The demo's files, from the npm package vega-datasets (BSD-3-Clause): real data, with its real oddities. What is made
 * of a file here is said where it is made.
 */
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import path from "node:path";

const require = createRequire(import.meta.url);

/** Where the package keeps its files. */
function folder(): string {
  // Its main file is <package>/build/<file>.
  return path.join(path.dirname(require.resolve("vega-datasets")), "..", "data");
}

export function demoFile(name: string): string {
  return path.join(folder(), name);
}

/**
 * An earlier edition of Seattle's weather: only until June 2015, and the second quarter of 2015 with temperatures
 * rounded to whole degrees, as a provisional bulletin has them. The file itself then corrects and continues it.
 */
export async function provisionalWeather(): Promise<string> {
  const lines = (await readFile(demoFile("seattle-weather.csv"), "utf8")).trimEnd().split(/\r?\n/);
  const kept = lines.slice(1).filter((line) => line < "2015-07-01");
  const rounded = kept.map((line) => {
    if (line < "2015-04-01") return line;
    const [date, precipitation, high, low, ...rest] = line.split(",");
    return [date, precipitation, Math.round(Number(high)), Math.round(Number(low)), ...rest].join(",");
  });
  return `${[lines[0], ...rounded].join("\n")}\n`;
}
