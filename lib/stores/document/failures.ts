/** What the driver throws, told as what it means for a load: the store is down (wait) or refuses (an end). */
import {
  MongoBulkWriteError,
  MongoError,
  MongoInvalidArgumentError,
  MongoServerError,
  type WriteError,
} from "mongodb";
import { AppError } from "../../errors.ts";

const DUPLICATE_KEY = 11000;
/** Authentication and rights: for the operator to mend, while loads wait. */
const REFUSED = new Set([13, 18, 8000]);
/** The server's own words for "this will never work": what is sent is wrong, not the moment. */
const HOPELESS = new Set([
  2, // BadValue
  9, // FailedToParse
  14, // TypeMismatch
  22, // InvalidBSON
  40, // ConflictingUpdateOperators
  52, // DollarPrefixedFieldName
  53, // InvalidIdField
  55, // InvalidLength
  57, // DottedFieldName
  59, // CommandNotFound
  66, // ImmutableField
  67, // CannotCreateIndex
  73, // InvalidNamespace
  85, // IndexOptionsConflict
  86, // IndexKeySpecsConflict
  115, // CommandNotSupported
  121, // DocumentValidationFailure
  238, // NotImplemented
  10334, // BSONObjectTooLarge
  17280, // KeyTooLong
]);

function down(error: unknown): AppError {
  const refused = error instanceof MongoServerError && REFUSED.has(Number(error.code));
  return new AppError(
    "STORE_DOWN",
    refused ? "the document store refuses us" : "the document store does not answer",
    {
      hint: `Loads wait for it and go on by themselves; check ${refused ? "the user, password and rights in MONGODB_URL" : "MONGODB_URL and the server behind it"}.`,
      cause: error,
    },
  );
}

function refused(error: unknown): AppError {
  return new AppError("STORE_REFUSED", "the document store does not take what it was sent", {
    hint: "Tell your platform's operator; the log has the server's words.",
    cause: error,
  });
}

/**
 * Our error for whatever the driver throws. What nobody foresaw counts as down: the run waits, nothing is lost. Errors
 * of others, that came through while they gave us lines, stay as they are.
 */
export function storeError(error: unknown): unknown {
  if (error instanceof MongoBulkWriteError) {
    const hopeless = writeErrors(error).some((one) => HOPELESS.has(one.code));
    return hopeless ? refused(error) : down(error);
  }
  if (error instanceof MongoServerError) {
    return HOPELESS.has(Number(error.code)) ? refused(error) : down(error);
  }
  if (error instanceof MongoInvalidArgumentError) return refused(error);
  if (error instanceof MongoError) return down(error);
  // The driver's BSON writer throws its own: a value that no document can hold.
  if (error instanceof Error && error.name.startsWith("BSON")) return refused(error);
  return error;
}

function writeErrors(error: MongoBulkWriteError): WriteError[] {
  return [error.writeErrors].flat();
}

/** Places in the request of documents that were there already; null where anything else went wrong. */
export function onlyDuplicates(error: unknown): number[] | null {
  if (!(error instanceof MongoBulkWriteError)) return null;
  const errors = writeErrors(error);
  if (errors.length === 0 || errors.some((one) => one.code !== DUPLICATE_KEY)) return null;
  return errors.map((one) => one.index);
}

/** True where a single document was there already. */
export function isDuplicate(error: unknown): boolean {
  return error instanceof MongoServerError && error.code === DUPLICATE_KEY;
}

/** An address that no driver understands is a wrong setting. */
export function badAddress(error: unknown): AppError {
  return new AppError("CONFIG", "MONGODB_URL: not an address of a MongoDB server", {
    hint: "Write mongodb://user:password@host:27017.",
    cause: error,
  });
}
