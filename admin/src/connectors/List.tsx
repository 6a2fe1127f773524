import AddIcon from "@mui/icons-material/Add";
import CableIcon from "@mui/icons-material/CableOutlined";
import { Box, Button, Link as MuiLink, Stack, Typography } from "@mui/material";
import { Link, useTranslate } from "react-admin";
import { Gate } from "../access/Gate.tsx";
import { type Column, PlainTable } from "../access/PlainTable.tsx";
import { EmptyState } from "../components/EmptyState.tsx";
import { Ago, Count } from "../components/Figures.tsx";
import { Page } from "../components/Page.tsx";
import { ProblemAlert } from "../components/ProblemAlert.tsx";
import { Section } from "../components/Section.tsx";
import { useMay } from "../layout/useSession.ts";
import { problemOf, told } from "../providers/errors.ts";
import { kindIcon, useKindWords } from "./kinds.tsx";
import { StateChip } from "./StateChip.tsx";
import { ConnectorTabs } from "./Tabs.tsx";
import { failingSince } from "./types.ts";
import { type Listed, useConnectors } from "./useConnectors.ts";

export function ConnectButton() {
  const translate = useTranslate();
  if (!useMay("connector.create")) return null;
  return (
    <Button component={Link} to="/connect" variant="contained" startIcon={<AddIcon />}>
      {translate("app.ingest.connect.button")}
    </Button>
  );
}

function State({ connector }: { connector: Listed }) {
  const translate = useTranslate();
  const since =
    connector.status === "failing" ? failingSince(connector.connectorChecks.nodes) : connector.checkedAt;
  return (
    <Stack spacing={0.5} sx={{ alignItems: "flex-start", py: 0.25 }}>
      <Stack direction="row" spacing={1} useFlexGap sx={{ alignItems: "center", flexWrap: "wrap" }}>
        <StateChip status={connector.status} />
        <Typography variant="body2" color="textSecondary">
          {connector.status === "failing" && `${translate("app.ingest.connector.since")} `}
          {since ? <Ago at={since} /> : translate("app.ingest.connector.never")}
        </Typography>
      </Stack>
      {connector.status === "failing" && connector.error && (
        <Typography variant="body2" color="error">
          {told(connector.error)}
        </Typography>
      )}
    </Stack>
  );
}

function Named({ connector }: { connector: Listed }) {
  const words = useKindWords();
  return (
    <Stack direction="row" spacing={1.5} sx={{ alignItems: "center" }}>
      <Box aria-hidden sx={{ color: "primary.main", display: "flex" }}>
        {kindIcon(connector.kind)}
      </Box>
      <Box>
        <MuiLink component={Link} to={`/connectors/${connector.name}`} sx={{ fontWeight: 600 }}>
          {connector.name}
        </MuiLink>
        <Typography variant="body2" color="textSecondary">
          {words(connector.kind).title}
        </Typography>
      </Box>
    </Stack>
  );
}

const COLUMNS: Column<Listed>[] = [
  { label: "app.ingest.fields.name", cell: (row) => <Named connector={row} /> },
  { label: "app.ingest.connector.state", cell: (row) => <State connector={row} /> },
  { label: "app.ingest.connector.checked", cell: ({ checkedAt }) => <Ago at={checkedAt} /> },
  { label: "app.ingest.connector.next", cell: ({ nextCheckAt }) => <Ago at={nextCheckAt} /> },
  {
    label: "app.ingest.rooms.sources",
    align: "right",
    cell: ({ sources }) => <Count value={sources.totalCount} />,
  },
];

export default function Connectors() {
  const translate = useTranslate();
  const { connectors, error } = useConnectors();
  const title = translate("app.ingest.connector.title");
  return (
    <Gate permissions={["connector.view"]} title={title}>
      <Page title={title} subtitle={translate("app.ingest.connector.subtitle")} actions={<ConnectButton />}>
        <ConnectorTabs current="connectors">
          {error ? <ProblemAlert problem={problemOf(error)} /> : null}
          <Section flush>
            {connectors?.length === 0 ? (
              <EmptyState
                icon={<CableIcon />}
                title={translate("app.ingest.connector.empty")}
                text={translate("app.ingest.connector.empty_text")}
                action={<ConnectButton />}
              />
            ) : (
              <PlainTable
                rows={connectors}
                columns={COLUMNS}
                keyOf={({ id }) => id}
                empty="app.ingest.none"
              />
            )}
          </Section>
        </ConnectorTabs>
      </Page>
    </Gate>
  );
}
