/** What /scim/v2 says about itself (RFC 7643, 7644). */
export const USER = "urn:ietf:params:scim:schemas:core:2.0:User";
export const GROUP = "urn:ietf:params:scim:schemas:core:2.0:Group";
export const ENTERPRISE = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";
export const LIST = "urn:ietf:params:scim:api:messages:2.0:ListResponse";
export const MAX_RESULTS = 200;

const attribute = (name: string, more: Record<string, unknown> = {}) => ({
  name,
  type: "string",
  multiValued: false,
  required: false,
  caseExact: false,
  mutability: "readWrite",
  returned: "default",
  uniqueness: "none",
  ...more,
});
const list = (name: string, subAttributes: unknown[]) =>
  attribute(name, { type: "complex", multiValued: true, subAttributes });

const SCHEMAS = [
  {
    id: USER,
    name: "User",
    description: "A member of the organization",
    attributes: [
      attribute("userName", { required: true, uniqueness: "server" }),
      attribute("externalId", { caseExact: true }),
      attribute("name", {
        type: "complex",
        subAttributes: ["formatted", "familyName", "givenName"].map((n) => attribute(n)),
      }),
      attribute("displayName"),
      attribute("title"),
      attribute("userType"),
      attribute("preferredLanguage"),
      attribute("locale"),
      attribute("timezone"),
      attribute("active", { type: "boolean" }),
      list("emails", [attribute("value"), attribute("type"), attribute("primary", { type: "boolean" })]),
      attribute("groups", {
        type: "complex",
        multiValued: true,
        mutability: "readOnly",
        subAttributes: [attribute("value"), attribute("display")],
      }),
    ],
  },
  {
    id: GROUP,
    name: "Group",
    description: "A role of the organization's own",
    attributes: [
      attribute("displayName", { required: true, uniqueness: "server" }),
      attribute("externalId", { caseExact: true }),
      list("members", [attribute("value"), attribute("display", { mutability: "readOnly" })]),
    ],
  },
  {
    id: ENTERPRISE,
    name: "EnterpriseUser",
    description: "What policies can ask about",
    attributes: [attribute("department")],
  },
];

const TYPES = [
  {
    id: "User",
    name: "User",
    endpoint: "/Users",
    schema: USER,
    schemaExtensions: [{ schema: ENTERPRISE, required: false }],
  },
  { id: "Group", name: "Group", endpoint: "/Groups", schema: GROUP },
];

export function listOf(resources: unknown[], total = resources.length, startIndex = 1): object {
  return {
    schemas: [LIST],
    totalResults: total,
    startIndex,
    itemsPerPage: resources.length,
    Resources: resources,
  };
}

export function describeSchemas(base: string): object[] {
  return SCHEMAS.map((schema) => ({
    schemas: ["urn:ietf:params:scim:schemas:core:2.0:Schema"],
    ...schema,
    meta: { resourceType: "Schema", location: `${base}/Schemas/${schema.id}` },
  }));
}

export function describeTypes(base: string): object[] {
  return TYPES.map((type) => ({
    schemas: ["urn:ietf:params:scim:schemas:core:2.0:ResourceType"],
    ...type,
    meta: { resourceType: "ResourceType", location: `${base}/ResourceTypes/${type.id}` },
  }));
}

export function describeService(base: string): object {
  const no = { supported: false };
  return {
    schemas: ["urn:ietf:params:scim:schemas:core:2.0:ServiceProviderConfig"],
    patch: { supported: true },
    bulk: { supported: false, maxOperations: 0, maxPayloadSize: 0 },
    filter: { supported: true, maxResults: MAX_RESULTS },
    changePassword: no,
    sort: no,
    etag: no,
    authenticationSchemes: [
      {
        type: "oauthbearertoken",
        name: "Bearer token",
        description: "A SCIM token of the organization",
        primary: true,
      },
    ],
    meta: { resourceType: "ServiceProviderConfig", location: `${base}/ServiceProviderConfig` },
  };
}
