import HistoryIcon from "@mui/icons-material/ManageHistoryOutlined";
import { List, Pagination, SelectInput, TextInput, useTranslate } from "react-admin";
import { EmptyState } from "../components/EmptyState.tsx";
import { Page } from "../components/Page.tsx";
import { Section, TableSurface } from "../components/Section.tsx";
import { RunsTable } from "./RunsTable.tsx";
import { UploadButton } from "./UploadButton.tsx";

const STATUSES = ["queued", "running", "waiting", "held", "succeeded", "failed", "cancelled", "duplicate"];

export default function RunList() {
  const translate = useTranslate();
  const filters = [
    <TextInput
      key="dataset"
      source="datasetName"
      label={translate("app.run.dataset")}
      alwaysOn
      resettable
      helperText={false}
    />,
    <SelectInput
      key="status"
      source="status"
      label={translate("app.run.status.label")}
      choices={STATUSES.map((id) => ({ id, name: `app.run.status.${id}` }))}
      alwaysOn
      helperText={false}
    />,
  ];
  return (
    <Page
      title={translate("app.run.title")}
      subtitle={translate("app.run.subtitle")}
      actions={<UploadButton />}
    >
      <List
        title={false}
        actions={false}
        exporter={false}
        filters={filters}
        component={TableSurface}
        sort={{ field: "createdAt", order: "DESC" }}
        pagination={<Pagination rowsPerPageOptions={[25, 50, 100]} />}
        perPage={25}
        empty={
          <Section>
            <EmptyState
              icon={<HistoryIcon />}
              title={translate("app.run.empty")}
              text={translate("app.run.empty_text")}
              action={<UploadButton />}
            />
          </Section>
        }
      >
        <RunsTable />
      </List>
    </Page>
  );
}
