/** An organization with people of every role, a dataset that has something to protect, and policies on it. */
import {
  addMember,
  asMember,
  asService,
  createOrg,
  type TestDatabase,
  type TestOrg,
} from "../../support/database.ts";

export interface Person {
  orgId: string;
  userId: string;
}

export interface Ground extends TestOrg {
  people: Record<string, Person>;
  staff: string;
}

export const FIELDS = [
  { name: "id", type: "integer" },
  { name: "name", type: "text" },
  { name: "email", type: "text" },
  { name: "region", type: "text" },
  { name: "salary", type: "numeric(10,2)" },
  { name: "badge", type: "integer" },
  { name: "account", type: "bigint" },
  { name: "token", type: "uuid" },
  { name: "born", type: "date" },
  { name: "seen", type: "timestamptz" },
];

export const UUID = "0199c0de-0000-7000-8000-000000000001";

export async function prepareGround(db: TestDatabase, slug: string): Promise<Ground> {
  const org = await createOrg(db, slug);
  const people: Record<string, Person> = {};
  for (const role of ["owner", "admin", "manager", "editor", "analyst", "viewer"])
    people[role] = { orgId: org.id, userId: await addMember(db, org.id, `${role}@${slug}.example`, role) };
  const staff = await asMember(db, people.owner!, async (c) => {
    const { rows } = await c.query("select id from data.create_dataset('staff', $1, '{id}')", [
      JSON.stringify(FIELDS),
    ]);
    return rows[0].id as string;
  });
  await asMember(db, people.owner!, (c) =>
    c.query(
      `insert into org_${org.schemaKey}.staff (id, name, email, region, salary, badge, account, token, born, seen)
       select g, 'name ' || g, 'mail' || g || '@${slug}.example', (array['EMEA','APAC','AMER'])[1 + g % 3], 1000 * g, g % 5,
              9000000000 + g, $1::uuid, date '1980-05-17' + g, '2026-03-04T05:06:07Z' from generate_series(1, 12) g`,
      [UUID],
    ),
  );
  return { ...org, people, staff };
}

/** Attributes of a person, as an administrator would set them. */
export async function setAttributes(db: TestDatabase, person: Person, attributes: unknown): Promise<void> {
  await db.admin.query("update access.memberships set attributes = $3 where org_id = $1 and user_id = $2", [
    person.orgId,
    person.userId,
    JSON.stringify(attributes),
  ]);
}

export interface PolicyInput {
  name: string;
  kind: string;
  condition?: unknown;
  mask?: unknown;
  datasets?: string[];
  tags?: string[];
  permissions?: string[];
  roles?: string[];
  users?: string[];
  priority?: number;
}

export async function createPolicy(db: TestDatabase, who: Person, policy: PolicyInput): Promise<string> {
  return asMember(db, who, async (c) => {
    const { rows } = await c.query(
      `select id from access.create_policy(name => $1, kind => $2, condition => $3, mask => $4, datasets => $5, tags => $6,
         permissions => $7, roles => $8, users => $9, priority => $10)`,
      [
        policy.name,
        policy.kind,
        policy.condition === undefined ? null : JSON.stringify(policy.condition),
        policy.mask === undefined ? null : JSON.stringify(policy.mask),
        policy.datasets ?? [],
        policy.tags ?? [],
        policy.permissions ?? [],
        policy.roles ?? [],
        policy.users ?? [],
        policy.priority ?? 100,
      ],
    );
    return rows[0].id as string;
  });
}

export async function removePolicy(db: TestDatabase, who: Person, id: string): Promise<void> {
  await asMember(db, who, (c) => c.query("select access.remove_policy($1)", [id]));
}

export async function read<T extends object = Record<string, unknown>>(
  db: TestDatabase,
  who: Person,
  query: string,
  values: unknown[] = [],
): Promise<T[]> {
  return asMember(db, who, async (c) => (await c.query(query, values)).rows as T[]);
}

export { asMember, asService };
