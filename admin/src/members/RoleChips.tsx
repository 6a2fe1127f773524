import { Chip, Stack } from "@mui/material";
import { useRoleName } from "../access/names.ts";
import { useCatalog } from "../access/useCatalog.ts";

/** Somebody's system role, then the organization's own ones. */
export function RoleChips({ roleKey, ownRoles }: { roleKey: string; ownRoles: readonly string[] }) {
  const roleName = useRoleName();
  const { catalog } = useCatalog();
  return (
    <Stack direction="row" useFlexGap spacing={0.5} sx={{ flexWrap: "wrap" }}>
      <Chip label={roleName(roleKey)} variant="filled" />
      {ownRoles.map((role) => (
        <Chip key={role} label={roleName(role, catalog)} />
      ))}
    </Stack>
  );
}
