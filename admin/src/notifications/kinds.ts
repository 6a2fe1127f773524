/** Kinds of events that may be told, and their groups. Others of the installation may be typed. */
export const EVENT_KINDS = [
  "run.failed",
  "run.held",
  "run.waiting",
  "run.succeeded",
  "run.*",
  "dataset.changed",
  "contract.changed",
  "connector.failing",
  "quality.incident",
  "quality.*",
  "erasure.approval",
  "erasure.alone",
  "hold.ending",
  "hold.lapsed",
  "webhook.disabled",
];
