import { Box, Link as MuiLink } from "@mui/material";
import { DataTable, Link, ReferenceField, TextField, useTranslate } from "react-admin";
import { Ago, Count, Duration } from "../components/Figures.tsx";
import { CountsBar } from "./CountsBar.tsx";
import { StatusChip } from "./StatusChip.tsx";
import type { Run } from "./types.ts";

/** Runs as a table, for the room of runs, for home and for a dataset's history of loads. */
export function RunsTable({ dataset = true }: { dataset?: boolean }) {
  const translate = useTranslate();
  return (
    <DataTable bulkActionButtons={false} rowClick={false}>
      <DataTable.Col<Run>
        source="status"
        disableSort
        label={translate("app.run.status.label")}
        render={(run) => (
          <Link to={`/runs/${run.id}/show`} aria-label={openLabel(translate, run)}>
            <StatusChip status={run.status} />
          </Link>
        )}
      />
      {dataset && (
        <DataTable.Col<Run>
          source="datasetName"
          disableSort
          label={translate("app.run.dataset")}
          render={(run) => (
            <MuiLink component={Link} to={`/runs/${run.id}/show`} sx={{ fontWeight: 600 }}>
              {run.datasetName}
            </MuiLink>
          )}
        />
      )}
      <DataTable.Col source="fileId" disableSort label={translate("app.run.file")}>
        <ReferenceField source="fileId" reference="files" link={false}>
          <TextField source="fileName" sx={{ overflowWrap: "anywhere", display: "block", minWidth: 150 }} />
        </ReferenceField>
      </DataTable.Col>
      <DataTable.Col<Run>
        disableSort
        label={translate("app.run.counts.label")}
        render={(run) => (
          <Box sx={{ width: 160 }}>
            <CountsBar run={run} height={10} />
          </Box>
        )}
      />
      <DataTable.Col<Run>
        align="right"
        source="readRows"
        disableSort
        label={translate("app.run.counts.read")}
        render={(run) => <Count value={run.readRows} />}
      />
      <DataTable.Col<Run>
        align="right"
        source="rejectedRows"
        disableSort
        label={translate("app.run.counts.rejected")}
        render={(run) => <Count value={run.rejectedRows} />}
      />
      <DataTable.Col<Run>
        source="createdAt"
        label={translate("app.run.when")}
        render={(run) => <Ago at={run.createdAt} />}
      />
      <DataTable.Col<Run>
        disableSort
        label={translate("app.run.took")}
        render={(run) =>
          // A held run's clock stands still: it waits for a person.
          run.finishedAt || run.status === "running" ? (
            <Duration from={run.startedAt} to={run.finishedAt} />
          ) : (
            "–"
          )
        }
      />
    </DataTable>
  );
}

function openLabel(translate: ReturnType<typeof useTranslate>, run: Run): string {
  const status = translate(`app.run.status.${run.status}`, { _: run.status });
  return translate("app.run.open", { dataset: run.datasetName, status });
}
