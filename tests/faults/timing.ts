/** Short, so that a hundred deaths fit into minutes; what is tested does not depend on how long they are. */
export const LEASE_SECONDS = 2;
export const PATIENCE_SECONDS = 2;
