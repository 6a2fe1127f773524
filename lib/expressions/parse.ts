/** Tokens into a tree; precedence as in SQL: or, and, not, comparisons, ||, + -, * / %, sign. */
import { type Token, tokenize } from "./tokens.ts";
import { ExpressionError, MAX_DEPTH, type Node, type Operator } from "./types.ts";

const RESERVED = new Set("and or not is null in case when then else end true false".split(" "));
const COMPARISONS = ["=", "<>", "<", "<=", ">", ">="];

/** Errors: ExpressionError with the place. */
export function parseExpression(text: string): Node {
  const parser = newParser(tokenize(text));
  const tree = parser.expression();
  const rest = parser.peek();
  if (rest.kind !== "end")
    throw new ExpressionError(
      `${told(rest)} is not expected here`,
      rest.at,
      "Is an operator or a comma missing?",
    );
  return tree;
}

function told(token: Token): string {
  return token.kind === "end" ? "the end" : JSON.stringify(token.value.slice(0, 40));
}

interface Parser {
  peek(): Token;
  expression(): Node;
}

function newParser(tokens: Token[]): Parser {
  let place = 0;
  let depth = 0;
  const peek = (): Token => tokens[place]!;
  const take = (): Token => tokens[place++]!;
  const is = (kind: Token["kind"], value: string): boolean => peek().kind === kind && peek().value === value;
  const accept = (kind: Token["kind"], value: string): boolean => {
    if (!is(kind, value)) return false;
    place++;
    return true;
  };
  const expect = (kind: Token["kind"], value: string): void => {
    if (accept(kind, value)) return;
    throw new ExpressionError(`${JSON.stringify(value)} is expected, not ${told(peek())}`, peek().at);
  };
  /** Keeps the tree, and so the recursion of all that walks it, flat enough. */
  const deeper = <T>(work: () => T): T => {
    if (++depth > MAX_DEPTH)
      throw new ExpressionError(
        `the expression is nested more than ${MAX_DEPTH} deep`,
        peek().at,
        "Derive a part of it in a step before.",
      );
    const result = work();
    depth--;
    return result;
  };
  const chain = (operators: readonly string[], kind: Token["kind"], next: () => Node): Node => {
    let left = next();
    let length = 0;
    while (peek().kind === kind && operators.includes(peek().value)) {
      if (++length > MAX_DEPTH)
        throw new ExpressionError(
          `more than ${MAX_DEPTH} operators in a row`,
          peek().at,
          "Set parts of it in parentheses.",
        );
      const { value, at } = take();
      left = { kind: "binary", operator: value as Operator, left, right: next(), at };
    }
    return left;
  };

  const expression = (): Node => deeper(() => chain(["or"], "name", () => chain(["and"], "name", negation)));
  const negation = (): Node => {
    const { at } = peek();
    return accept("name", "not") ? { kind: "not", argument: deeper(negation), at } : comparison();
  };
  const comparison = (): Node => {
    const left = concatenation();
    const { at } = peek();
    if (peek().kind === "symbol" && COMPARISONS.includes(peek().value))
      return { kind: "binary", operator: take().value as Operator, left, right: concatenation(), at };
    if (accept("name", "is")) {
      const negated = accept("name", "not");
      expect("name", "null");
      return { kind: "is_null", argument: left, negated, at };
    }
    const negated = is("name", "not") && tokens[place + 1]?.value === "in";
    if (negated) place++;
    if (accept("name", "in")) {
      expect("symbol", "(");
      return { kind: "in", argument: left, list: list(), negated, at };
    }
    return left;
  };
  const concatenation = (): Node => chain(["||"], "symbol", sum);
  const sum = (): Node => chain(["+", "-"], "symbol", product);
  const product = (): Node => chain(["*", "/", "%"], "symbol", sign);
  const sign = (): Node => {
    const { at } = peek();
    return accept("symbol", "-") ? { kind: "negative", argument: deeper(sign), at } : primary();
  };
  /** Up to and with the closing parenthesis. */
  const list = (): Node[] => {
    const items = [expression()];
    while (accept("symbol", ",")) items.push(expression());
    expect("symbol", ")");
    return items;
  };
  const cases = (at: number): Node => {
    const branches: { when: Node; value: Node }[] = [];
    while (accept("name", "when")) {
      const when = expression();
      expect("name", "then");
      branches.push({ when, value: expression() });
    }
    if (branches.length === 0)
      throw new ExpressionError(`"when" is expected, not ${told(peek())}`, peek().at);
    const otherwise = accept("name", "else") ? expression() : null;
    expect("name", "end");
    return { kind: "case", branches, otherwise, at };
  };
  const primary = (): Node => {
    const token = take();
    const { kind, value, at } = token;
    if (kind === "number") return { kind: "literal", type: "number", value, at };
    if (kind === "text") return { kind: "literal", type: "text", value, at };
    if (kind === "quoted") return { kind: "field", name: value, at };
    if (kind === "symbol" && value === "(") {
      const inner = expression();
      expect("symbol", ")");
      return inner;
    }
    if (kind === "name") {
      if (value === "case") return deeper(() => cases(at));
      if (value === "true" || value === "false") return { kind: "literal", type: "boolean", value, at };
      if (value === "null") return { kind: "literal", type: "null", value: "", at };
      if (!RESERVED.has(value)) {
        if (!accept("symbol", "(")) return { kind: "field", name: value, at };
        return { kind: "call", name: value, args: accept("symbol", ")") ? [] : list(), at };
      }
    }
    place--;
    throw new ExpressionError(`a value is expected, not ${told(token)}`, at);
  };
  return { peek, expression };
}
