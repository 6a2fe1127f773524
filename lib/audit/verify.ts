/**
 * Verifies an audit export without a database: recomputes every leaf from what it commits to, the tree from its leaves,
 * and asks the public keys about every checkpoint. Reads line by line; memory does not grow with the trail. Every
 * problem names its row: the event, the version by dataset, number and key, or the line of a load's file.
 */
import type { JWK } from "jose";
import { type Checkpoint, checkpointHash, checkpointReader } from "./checkpoints.ts";
import type { Line, LineOf } from "./lines.ts";
import { createTree, leafHash, sha256 } from "./merkle.ts";
import { claim, hear } from "./removed.ts";
import { add, type State, tell, type Verdict } from "./verdict.ts";
import { closeChange, takeChange, takePart, takeRow } from "./verify-changes.ts";

const SHOWN = 300;

export interface VerifyOptions {
  jwks: { keys: JWK[] };
  /** Where a second copy of the checkpoints is: the one of a size, null where there is none. */
  stored?: (size: number) => Promise<string | null>;
}

export interface Verifier {
  take(line: Line): Promise<void>;
  finish(): Verdict;
}

function begin(): State {
  return {
    tree: createTree(),
    org: null,
    values: true,
    announced: 0,
    covered: 0,
    previous: null,
    rootsBroken: false,
    ended: false,
    change: null,
    datasets: new Map(),
    deleted: new Set(),
    erased: new Set(),
    removed: claim({}),
    missing: [],
    absent: new Map(),
    counts: { events: 0, changes: 0, versions: 0, checkpoints: 0, erased: 0, removed: 0, dropped: 0 },
    problems: [],
    problemCount: 0,
  };
}

function takeLeaf(state: State, line: LineOf<"event" | "change">): void {
  closeChange(state);
  const { size } = state.tree;
  if (line.i !== size) {
    const message = `leaf ${size} is not there: the next one is ${line.i} (${line.t} ${line.id})`;
    tell(state, "leaf", "missing", String(size), message);
  }
  state.tree.append(Buffer.from(line.hash, "hex"));
}

/** What a sealed event says about what may be missing. */
function heed(state: State, text: string): void {
  const event = JSON.parse(text) as {
    action?: string;
    objectId?: string;
    detail?: { entries?: unknown; ranges?: unknown };
  };
  if (event.action === "dataset.delete" && event.objectId) state.deleted.add(event.objectId);
  if (event.action === "record.erase" && Array.isArray(event.detail?.entries))
    for (const one of event.detail.entries) state.erased.add(String(one));
  if (event.action === "history.remove") hear(state.removed, event.detail?.ranges);
}

function takeEvent(state: State, { id, text, salt, hash }: LineOf<"event">): void {
  state.counts.events++;
  if (text === null || salt === null) {
    const message = `the event ${id}${text === null ? "" : "'s salt"} is not there`;
    tell(state, "event", "missing", id, message);
    return;
  }
  const commitment = sha256(Buffer.from(salt, "hex"), text).toString("hex");
  if (leafHash(`event|${id}|${commitment}`).toString("hex") === hash) heed(state, text);
  else tell(state, "event", "altered", id, `the event ${id} is not what was sealed: ${text.slice(0, SHOWN)}`);
}

function judgeSignature(state: State, line: LineOf<"checkpoint">, signed: Checkpoint | null): void {
  const name = String(line.size);
  const say = (what: string, message: string) =>
    tell(state, "checkpoint", what, name, `the checkpoint of ${name} leaves ${message}`);
  if (!signed) say("unsigned", "was signed by no known key");
  else if (signed.org !== state.org || signed.size !== line.size || signed.root !== line.root)
    say("altered", "is not what was signed");
  else if (signed.previous !== state.previous)
    say("unchained", "does not follow the one before it: one is missing or was replaced");
  if (state.rootsBroken) return;
  if (line.size === state.tree.size && (signed?.root ?? line.root) === state.tree.root().toString("hex"))
    return;
  // Every later root is wrong by it as well: the first one says where.
  state.rootsBroken = true;
  say("root", `is not of these leaves: leaf ${state.covered} or a later one was changed, added or removed`);
}

async function takeCheckpoint(
  state: State,
  line: LineOf<"checkpoint">,
  read: (jws: string) => Promise<Checkpoint | null>,
  stored: VerifyOptions["stored"],
): Promise<void> {
  closeChange(state);
  state.counts.checkpoints++;
  judgeSignature(state, line, await read(line.jws));
  const name = String(line.size);
  const copy = stored ? await stored(line.size) : line.jws;
  if (copy === null)
    tell(
      state,
      "checkpoint",
      "not stored",
      name,
      `the checkpoint of ${name} leaves is not in the object store`,
    );
  else if (copy !== line.jws)
    tell(state, "checkpoint", "forked", name, `the object store has another checkpoint of ${name} leaves`);
  state.previous = checkpointHash(line.jws);
  state.covered = line.size;
}

function takeStray(state: State, { kind, dataset, name }: LineOf<"stray">): void {
  const where = dataset ? `${dataset}: ` : "";
  if (kind === "interval")
    tell(
      state,
      "version",
      "altered",
      name,
      `${where}the version ${name} does not end where the next one begins`,
      dataset,
    );
  else if (kind === "archive")
    tell(
      state,
      "archive",
      "missing",
      name,
      `the archive ${name} is not in the store, or not what was written`,
    );
  else if (kind === "checkpoint")
    tell(
      state,
      "checkpoint",
      "added",
      name,
      `the checkpoint of ${name} leaves is of more leaves than there are`,
    );
  else tell(state, kind, "added", name, `${where}nothing that was sealed is of the ${kind} ${name}`, dataset);
}

function finish(state: State): Verdict {
  closeChange(state);
  const { tree, counts } = state;
  for (const { of, problem } of state.missing) {
    if (state.erased.has(of)) counts.erased++;
    else add(state, problem);
  }
  for (const one of state.removed.open) {
    const message = `versions (${one}) are said to be removed by retention, and no sealed event says so`;
    tell(state, "version", "missing", one, message);
  }
  for (const [dataset, versions] of state.absent) {
    const message = `the dataset ${dataset} with ${versions} versions is not there, and no event says that it was deleted`;
    if (state.deleted.has(dataset)) counts.dropped += versions;
    else tell(state, "version", "missing", dataset, message);
  }
  if (!state.ended || tree.size !== state.announced) {
    const message = `there are ${tree.size} leaves of ${state.announced}: the export is cut off, or leaves were removed`;
    tell(state, "export", "cut off", String(tree.size), message);
  }
  const { org, covered, problems, problemCount } = state;
  const ok = problemCount === 0;
  return { ok, org, leaves: tree.size, ...counts, uncovered: tree.size - covered, problems, problemCount };
}

export function createVerifier({ jwks, stored }: VerifyOptions): Verifier {
  const read = checkpointReader(jwks);
  const state = begin();
  return {
    async take(line) {
      if (line.t === "header") {
        state.org = line.org.id;
        state.values = line.values;
        state.announced = line.size;
        for (const one of line.datasets) state.datasets.set(one.id, one.name);
        state.removed = claim(line.removed);
      } else if (line.t === "event") {
        takeLeaf(state, line);
        takeEvent(state, line);
      } else if (line.t === "change") {
        takeLeaf(state, line);
        takeChange(state, line);
      } else if (line.t === "part") takePart(state, line);
      else if (line.t === "row") takeRow(state, line);
      else if (line.t === "checkpoint") await takeCheckpoint(state, line, read, stored);
      else {
        closeChange(state);
        if (line.t === "stray") takeStray(state, line);
        else state.ended = true;
      }
    },
    finish: () => finish(state),
  };
}
