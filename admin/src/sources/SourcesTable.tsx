import { Box, Chip, Link as MuiLink, Stack, Typography } from "@mui/material";
import { Link, useTranslate } from "react-admin";
import { type Column, PlainTable } from "../access/PlainTable.tsx";
import { Ago } from "../components/Figures.tsx";
import { kindIcon } from "../connectors/kinds.tsx";
import { told } from "../providers/errors.ts";
import { StatusChip } from "../runs/StatusChip.tsx";
import type { Source } from "./useSources.ts";

function State({ source }: { source: Source }) {
  const translate = useTranslate();
  const pull = source.lastPull;
  return (
    <Stack spacing={0.5} sx={{ alignItems: "flex-start" }}>
      <Stack direction="row" spacing={1}>
        {pull ? <StatusChip status={pull.status} /> : <Chip label={translate("app.ingest.source.unread")} />}
        {source.paused && <Chip color="warning" label={translate("app.ingest.source.paused")} />}
      </Stack>
      {pull?.error && pull.status !== "succeeded" && (
        <Typography variant="body2" color="error">
          {told(pull.error)}
        </Typography>
      )}
    </Stack>
  );
}

/** Sources as a table: in their own room, and on their connector's page. */
export function SourcesTable({ sources, all = false }: { sources: Source[] | undefined; all?: boolean }) {
  const translate = useTranslate();
  const columns: Column<Source>[] = [
    {
      label: "app.ingest.fields.name",
      cell: ({ name }) => (
        <MuiLink component={Link} to={`/sources/${name}`} sx={{ fontWeight: 600 }}>
          {name}
        </MuiLink>
      ),
    },
    ...(all
      ? [
          {
            label: "app.ingest.source.connector",
            cell: ({ connector }: Source) =>
              connector && (
                <Stack direction="row" spacing={1} sx={{ alignItems: "center" }}>
                  <Box aria-hidden sx={{ color: "primary.main", display: "flex" }}>
                    {kindIcon(connector.kind)}
                  </Box>
                  <MuiLink component={Link} to={`/connectors/${connector.name}`}>
                    {connector.name}
                  </MuiLink>
                </Stack>
              ),
          },
        ]
      : []),
    { label: "app.ingest.source.dataset", cell: ({ datasetName }) => <code>{datasetName}</code> },
    { label: "app.ingest.source.how", cell: ({ how }) => translate(`app.ingest.hows.${how}`) },
    { label: "app.ingest.source.last", cell: (source) => <State source={source} /> },
    { label: "app.run.when", cell: ({ lastPull }) => <Ago at={lastPull?.createdAt} /> },
  ];
  return (
    <PlainTable rows={sources} columns={columns} keyOf={({ id }) => id} empty="app.ingest.source.none_yet" />
  );
}
