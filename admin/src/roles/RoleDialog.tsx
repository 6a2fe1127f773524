import { Box, Button, Checkbox, FormControlLabel, Stack, TextField, Typography } from "@mui/material";
import { useState } from "react";
import { useTranslate } from "react-admin";
import { AskDialog } from "../access/AskDialog.tsx";
import { change, useChange } from "../access/api.ts";
import { FormDialog } from "../access/FormDialog.tsx";
import { useRoleName } from "../access/names.ts";
import { Several } from "../access/pickers.tsx";
import { type Catalog, groupOf, type OwnRole, type RoleId } from "../access/useCatalog.ts";
import { useMay } from "../layout/useSession.ts";

export interface Editing {
  /** Null: a new one. */
  role: OwnRole | null;
}

interface Form {
  key: string;
  title: string;
  description: string;
  parents: RoleId[];
  permissions: Set<string>;
}

const bare = (id: RoleId): string => id.slice(id.indexOf(":") + 1);

function formOf(catalog: Catalog, role: OwnRole | null): Form {
  if (!role) return { key: "", title: "", description: "", parents: [], permissions: new Set() };
  const id: RoleId = `own:${role.key}`;
  const own = catalog.permissions.filter(({ key }) => catalog.sourceOf(id, key) === id);
  return {
    key: role.key,
    title: role.title,
    description: role.description,
    parents: catalog.parentsOf(id),
    permissions: new Set(own.map(({ key }) => key)),
  };
}

/** A key made of the title, as long as nobody wrote one. */
const keyFrom = (title: string): string =>
  title
    .toLowerCase()
    .normalize("NFD")
    .replace(/[^a-z0-9]+/g, "_")
    .replace(/^[^a-z]+|_+$/g, "")
    .slice(0, 40);

function Permissions({
  catalog,
  form,
  onChange,
}: {
  catalog: Catalog;
  form: Form;
  onChange: (permissions: Set<string>) => void;
}) {
  const translate = useTranslate();
  const roleName = useRoleName();
  const inherited = (permission: string): RoleId | undefined =>
    form.parents.find((parent) => catalog.sourceOf(parent, permission));
  const toggle = (permission: string, on: boolean) => {
    const next = new Set(form.permissions);
    if (on) next.add(permission);
    else next.delete(permission);
    onChange(next);
  };
  return catalog.groups.map((group) => (
    <Box component="fieldset" key={group} sx={{ border: 0, p: 0, m: 0, mt: 1.5 }}>
      <Typography component="legend" variant="subtitle2">
        {translate(`app.access.groups.${group}`, { _: group })}
      </Typography>
      <Box sx={{ display: "grid", gridTemplateColumns: { sm: "1fr 1fr" } }}>
        {catalog.permissions
          .filter(({ key }) => groupOf(key) === group)
          .map(({ key, description }) => {
            const parent = inherited(key);
            const from = parent
              ? ` · ${translate("app.roles_page.from", { role: roleName(bare(parent), catalog) })}`
              : "";
            return (
              <FormControlLabel
                key={key}
                sx={{ alignItems: "flex-start", mr: 1 }}
                control={
                  <Checkbox
                    size="small"
                    checked={form.permissions.has(key) || parent !== undefined}
                    disabled={parent !== undefined && !form.permissions.has(key)}
                    onChange={(_event, on) => toggle(key, on)}
                  />
                }
                label={
                  <Box sx={{ pt: 0.75 }}>
                    {key}
                    {from}
                    <Typography variant="body2" color="textSecondary" lang="en">
                      {description}
                    </Typography>
                  </Box>
                }
              />
            );
          })}
      </Box>
    </Box>
  ));
}

async function save(form: Form, isNew: boolean): Promise<void> {
  const of = (kind: string) => form.parents.filter((id) => id.startsWith(kind)).map(bare);
  const { key, title, description } = form;
  await change(isNew ? "createOrgRole" : "changeOrgRole", {
    key,
    title,
    description,
    permissions: [...form.permissions],
    systemParents: of("system:"),
    ownParents: of("own:"),
  });
}

interface BasicsProps {
  catalog: Catalog;
  form: Form;
  isNew: boolean;
  set: (part: Partial<Form>) => void;
}

function Basics({ catalog, form, isNew, set }: BasicsProps) {
  const translate = useTranslate();
  const roleName = useRoleName();
  const parents: RoleId[] = [
    ...catalog.roles.map(({ key }): RoleId => `system:${key}`),
    ...catalog.ownRoles.filter(({ key }) => key !== form.key).map(({ key }): RoleId => `own:${key}`),
  ];
  return (
    <>
      <Stack direction={{ xs: "column", sm: "row" }} spacing={{ xs: 0, sm: 2 }} useFlexGap>
        <TextField
          required
          autoFocus
          label={translate("app.roles_page.name")}
          value={form.title}
          onChange={(event) => {
            const title = event.target.value;
            set({ title, ...(isNew && form.key === keyFrom(form.title) ? { key: keyFrom(title) } : {}) });
          }}
        />
        <TextField
          required
          label={translate("app.roles_page.key")}
          value={form.key}
          disabled={!isNew}
          onChange={(event) => set({ key: event.target.value })}
          slotProps={{ htmlInput: { pattern: "[a-z][a-z0-9_]{1,39}" } }}
        />
      </Stack>
      <TextField
        label={translate("app.roles_page.description")}
        value={form.description}
        onChange={(event) => set({ description: event.target.value })}
      />
      <Several
        label={translate("app.roles_page.parents")}
        helperText={translate("app.roles_page.parents_help")}
        options={parents}
        nameOf={(id) => roleName(bare(id as RoleId), catalog)}
        value={form.parents}
        onChange={(chosen) => set({ parents: chosen as RoleId[] })}
      />
    </>
  );
}

/** An own role: its name, whom it inherits from, what it may beside that. */
export function RoleDialog({
  catalog,
  editing,
  onClose,
}: {
  catalog: Catalog;
  editing: Editing;
  onClose: () => void;
}) {
  const translate = useTranslate();
  const mayDelete = useMay("role.delete");
  const [form, setForm] = useState(() => formOf(catalog, editing.role));
  const [deleting, setDeleting] = useState(false);
  const isNew = editing.role === null;
  const set = (part: Partial<Form>) => setForm((before) => ({ ...before, ...part }));
  const keep = useChange(async () => {
    await save(form, isNew);
    onClose();
  }, "app.roles_page.saved");
  if (deleting) {
    return (
      <AskDialog
        title={translate("app.roles_page.delete_title", { role: form.title })}
        text={translate("app.roles_page.delete_text")}
        confirm={translate("ra.action.delete")}
        done="app.roles_page.deleted"
        act={() => change("deleteOrgRole", { key: form.key })}
        onClose={onClose}
      />
    );
  }
  return (
    <FormDialog
      title={translate(isNew ? "app.roles_page.create" : "app.roles_page.edit", { role: form.title })}
      submit={translate("ra.action.save")}
      problem={keep.problem}
      busy={keep.busy}
      wide
      onSubmit={keep.act}
      onClose={onClose}
    >
      <Basics catalog={catalog} form={form} isNew={isNew} set={set} />
      <Permissions catalog={catalog} form={form} onChange={(permissions) => set({ permissions })} />
      {!isNew && mayDelete && (
        <Button color="error" sx={{ mt: 2 }} onClick={() => setDeleting(true)}>
          {translate("app.roles_page.delete")}
        </Button>
      )}
    </FormDialog>
  );
}
