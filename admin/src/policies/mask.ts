/** What a mask makes of a value, to show beside it. The database masks; this is only an example. */
import type { Mask } from "./types.ts";

export function exampleOf(mask: Mask, value: unknown): string {
  if (value === null || value === undefined) return "";
  const text = typeof value === "string" ? value : JSON.stringify(value);
  switch (mask.kind) {
    case "null":
      return "";
    case "constant":
      return String(mask.value ?? "");
    case "hash":
      return "9f3b…c41e";
    case "partial": {
      const first = mask.first ?? 0;
      const last = mask.last ?? 0;
      if (text.length <= first + last) return "*".repeat(text.length);
      return (
        text.slice(0, first) + "*".repeat(text.length - first - last) + (last > 0 ? text.slice(-last) : "")
      );
    }
    case "year":
      return /^\d{4}-/.test(text) ? `${text.slice(0, 4)}-01-01` : "";
  }
}
