/** What a person, or the command line, is shown of a file: how it is written and which contract would fit it. */
import { type InferOptions, inferContract } from "../../lib/contract/infer.ts";
import type { DeclaredFormats, ValueFormat } from "../../lib/contract/locales.ts";
import type { ContractProposal } from "../../lib/contract/types.ts";
import { openFile, type Reading } from "./open.ts";
import { readRecords } from "./records.ts";
import { fileSource } from "./source.ts";
import type { ByteSource, Inspection, ReaderProblem, ReaderRecord } from "./types.ts";
import { findValueFormats, setValueFormats } from "./value-formats.ts";

const MAX_PROPOSAL_PROBLEMS = 100;

export interface FileInspection extends Inspection {
  encoding: string;
  preambleLines: number;
  headerLines: number;
  contract: ContractProposal;
  /** Records that inference left out because they have a problem. */
  rejected: number;
}

/**
 * Reads the records and proposes a contract. Numbers and dates written in some country's way are found first; the
 * inspection's dialect reads them from then on. `problems` gathers at most MAX_PROPOSAL_PROBLEMS.
 */
export async function proposeContract(
  source: ByteSource,
  inspection: Inspection,
  options: InferOptions & { declared?: DeclaredFormats } = {},
): Promise<{ contract: ContractProposal; rejected: number; problems: ReaderProblem[] }> {
  await findValueFormats(source, inspection, inspection.columns, options.declared ?? {});
  const first = await infer(source, inspection, options);
  const formats = inspection.dialect.valueFormats;
  if (formats === undefined) return first;
  // A column that is text after all keeps its values as they are written.
  const kept = formats.map((format, i) => (isTyped(first.contract.fields[i]?.type, format) ? format : null));
  if (kept.every((format, i) => format === formats[i])) return first;
  for (const [i, format] of formats.entries()) {
    if (format === null || kept[i] !== null) continue;
    const { name, rejected } = evidenceOf(first.contract, i);
    const against =
      rejected === undefined ? "" : `: line ${rejected.line} has ${JSON.stringify(rejected.value)}`;
    inspection.evidence.push(
      `column ${name}: text after all, so its values stay as they are written${against}`,
    );
  }
  setValueFormats(inspection, kept);
  return infer(source, inspection, options);
}

function evidenceOf(contract: ContractProposal, place: number) {
  const field = contract.fields[place]!;
  return { name: field.sourceName, rejected: contract.evidence[field.name]?.rejected[0] };
}

/** Whether a field of the type takes values of the format. */
export function isTyped(type: string | undefined, format: ValueFormat | null): boolean {
  if (format === null || type === undefined) return false;
  if (format.kind === "date") return type === "date" || type === "timestamptz";
  return type === "integer" || type === "bigint" || type.startsWith("numeric");
}

async function infer(
  source: ByteSource,
  inspection: Inspection,
  options: InferOptions,
): Promise<{ contract: ContractProposal; rejected: number; problems: ReaderProblem[] }> {
  const problems: ReaderProblem[] = [];
  let rejected = 0;
  const good = async function* (): AsyncGenerator<ReaderRecord[]> {
    for await (const batch of readRecords(source, inspection.dialect, inspection.columns, { raw: false })) {
      for (const { problem } of batch) {
        if (problem === undefined) continue;
        rejected++;
        if (problems.length < MAX_PROPOSAL_PROBLEMS) problems.push(problem);
      }
      yield batch.filter((record) => record.problem === undefined);
    }
  };
  const contract = await inferContract(good(), inspection.columns, options);
  carryTypes(contract, inspection);
  return { contract, rejected, problems };
}

/** Types that the file itself declares go before what its values look like. */
function carryTypes(contract: ContractProposal, { types, dialect }: Inspection): void {
  for (const [i, field] of contract.fields.entries()) {
    const type = types?.[i];
    if (type === undefined || type === null) continue;
    const found = contract.evidence[field.name];
    if (found !== undefined) {
      found.text = `${type}, as the ${dialect.format} file declares; ${found.text}`;
      if (type === "text") found.rejected = [];
    }
    field.type = type;
  }
}

/** Inspects a file on disk and proposes its contract. Throws ReaderError as `openFile` does. */
export async function inspectFile(
  path: string,
  reading: Reading = {},
  options: InferOptions = {},
): Promise<FileInspection> {
  const { source, inspection, declared, close } = await openFile(await fileSource(path), reading);
  try {
    const { contract, rejected, problems } = await proposeContract(source, inspection, {
      ...options,
      declared,
    });
    const { encoding, preambleLines, headerLines } = inspection.dialect;
    return { ...inspection, encoding, preambleLines, headerLines, contract, rejected, problems };
  } finally {
    await close();
  }
}
