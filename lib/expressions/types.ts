/** What an expression is made of, and the one error of the language. */
import { AppError } from "../errors.ts";

export type ValueType = "text" | "number" | "boolean" | "date" | "timestamp";
/** null: the type of NULL alone, which fits every other. */
export type ExpressionType = ValueType | "null";

export const MAX_EXPRESSION = 4000;
export const MAX_DEPTH = 40;

export type Operator =
  | "or"
  | "and"
  | "="
  | "<>"
  | "<"
  | "<="
  | ">"
  | ">="
  | "||"
  | "+"
  | "-"
  | "*"
  | "/"
  | "%";

/** `at`: where it begins, counted from 1. */
export type Node = { at: number } & (
  | { kind: "literal"; type: ExpressionType; value: string }
  | { kind: "field"; name: string }
  | { kind: "not" | "negative"; argument: Node }
  | { kind: "binary"; operator: Operator; left: Node; right: Node }
  | { kind: "is_null"; argument: Node; negated: boolean }
  | { kind: "in"; argument: Node; list: Node[]; negated: boolean }
  | { kind: "case"; branches: { when: Node; value: Node }[]; otherwise: Node | null }
  | { kind: "call"; name: string; args: Node[] }
);

export class ExpressionError extends AppError {
  /** Character of the expression, from 1. */
  readonly position: number;
  constructor(message: string, position: number, hint = "See docs/reference/expressions.md.") {
    super("IN061", `character ${position}: ${message}`, { hint });
    this.name = "ExpressionError";
    this.position = position;
  }
}
