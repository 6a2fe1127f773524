import PersonAddIcon from "@mui/icons-material/PersonAddAltOutlined";
import { Box, Button, Chip, Link as MuiLink, Stack, Typography } from "@mui/material";
import { useState } from "react";
import {
  DataTable,
  FilterForm,
  Link,
  List,
  Pagination,
  SelectInput,
  TextInput,
  useTranslate,
} from "react-admin";
import { useRoleName } from "../access/names.ts";
import { useCatalog } from "../access/useCatalog.ts";
import { Ago } from "../components/Figures.tsx";
import { Page } from "../components/Page.tsx";
import { TableSurface } from "../components/Section.tsx";
import { useMay } from "../layout/useSession.ts";
import { Invitations } from "./Invitations.tsx";
import { InviteDialog } from "./InviteDialog.tsx";
import { RoleChips } from "./RoleChips.tsx";
import { type Member, useMemberAccounts } from "./types.ts";

export function StatusChip({ status }: { status: string }) {
  const translate = useTranslate();
  return (
    <Chip
      label={translate(`app.access.status.${status}`, { _: status })}
      color={status === "active" ? "success" : "warning"}
    />
  );
}

function MemberTable() {
  const translate = useTranslate();
  const maySeeAccounts = useMay("member.security");
  const accounts = useMemberAccounts(maySeeAccounts);
  return (
    <DataTable bulkActionButtons={false} rowClick="show">
      <DataTable.Col<Member>
        source="email"
        label={translate("app.members.name")}
        render={(member) => (
          <Box>
            <MuiLink component={Link} to={`/members/${member.userId}/show`} sx={{ fontWeight: 600 }}>
              {member.displayName || member.email}
            </MuiLink>
            {member.displayName && (
              <Typography variant="body2" color="textSecondary">
                {member.email}
              </Typography>
            )}
          </Box>
        )}
      />
      <DataTable.Col<Member>
        source="roleRank"
        label={translate("app.members.role")}
        render={(member) => <RoleChips roleKey={member.roleKey} ownRoles={member.ownRoles} />}
      />
      <DataTable.Col<Member>
        source="status"
        label={translate("app.members.status")}
        render={(member) => <StatusChip status={member.status} />}
      />
      <DataTable.Col<Member>
        source="source"
        label={translate("app.members.source")}
        render={(member) => translate(`app.access.source.${member.source}`, { _: member.source })}
      />
      {maySeeAccounts && (
        <DataTable.Col<Member>
          source="userId"
          disableSort
          label={translate("app.members.last_seen")}
          render={(member) => <Ago at={accounts.get(member.userId)?.lastSeenAt} />}
        />
      )}
      <DataTable.Col<Member>
        source="createdAt"
        label={translate("app.members.since")}
        render={(member) => <Ago at={member.createdAt} />}
      />
    </DataTable>
  );
}

function Filters() {
  const translate = useTranslate();
  const roleName = useRoleName();
  const { catalog } = useCatalog();
  const roles = (catalog?.roles ?? []).map(({ key }) => ({ id: key, name: roleName(key) }));
  const states = ["active", "suspended"].map((id) => ({ id, name: translate(`app.access.status.${id}`) }));
  return (
    <FilterForm
      filters={[
        <TextInput key="q" source="email@contains" label={translate("app.members.find")} alwaysOn />,
        <SelectInput
          key="role"
          source="roleKey"
          label={translate("app.members.role")}
          choices={roles}
          translateChoice={false}
          alwaysOn
        />,
        <SelectInput
          key="status"
          source="status"
          label={translate("app.members.status")}
          choices={states}
          translateChoice={false}
          alwaysOn
        />,
      ]}
    />
  );
}

export default function MemberList() {
  const translate = useTranslate();
  const mayInvite = useMay("member.create");
  const [inviting, setInviting] = useState(false);
  return (
    <Page
      title={translate("app.members.title")}
      subtitle={translate("app.members.subtitle")}
      actions={
        mayInvite && (
          <Button variant="contained" startIcon={<PersonAddIcon />} onClick={() => setInviting(true)}>
            {translate("app.members.invite")}
          </Button>
        )
      }
    >
      <Stack spacing={2}>
        <List
          title={false}
          actions={<Filters />}
          exporter={false}
          component={TableSurface}
          pagination={<Pagination rowsPerPageOptions={[25, 50, 100]} />}
          perPage={25}
          sort={{ field: "email", order: "ASC" }}
        >
          <MemberTable />
        </List>
        {mayInvite && <Invitations />}
      </Stack>
      {inviting && <InviteDialog onClose={() => setInviting(false)} />}
    </Page>
  );
}
