/** The readers: how files of unknown make become records, or bytes for COPY. */
export { type CleanOptions, type CleanResult, writeClean } from "./clean.ts";
export { type CopyStream, copyStream } from "./copy.ts";
export { inspect, isPlain } from "./inspect.ts";
export { type OpenFile, openFile, type Reading } from "./open.ts";
export { type ExcludedRange, type PlainPart, type PlainScan, plainStream, scanPlain } from "./plain.ts";
export { type FileInspection, inspectFile, isTyped, proposeContract } from "./propose.ts";
export { readRecords } from "./records.ts";
export { bufferSource, fileSource } from "./source.ts";
export * from "./types.ts";
export { findValueFormats, setValueFormats } from "./value-formats.ts";
