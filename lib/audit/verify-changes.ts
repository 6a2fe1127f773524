/** Changes of data: what a leaf commits to, held against the versions that are there. */
import { LINES_A_PART, type LineOf } from "./lines.ts";
import { leafHash, sha256 } from "./merkle.ts";
import { isClaimed } from "./removed.ts";
import { type State, tell } from "./verdict.ts";

const COMMITMENT = 16;
/** Missing versions that are remembered until the events that may account for them have been heard. */
const MAX_MISSING = 100_000;
const SHOWN = 300;

export function takeChange(state: State, line: LineOf<"change">): void {
  state.counts.changes++;
  if (line.text === null) {
    tell(state, "change", "missing", line.id, `the change ${line.id} is not there`);
    return;
  }
  if (leafHash(line.text).toString("hex") !== line.hash)
    tell(
      state,
      "change",
      "altered",
      line.id,
      `the change ${line.id} is not what was sealed: ${line.text.slice(0, SHOWN)}`,
    );
  // change|id|at|transaction|dataset|contract|operation|run|versions|digest
  const said = line.text.split("|");
  state.change = {
    id: line.id,
    dataset: said[4] ?? "",
    expected: Number(said[8]),
    digest: said[9] ?? "",
    file: line.file,
    parts: [],
    entries: 0,
    open: new Map(),
  };
}

export function takePart(state: State, line: LineOf<"part">): void {
  const { change } = state;
  if (!change) {
    tell(state, "export", "malformed", "part", "commitments stand where no change is");
    return;
  }
  closePart(state);
  const bytes = Buffer.from(line.commitments, "base64");
  const number = Buffer.alloc(8);
  number.writeBigInt64BE(BigInt(line.part));
  change.parts.push(number, sha256(bytes));
  const width = line.lines ? COMMITMENT + 2 : COMMITMENT;
  for (let at = 0, i = 0; at + width <= bytes.length; at += width, i++) {
    const entry = line.lines ? line.part * LINES_A_PART + bytes.readUInt16BE(at) : i;
    const one = {
      commitment: bytes.subarray(at + width - COMMITMENT, at + width),
      name: line.names?.[i] ?? null,
    };
    const there = change.open.get(entry);
    if (there) there.push(one);
    else change.open.set(entry, [one]);
    change.entries++;
  }
}

export function takeRow(state: State, line: LineOf<"row">): void {
  const { change } = state;
  const dataset = change ? (state.datasets.get(change.dataset) ?? null) : null;
  const say = (what: string, message: string) =>
    tell(state, "version", what, line.name, `${dataset}: ${message}`, dataset);
  state.counts.versions++;
  const left = change?.open.get(line.entry);
  if (!change || !left) {
    say("added", `nothing that was sealed is of the version ${line.name}`);
    return;
  }
  const commitment =
    line.salt === null ? null : sha256(Buffer.from(line.salt, "hex"), line.text).subarray(0, COMMITMENT);
  const found = left.findIndex((one) => commitment?.equals(one.commitment));
  if (commitment === null) say("added", `the version ${line.name} was erased, and is there`);
  else if (found === -1)
    say("altered", `the version ${line.name} is not what was sealed: ${line.text.slice(0, SHOWN)}`);
  // One that was altered has taken its place: it is not missing as well.
  left.splice(Math.max(found, 0), 1);
  if (left.length === 0) change.open.delete(line.entry);
}

/** What no row was held against is missing, unless its dataset is gone or an event yet to come says that it was erased. */
function closePart(state: State): void {
  const { change } = state;
  if (!change || !state.values) return;
  const dataset = state.datasets.get(change.dataset);
  for (const [entry, left] of change.open) {
    for (const { name } of left) {
      if (dataset === undefined) {
        state.absent.set(change.dataset, (state.absent.get(change.dataset) ?? 0) + 1);
        continue;
      }
      if (isClaimed(state.removed, change.id, entry)) {
        state.counts.removed++;
        continue;
      }
      const called = name ?? `line ${entry} of ${change.file ?? "its file"}`;
      const message = `${dataset}: the version ${called}, which change ${change.id} committed to, is not there`;
      const problem = { kind: "version", what: "missing", dataset, name: called, message } as const;
      if (state.missing.length < MAX_MISSING) state.missing.push({ of: `${change.id}/${entry}`, problem });
      else state.problemCount++;
    }
  }
  change.open.clear();
}

export function closeChange(state: State): void {
  const { change } = state;
  if (!change) return;
  closePart(state);
  const dataset = state.datasets.get(change.dataset) ?? null;
  if (sha256(...change.parts).toString("hex") !== change.digest) {
    const message = `the commitments of change ${change.id} are not those that were sealed`;
    tell(state, "change", "altered", change.id, message, dataset);
  } else if (change.entries !== change.expected && dataset !== null) {
    const message = `${dataset}: of the ${change.expected} versions of change ${change.id} ${change.entries} were there when it was sealed`;
    tell(state, "change", "incomplete", change.id, message, dataset);
  }
  state.change = null;
}
