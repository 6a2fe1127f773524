import TableIcon from "@mui/icons-material/TableChartOutlined";
import { Box, Link as MuiLink, Typography } from "@mui/material";
import { DataTable, Link, List, Pagination, TextInput, useTranslate } from "react-admin";
import { ActionsLabel } from "../components/ActionsCell.tsx";
import { EmptyState } from "../components/EmptyState.tsx";
import { Ago, Count } from "../components/Figures.tsx";
import { Page } from "../components/Page.tsx";
import { Section, TableSurface } from "../components/Section.tsx";
import { UploadButton } from "../runs/UploadButton.tsx";
import { KeyChips } from "./KeyChips.tsx";
import type { Dataset } from "./types.ts";

function DatasetTable() {
  const translate = useTranslate();
  return (
    <DataTable bulkActionButtons={false} rowClick="show">
      <DataTable.Col<Dataset>
        source="name"
        label={translate("app.dataset.name")}
        render={(dataset) => (
          <Box>
            <MuiLink component={Link} to={`/datasets/${dataset.id}/show`} sx={{ fontWeight: 600 }}>
              {dataset.name}
            </MuiLink>
            {dataset.title && (
              <Typography variant="body2" color="textSecondary">
                {dataset.title}
              </Typography>
            )}
          </Box>
        )}
      />
      <DataTable.Col<Dataset>
        disableSort
        label={translate("app.dataset.key")}
        render={(dataset) => <KeyChips fields={dataset.keyFields} />}
      />
      <DataTable.Col<Dataset>
        disableSort
        label={translate("app.dataset.mode")}
        render={(dataset) => translate(`app.mode.${dataset.defaultMode}`)}
      />
      <DataTable.Col<Dataset>
        align="right"
        source="rowCount"
        disableSort
        label={translate("app.dataset.rows")}
        render={(dataset) => <Count value={dataset.rowCount} />}
      />
      <DataTable.Col<Dataset>
        source="loadedAt"
        disableSort
        label={translate("app.dataset.loaded")}
        render={(dataset) => <Ago at={dataset.loadedAt} />}
      />
      <DataTable.Col<Dataset>
        label={<ActionsLabel />}
        disableSort
        render={(dataset) => (
          <MuiLink
            component={Link}
            to={`/records/${dataset.name}`}
            aria-label={translate("app.dataset.records_of", { name: dataset.name })}
          >
            {translate("app.dataset.records")}
          </MuiLink>
        )}
      />
    </DataTable>
  );
}

export default function DatasetList() {
  const translate = useTranslate();
  const filters = [
    <TextInput
      key="name"
      source="name@contains"
      label={translate("app.dataset.name")}
      alwaysOn
      resettable
      helperText={false}
    />,
  ];
  return (
    <Page
      title={translate("app.dataset.title")}
      subtitle={translate("app.dataset.subtitle")}
      actions={<UploadButton />}
    >
      <List
        title={false}
        actions={false}
        exporter={false}
        filters={filters}
        component={TableSurface}
        sort={{ field: "name", order: "ASC" }}
        pagination={<Pagination rowsPerPageOptions={[25, 50, 100]} />}
        perPage={25}
        empty={
          <Section>
            <EmptyState
              icon={<TableIcon />}
              title={translate("app.dataset.empty")}
              text={translate("app.dataset.empty_text")}
              action={<UploadButton />}
            />
          </Section>
        }
      >
        <DatasetTable />
      </List>
    </Page>
  );
}
