/**
 * Persisted operations: a client may send the SHA-256 of an operation's text (as Apollo's and Relay's clients do)
 * instead of the text. With GRAPHQL_PERSISTED_ONLY nothing else is taken.
 */
import { SafeError } from "postgraphile/grafast";
import type { ParsedGraphQLBody } from "postgraphile/grafserv";

function refusal(code: string, message: string, hint: string): SafeError {
  return new SafeError(message, { statusCode: 400, code, hint, field: null });
}

function hashOf(body: ParsedGraphQLBody): unknown {
  const extensions = body.extensions as { persistedQuery?: { sha256Hash?: unknown } } | null | undefined;
  return extensions?.persistedQuery?.sha256Hash ?? body.documentId ?? body.id ?? undefined;
}

export function persistedOperations(
  operations: ReadonlyMap<string, string>,
  persistedOnly: boolean,
): GraphileConfig.Plugin {
  return {
    name: "CadastrePersistedOperationsPlugin",
    version: "1.0.0",
    grafserv: {
      middleware: {
        processGraphQLRequestBody(next, { body }) {
          const hash = hashOf(body);
          if (typeof hash === "string") {
            const operation = operations.get(hash);
            if (operation !== undefined) body.query = operation;
            else if (persistedOnly || typeof body.query !== "string") {
              throw refusal(
                "PERSISTED_QUERY_NOT_FOUND",
                "no operation is kept under this id",
                "Send the operation's text, or have it added to GRAPHQL_OPERATIONS.",
              );
            }
          } else if (persistedOnly) {
            throw refusal(
              "PERSISTED_ONLY",
              "only persisted operations are taken here",
              "Send the SHA-256 of one of the operations in GRAPHQL_OPERATIONS as `documentId`.",
            );
          } else if (typeof body.query !== "string") {
            throw refusal("BAD_INPUT", "the query is missing", 'Send {"query": "...", "variables": {...}}.');
          }
          return next();
        },
      },
    },
  };
}
