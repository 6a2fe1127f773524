/**
 * Decisions that others published come out of this model as published: OpenFGA's condition cases and its consolidated
 * cases as permit policies, asked through access.evaluate. What the model has no words for is counted with its reason.
 * (AuthZEN's own decisions are asked over HTTP, tests/api/authzen.test.ts.)
 */
import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import type pg from "pg";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { parse } from "yaml";
import { projectRoot } from "../../../lib/db/urls.ts";
import {
  addMember,
  asMember,
  createOrg,
  createTestDatabase,
  type TestDatabase,
  type TestOrg,
} from "../../support/database.ts";
import {
  type Answer,
  readModel,
  type Stage,
  type Tuple,
  translateCel,
  Unsayable,
  unfold,
} from "./published.ts";

const folder = path.join(projectRoot, "..", "shared", "data", "access_decisions");
const present = existsSync(folder);

let db: TestDatabase;
let org: TestOrg;
let owner: { orgId: string; userId: string };
/** Whoever a case is about; has no permission by a role. */
let person: { id: string; email: string };
/** What a case's relation is here. */
const PERMISSION = "record.view";

beforeAll(async () => {
  db = await createTestDatabase();
  org = await createOrg(db, "acme");
  owner = { orgId: org.id, userId: await addMember(db, org.id, "owner@acme.example", "owner") };
  const email = "person@acme.example";
  person = { id: await addMember(db, org.id, email, "client"), email };
});
afterAll(() => db.drop());

/** OpenFGA's code for a condition whose parameter was not given. */
const MISSING_PARAMETER = 2000;

class Rollback extends Error {}

interface Question {
  user: string;
  relation: string;
  object: string;
  context: Record<string, unknown> | undefined;
  tuples: Tuple[];
  /** A number: published as an error of that code. */
  expected: boolean | number;
}

function questionsOf(stage: Stage): Question[] {
  const tuples = stage.tuples ?? [];
  const questions: Question[] = [];
  for (const { tuple, contextualTuples, context, expectation, errorCode } of stage.checkAssertions ?? [])
    questions.push({
      user: tuple.user,
      relation: tuple.relation,
      object: tuple.object,
      context,
      tuples: [...tuples, ...(contextualTuples ?? [])],
      expected: errorCode ?? expectation === true,
    });
  // A list is as many questions as there are objects of its type.
  for (const { request, contextualTuples, context, expectation, errorCode } of stage.listObjectsAssertions ??
    []) {
    if (errorCode !== undefined) continue;
    const everything = [...tuples, ...(contextualTuples ?? [])];
    const objects = new Set(
      everything.map((tuple) => tuple.object).filter((o) => o.startsWith(`${request.type}:`)),
    );
    for (const object of objects)
      questions.push({
        user: request.user,
        relation: request.relation,
        object,
        context,
        tuples: everything,
        expected: (expectation ?? []).includes(object),
      });
  }
  return questions;
}

/** Asks one question: the policies are made as an administrator would make them, and leave with the transaction. */
async function ask(c: pg.PoolClient, question: Question, answer: Answer): Promise<boolean> {
  const [type, id] = [
    question.object.split(":")[0]!,
    question.object.slice(question.object.indexOf(":") + 1),
  ];
  if (answer !== false) {
    const object = [{ eq: [{ object: "kind" }, type] }, { eq: [{ object: "id" }, id] }];
    await c.query(
      "select access.create_policy(name => $1, kind => 'permit', permissions => $2, users => $3, condition => $4)",
      [
        "published",
        [PERMISSION],
        [person.id],
        JSON.stringify({ all: answer === true ? object : [...object, answer] }),
      ],
    );
  }
  const { rows } = await c.query<{ answer: { decision: boolean } }>(
    "select access.evaluate($1, $2, $3, $4) as answer",
    [
      JSON.stringify({ type: "user", id: person.email }),
      JSON.stringify({ name: PERMISSION }),
      JSON.stringify({ type, id }),
      JSON.stringify(question.context ?? {}),
    ],
  );
  return rows[0]!.answer.decision;
}

async function decide(question: Question, answer: Answer): Promise<boolean> {
  let decision = false;
  await asMember(db, owner, async (c) => {
    decision = await ask(c, question, answer);
    throw new Rollback();
  }).catch((error: unknown) => {
    if (!(error instanceof Rollback)) throw error;
  });
  return decision;
}

interface Tally {
  asked: number;
  asPublished: number;
  missingNo: number;
  missingYes: number;
  unsayable: Map<string, number>;
  wrong: string[];
}

async function run(file: string): Promise<Tally> {
  const { tests } = parse(readFileSync(path.join(folder, file), "utf8")) as {
    tests: { name: string; stages: Stage[] }[];
  };
  const tally: Tally = {
    asked: 0,
    asPublished: 0,
    missingNo: 0,
    missingYes: 0,
    unsayable: new Map(),
    wrong: [],
  };
  const known = new Map<string, boolean>();
  for (const test of tests) {
    // Tuples stay from stage to stage; the model is replaced.
    let kept: Tuple[] = [];
    for (const stage of test.stages) {
      kept = [...kept, ...(stage.tuples ?? [])];
      const model = readModel(stage.model);
      for (const question of questionsOf({ ...stage, tuples: kept })) {
        tally.asked++;
        try {
          if (!question.user.startsWith("user:") || question.user === "user:*" || question.user.includes("#"))
            throw new Unsayable("the subject is a group or everybody, not a person");
          if (typeof question.expected === "number" && question.expected !== MISSING_PARAMETER)
            throw new Unsayable(`published as an error of the other engine's own (${question.expected})`);
          const answer = unfold(model, question.tuples, question.user, question.relation, question.object);
          const key = JSON.stringify([answer, question.context, question.object]);
          let decision = known.get(key);
          if (decision === undefined) {
            decision = await decide(question, answer);
            known.set(key, decision);
          }
          if (question.expected === MISSING_PARAMETER) {
            // Yes only where another part of a union decides without it.
            if (decision) expect(JSON.stringify(answer), test.name).toContain('"any"');
            if (decision) tally.missingYes++;
            else tally.missingNo++;
          } else if (decision === question.expected) tally.asPublished++;
          else
            tally.wrong.push(
              `${test.name}: ${question.user} ${question.relation} ${question.object} ${JSON.stringify(question.context)} ${JSON.stringify(answer)}: ${decision}`,
            );
        } catch (error) {
          const refused = error as { code?: string; message: string };
          const reason =
            error instanceof Unsayable
              ? error.message
              : refused.code === "AC040"
                ? "deeper or larger than a condition may be"
                : null;
          if (reason === null) throw error;
          tally.unsayable.set(reason, (tally.unsayable.get(reason) ?? 0) + 1);
        }
      }
    }
  }
  return tally;
}

function tell(file: string, tally: Tally): void {
  const unsayable = [...tally.unsayable].map(([reason, n]) => `${n} ${reason}`).join("; ") || "none";
  process.stdout.write(
    `${file}: ${tally.asPublished} of ${tally.asked} as published; published as an error for a missing parameter: ${tally.missingNo} answered no, ${tally.missingYes} yes by the rest of a union; cannot be said: ${unsayable}\n`,
  );
}

describe.skipIf(!present)(
  `OpenFGA's published cases${present ? "" : " (no ../shared/data/access_decisions)"}`,
  () => {
    it("with conditions come out as published", async () => {
      const tally = await run("openfga-abac_tests.yaml");
      tell("openfga-abac_tests.yaml", tally);
      expect(tally.wrong).toEqual([]);
      const unsayable = [...tally.unsayable.values()].reduce((sum, n) => sum + n, 0);
      expect(tally.asPublished + tally.missingNo + tally.missingYes + unsayable).toBe(tally.asked);
      expect(tally.asPublished).toBeGreaterThan(90);
    }, 300_000);

    it("of its whole model come out as published as far as they can be said", async () => {
      const tally = await run("openfga-consolidated_1_1_tests.yaml");
      tell("openfga-consolidated_1_1_tests.yaml", tally);
      expect(tally.wrong).toEqual([]);
      expect(tally.asPublished).toBeGreaterThan(tally.asked / 2);
    }, 300_000);
  },
);

it("a CEL expression without words here is refused, not guessed", () => {
  expect(() => translateCel("x.size() > 3 ? true : false", {})).toThrow(Unsayable);
  expect(translateCel("x < 100 || ip.in_cidr(range)", { range: "10.0.0.0/8" })).toEqual({
    any: [{ lt: [{ context: "x" }, 100] }, { cidr: [{ context: "ip" }, ["10.0.0.0/8"]] }],
  });
});
