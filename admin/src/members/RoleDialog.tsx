import { MenuItem, TextField } from "@mui/material";
import { useState } from "react";
import { useTranslate } from "react-admin";
import { change, useChange } from "../access/api.ts";
import { FormDialog } from "../access/FormDialog.tsx";
import { useRoleName } from "../access/names.ts";
import { Several } from "../access/pickers.tsx";
import { useCatalog } from "../access/useCatalog.ts";
import type { Member } from "./types.ts";

/** Changes somebody's system role and the organization's own roles beside it. */
export function RoleDialog({ member, onClose }: { member: Member; onClose: () => void }) {
  const translate = useTranslate();
  const roleName = useRoleName();
  const { catalog } = useCatalog();
  const [roleKey, setRoleKey] = useState(member.roleKey);
  const [ownRoles, setOwnRoles] = useState<string[]>(member.ownRoles);
  const save = useChange(async () => {
    const { userId } = member;
    if (roleKey !== member.roleKey) await change("setMemberRole", { userId, roleKey });
    if ([...ownRoles].sort().join() !== [...member.ownRoles].sort().join())
      await change("setMemberRoles", { userId, roleKeys: ownRoles });
    onClose();
  }, "app.members.role_saved");
  const role = catalog?.roles.find(({ key }) => key === roleKey);
  return (
    <FormDialog
      title={translate("app.members.change_role")}
      submit={translate("ra.action.save")}
      problem={save.problem}
      busy={save.busy}
      onSubmit={save.act}
      onClose={onClose}
    >
      <TextField
        select
        label={translate("app.members.role")}
        value={catalog ? roleKey : ""}
        onChange={(event) => setRoleKey(event.target.value)}
        helperText={translate(`app.access.role_text.${roleKey}`, { _: role?.description ?? "" })}
      >
        {(catalog?.roles ?? []).map(({ key }) => (
          <MenuItem key={key} value={key}>
            {roleName(key)}
          </MenuItem>
        ))}
      </TextField>
      <Several
        label={translate("app.members.own_roles")}
        options={(catalog?.ownRoles ?? []).map(({ key }) => key)}
        nameOf={(key) => roleName(key, catalog)}
        value={ownRoles}
        onChange={setOwnRoles}
      />
    </FormDialog>
  );
}
