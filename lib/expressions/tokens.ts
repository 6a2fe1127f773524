/** An expression's text cut into tokens. */
import { ExpressionError, MAX_EXPRESSION } from "./types.ts";

export interface Token {
  kind: "number" | "text" | "name" | "quoted" | "symbol" | "end";
  /** Of names in lower case, of texts without their quotes. */
  value: string;
  at: number;
}

const PATTERN =
  /\s+|--[^\n]*|(?<number>\d{1,60}(?:\.\d{1,60})?)|'(?<text>(?:[^']|'')*)'|"(?<quoted>(?:[^"]|"")+)"|(?<name>[A-Za-z_][A-Za-z0-9_]*)|(?<symbol>\|\||<>|!=|<=|>=|[-+*/%=<>(),])/uy;

/** Errors: ExpressionError where something is no token, a quote is not closed, or it is too long. */
export function tokenize(text: string): Token[] {
  if (text.length > MAX_EXPRESSION)
    throw new ExpressionError(`an expression has at most ${MAX_EXPRESSION} characters`, MAX_EXPRESSION);
  const tokens: Token[] = [];
  // Each turn takes at least one character of a bounded text.
  for (let at = 0; at < text.length; at = PATTERN.lastIndex) {
    PATTERN.lastIndex = at;
    const found = PATTERN.exec(text);
    if (found === null) throw unknown(text, at);
    const { number, text: quotedText, quoted, name, symbol } = found.groups!;
    const place = at + 1;
    if (number !== undefined) tokens.push({ kind: "number", value: number, at: place });
    else if (quotedText !== undefined) {
      if (quotedText.includes("\0")) throw new ExpressionError("a text cannot hold a NUL character", place);
      tokens.push({ kind: "text", value: quotedText.replaceAll("''", "'"), at: place });
    } else if (quoted !== undefined)
      tokens.push({ kind: "quoted", value: quoted.replaceAll('""', '"'), at: place });
    else if (name !== undefined) tokens.push({ kind: "name", value: name.toLowerCase(), at: place });
    else if (symbol !== undefined)
      tokens.push({ kind: "symbol", value: symbol === "!=" ? "<>" : symbol, at: place });
  }
  tokens.push({ kind: "end", value: "", at: text.length + 1 });
  return tokens;
}

function unknown(text: string, at: number): ExpressionError {
  const char = String.fromCodePoint(text.codePointAt(at)!);
  if (char === "'" || char === '"') return new ExpressionError("the quote is not closed", at + 1);
  return new ExpressionError(
    `${JSON.stringify(char)} means nothing here`,
    at + 1,
    char === "`" || char === "\u2019" || char === "\u2018" ? "Texts stand between ' and '." : undefined,
  );
}
