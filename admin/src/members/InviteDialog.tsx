import { MenuItem, TextField } from "@mui/material";
import { useState } from "react";
import { useLocaleState, useTranslate } from "react-admin";
import { change, useChange } from "../access/api.ts";
import { FormDialog } from "../access/FormDialog.tsx";
import { useRoleName } from "../access/names.ts";
import { Several } from "../access/pickers.tsx";
import { useCatalog } from "../access/useCatalog.ts";

const DAYS = [1, 3, 7, 14, 30];

/** Asks somebody to join: a mail with a link, which counts once and for some days. */
export function InviteDialog({ onClose }: { onClose: () => void }) {
  const translate = useTranslate();
  const roleName = useRoleName();
  const [locale] = useLocaleState();
  const { catalog } = useCatalog();
  const [email, setEmail] = useState("");
  const [roleKey, setRoleKey] = useState("viewer");
  const [ownRoles, setOwnRoles] = useState<string[]>([]);
  const [days, setDays] = useState(7);
  const invite = useChange(async () => {
    await change("invite", { email: email.trim(), roleKey, ownRoles, validFor: { days }, locale });
    onClose();
  }, "app.members.invited");
  const role = catalog?.roles.find(({ key }) => key === roleKey);
  return (
    <FormDialog
      title={translate("app.members.invite_title")}
      submit={translate("app.members.invite_send")}
      problem={invite.problem}
      busy={invite.busy}
      onSubmit={invite.act}
      onClose={onClose}
    >
      <TextField
        type="email"
        required
        autoFocus
        label={translate("app.members.email")}
        value={email}
        onChange={(event) => setEmail(event.target.value)}
      />
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
      {(catalog?.ownRoles.length ?? 0) > 0 && (
        <Several
          label={translate("app.members.own_roles")}
          options={(catalog?.ownRoles ?? []).map(({ key }) => key)}
          nameOf={(key) => roleName(key, catalog)}
          value={ownRoles}
          onChange={setOwnRoles}
        />
      )}
      <TextField
        select
        label={translate("app.members.valid")}
        value={days}
        onChange={(event) => setDays(Number(event.target.value))}
      >
        {DAYS.map((count) => (
          <MenuItem key={count} value={count}>
            {translate("app.access.days", { smart_count: count })}
          </MenuItem>
        ))}
      </TextField>
    </FormDialog>
  );
}
