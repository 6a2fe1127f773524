/** What a person, or the command line, is shown of a file: how it is written and which contract would fit it. */
import { type InferOptions, inferContract } from "../../lib/contract/infer.ts";
import type { ContractProposal } from "../../lib/contract/types.ts";
import { inspect } from "./inspect.ts";
import { readRecords } from "./records.ts";
import { fileSource } from "./source.ts";
import type { ByteSource, Dialect, Inspection, ReaderProblem, ReaderRecord } from "./types.ts";

const MAX_PROPOSAL_PROBLEMS = 100;

export interface FileInspection extends Inspection {
  encoding: string;
  preambleLines: number;
  headerLines: number;
  contract: ContractProposal;
  /** Records that inference left out because they have a problem. */
  rejected: number;
}

/** Reads the records once more and proposes a contract. `problems` gathers at most MAX_PROPOSAL_PROBLEMS. */
export async function proposeContract(
  source: ByteSource,
  inspection: Inspection,
  options: InferOptions = {},
): Promise<{ contract: ContractProposal; rejected: number; problems: ReaderProblem[] }> {
  const problems: ReaderProblem[] = [];
  let rejected = 0;
  const good = async function* (): AsyncGenerator<ReaderRecord[]> {
    for await (const batch of readRecords(source, inspection.dialect, inspection.columns)) {
      for (const { problem } of batch) {
        if (problem === undefined) continue;
        rejected++;
        if (problems.length < MAX_PROPOSAL_PROBLEMS) problems.push(problem);
      }
      yield batch.filter((record) => record.problem === undefined);
    }
  };
  const contract = await inferContract(good(), inspection.columns, options);
  return { contract, rejected, problems };
}

/** Inspects a file on disk and proposes its contract. Throws ReaderError as `inspect` does. */
export async function inspectFile(
  path: string,
  overrides: Partial<Dialect> = {},
  options: InferOptions = {},
): Promise<FileInspection> {
  const source = await fileSource(path);
  const inspection = await inspect(source, overrides);
  const { contract, rejected, problems } = await proposeContract(source, inspection, options);
  const { encoding, preambleLines, headerLines } = inspection.dialect;
  return { ...inspection, encoding, preambleLines, headerLines, contract, rejected, problems };
}
