import { Chip } from "@mui/material";
import { DataTable, List, Pagination, ReferenceField, TextField, useTranslate } from "react-admin";
import { Ago } from "../components/Figures.tsx";
import { Page } from "../components/Page.tsx";
import { TableSurface } from "../components/Section.tsx";

interface Member {
  id: string;
  userId: string;
  roleKey: string;
  createdAt: string;
}

export default function MemberList() {
  const translate = useTranslate();
  return (
    <Page title={translate("app.members.title")} subtitle={translate("app.members.subtitle")}>
      <List
        title={false}
        actions={false}
        exporter={false}
        component={TableSurface}
        pagination={<Pagination rowsPerPageOptions={[25, 50, 100]} />}
        perPage={25}
        sort={{ field: "userId", order: "ASC" }}
      >
        <DataTable bulkActionButtons={false} rowClick={false}>
          <DataTable.Col source="userId" disableSort label={translate("app.members.name")}>
            <ReferenceField source="userId" reference="users" link={false} emptyText="–">
              <TextField source="displayName" emptyText="–" sx={{ fontWeight: 600 }} />
            </ReferenceField>
          </DataTable.Col>
          <DataTable.Col source="email" disableSort label={translate("app.members.email")}>
            <ReferenceField source="userId" reference="users" link={false} emptyText="–">
              <TextField source="email" />
            </ReferenceField>
          </DataTable.Col>
          <DataTable.Col<Member>
            source="roleKey"
            disableSort
            label={translate("app.members.role")}
            render={(member) => (
              <Chip label={translate(`app.roles.${member.roleKey}`, { _: member.roleKey })} />
            )}
          />
          <DataTable.Col<Member>
            source="createdAt"
            disableSort
            label={translate("app.members.since")}
            render={(member) => <Ago at={member.createdAt} />}
          />
        </DataTable>
      </List>
    </Page>
  );
}
