import { useTranslate } from "react-admin";
import { useRoleName } from "../access/names.ts";
import { Several } from "../access/pickers.tsx";
import { groupOf, useCatalog } from "../access/useCatalog.ts";
import { useDatasets } from "../access/useDatasets.ts";
import { usePeople, usePeopleById } from "../access/usePeople.ts";
import { Section } from "../components/Section.tsx";
import { onRows, type Policy } from "./types.ts";

interface Props {
  policy: Policy;
  set: (part: Partial<Policy>) => void;
}

/** Whom a policy binds, and on what. */
export function Scope({ policy, set }: Props) {
  const translate = useTranslate();
  const roleName = useRoleName();
  const { catalog } = useCatalog();
  const { datasets, tags } = useDatasets();
  const people = usePeople("");
  const chosen = usePeopleById(policy.users);
  const emails = new Map([...people, ...chosen.values()].map(({ userId, email }) => [userId, email]));
  const names = new Map(datasets.map(({ id, name }) => [id, name]));
  const roles = [...(catalog?.roles ?? []), ...(catalog?.ownRoles ?? [])].map(({ key }) => key);
  return (
    <Section title={translate("app.policies.scope")}>
      <Several
        label={translate("app.policies.roles")}
        helperText={translate("app.policies.roles_help")}
        options={roles}
        nameOf={(key) => roleName(key, catalog)}
        value={policy.roles}
        onChange={(value) => set({ roles: value })}
      />
      <Several
        label={translate("app.policies.users")}
        options={[...emails.keys()]}
        nameOf={(id) => emails.get(id) ?? id}
        value={policy.users}
        onChange={(users) => set({ users })}
      />
      {!onRows(policy.kind) && (
        <Several
          label={translate("app.policies.permissions")}
          options={(catalog?.permissions ?? []).map(({ key }) => key)}
          groupBy={groupOf}
          value={policy.permissions}
          onChange={(permissions) => set({ permissions })}
        />
      )}
      <Several
        label={translate("app.policies.datasets")}
        helperText={translate(
          policy.kind === "mask" ? "app.policies.datasets_mask" : "app.policies.datasets_help",
        )}
        options={datasets.map(({ id }) => id)}
        nameOf={(id) => names.get(id) ?? id}
        value={policy.datasets}
        onChange={(value) => set({ datasets: value })}
      />
      <Several
        label={translate("app.policies.tags")}
        helperText={translate(policy.kind === "mask" ? "app.policies.tags_mask" : "app.policies.tags_help")}
        options={tags}
        value={policy.tags}
        onChange={(value) => set({ tags: value })}
        free
      />
    </Section>
  );
}
