/** GraphQL errors with extensions {code, hint, field}; the words of our own faults stay in the log. */
import { SafeError } from "postgraphile/grafast";
import { GraphQLError } from "postgraphile/graphql";
import { explain } from "../../lib/errors.ts";
import type { Logger } from "../../lib/log.ts";
import { internalError, publicError } from "../errors.ts";

/** What the filter plugin throws of input that its types allow and it does not; it has no code of its own. */
const FILTER_INPUT = /^(Empty objects|Null literals) are forbidden in filter argument input\.$/;
const FILTER_HINT = "Leave out what is not to be asked; isNull asks for values that are not there.";
const VALIDATION_HINT = "Compare with the schema; every field and argument is described there.";

function withExtensions(error: GraphQLError, message: string, extensions: object): GraphQLError {
  return new GraphQLError(message, {
    nodes: error.nodes ?? null,
    source: error.source ?? null,
    positions: error.positions ?? null,
    path: error.path ?? null,
    extensions: { ...extensions },
  });
}

export function limitError(code: string, message: string, hint: string): GraphQLError {
  return new GraphQLError(message, { extensions: { code, hint, field: null } });
}

/** Syntax and validation errors, which GraphQL makes itself. */
export function codedValidationError(error: GraphQLError): GraphQLError {
  if (error.extensions.code) return error;
  return withExtensions(error, error.message, { code: "BAD_INPUT", hint: VALIDATION_HINT, field: null });
}

export function maskErrors(log: Logger): (error: GraphQLError) => GraphQLError {
  return (error) => {
    const original = error.originalError;
    if (original instanceof SafeError) {
      return withExtensions(error, error.message, {
        code: "BAD_INPUT",
        hint: null,
        field: null,
        ...original.extensions,
      });
    }
    if (original && FILTER_INPUT.test(original.message)) {
      return withExtensions(error, original.message, { code: "BAD_INPUT", hint: FILTER_HINT, field: null });
    }
    if (!original || original instanceof GraphQLError) return codedValidationError(error);
    const told = publicError(original);
    if (told) {
      const { message, ...extensions } = told;
      return withExtensions(error, message, extensions);
    }
    const id = crypto.randomUUID();
    log.error(
      { error_id: id, path: error.path?.join("."), err: explain(original) },
      "a GraphQL field failed",
    );
    const { message, ...extensions } = internalError(id);
    return withExtensions(error, message, extensions);
  };
}
