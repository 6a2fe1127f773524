/** XML read as events, safely: no DOCTYPE, no entities but the five, and no piece of markup without an end. */
import { SaxesParser, type SaxesTagPlain } from "saxes";
import { MAX_RECORD_BYTES, ReaderError } from "./types.ts";

export interface MarkupHandler {
  open(name: string, attributes: Record<string, string>): void;
  close(name: string): void;
  /** Text and CDATA; may come in several pieces. */
  text(text: string): void;
}

export interface MarkupReader {
  write(text: string): void;
  end(): void;
  line(): number;
}

/** Elements within each other; a record is never that deep. */
const MAX_DEPTH = 256;

/** `what` names the document in errors: ReaderError refused, damaged, too_large. */
export function markupReader(what: string, handler: MarkupHandler): MarkupReader {
  const parser = new SaxesParser({ xmlns: false, position: true });
  let quiet = 0;
  let depth = 0;
  parser.on("doctype", () => {
    throw refusedDoctype(what);
  });
  parser.on("error", (error) => {
    throw new ReaderError(
      "damaged",
      `${what} is not well-formed XML: line ${parser.line}, column ${parser.columnIndex + 1}: ${error.message.replace(/^\d+:\d+: /, "").slice(0, 160)}`,
      /entity/i.test(error.message)
        ? "Only the entities &amp; &lt; &gt; &quot; &apos; and numbers are known; write other characters as they are."
        : "Correct it there, or upload the file again, whole.",
    );
  });
  parser.on("opentag", (tag: SaxesTagPlain) => {
    quiet = 0;
    if (++depth > MAX_DEPTH) {
      throw new ReaderError(
        "too_large",
        `${what} has elements ${depth} levels deep (line ${parser.line})`,
        "Write it flatter.",
      );
    }
    handler.open(tag.name, tag.attributes);
  });
  parser.on("closetag", (tag: SaxesTagPlain) => {
    quiet = 0;
    depth--;
    handler.close(tag.name);
  });
  parser.on("text", (text) => {
    quiet = 0;
    handler.text(text);
  });
  parser.on("cdata", (text) => {
    quiet = 0;
    handler.text(text);
  });
  const comment = (): void => {
    quiet = 0;
  };
  parser.on("comment", comment);
  parser.on("processinginstruction", comment);
  return {
    write(text) {
      quiet += text.length;
      parser.write(text);
      // The DOCTYPE comes as one event at its end: a long one is not waited for.
      if (quiet > MAX_RECORD_BYTES) {
        throw new ReaderError(
          "too_large",
          `${what} has a piece of text or markup of more than ${MAX_RECORD_BYTES} characters (line ${parser.line})`,
          "Split it, or check the file for a missing end of a tag or comment.",
        );
      }
    },
    end: () => {
      parser.close();
    },
    line: () => parser.line,
  };
}

export function refusedDoctype(what: string): ReaderError {
  return new ReaderError(
    "refused",
    `${what} has a DOCTYPE, which can make a parser read other files or grow without end`,
    "Take the <!DOCTYPE ...> out of the file; write entities as the characters they stand for.",
  );
}
