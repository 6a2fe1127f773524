/** Staging of raw records in the document store, where one is configured. */
export { markRejected } from "./mark-rejected.ts";
export { type StagedRaw, type StageOptions, stageRaw } from "./stage-raw.ts";
