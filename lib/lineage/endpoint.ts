/** What the bearer token of an organization's OpenLineage endpoint is sealed for. */
export const openlineagePurpose = (orgId: string): string => `openlineage:${orgId}`;
