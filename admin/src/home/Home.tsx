import CloudUploadIcon from "@mui/icons-material/CloudUploadOutlined";
import { Box, Button, Card, CardActionArea, Stack, Typography } from "@mui/material";
import {
  Link,
  ListContextProvider,
  ResourceContextProvider,
  useGetList,
  useList,
  useTranslate,
} from "react-admin";
import { EmptyState } from "../components/EmptyState.tsx";
import { Ago, Count } from "../components/Figures.tsx";
import { Page } from "../components/Page.tsx";
import { Section } from "../components/Section.tsx";
import type { Dataset } from "../datasets/types.ts";
import { useMay, useSession } from "../layout/useSession.ts";
import { RunsTable } from "../runs/RunsTable.tsx";
import { MOVING, type Run } from "../runs/types.ts";
import { UploadButton } from "../runs/UploadButton.tsx";
import { NextSteps } from "./NextSteps.tsx";
import { Standing } from "./Standing.tsx";
import { Start } from "./Start.tsx";

const LATEST_RUNS = 6;
const SHOWN_DATASETS = 6;
/** News of running loads; nothing is asked for while all is quiet. */
const POLL_MS = 3_000;

function FirstFile() {
  const translate = useTranslate();
  const mayUpload = useMay("run.execute");
  return (
    <Section>
      <EmptyState
        icon={<CloudUploadIcon />}
        title={translate("app.home.first_title")}
        text={translate(mayUpload ? "app.home.first_text" : "app.home.first_wait")}
        action={<UploadButton />}
      />
      <Stack
        component="ol"
        direction={{ xs: "column", md: "row" }}
        spacing={3}
        sx={{ maxWidth: 900, mx: "auto", pl: 3, pb: 3 }}
      >
        {["upload", "check", "query"].map((step) => (
          <Box component="li" key={step} sx={{ flex: 1 }}>
            <Typography sx={{ fontWeight: 650 }}>{translate(`app.home.step_${step}`)}</Typography>
            <Typography color="textSecondary">{translate(`app.home.step_${step}_text`)}</Typography>
          </Box>
        ))}
      </Stack>
    </Section>
  );
}

function DatasetCards({ datasets, total }: { datasets: Dataset[]; total: number }) {
  const translate = useTranslate();
  return (
    <Section
      title={translate("app.home.datasets")}
      actions={
        total > datasets.length && (
          <Button component={Link} to="/datasets">
            {translate("app.home.all_datasets", { total })}
          </Button>
        )
      }
    >
      <Box sx={{ display: "grid", gap: 1.5, gridTemplateColumns: "repeat(auto-fill, minmax(240px, 1fr))" }}>
        {datasets.map((dataset) => (
          <Card key={dataset.id}>
            <CardActionArea
              component={Link}
              to={`/datasets/${dataset.id}/show`}
              sx={{ p: 1.5, height: "100%", "&:hover": { textDecoration: "none" } }}
            >
              <Typography sx={{ fontWeight: 650 }}>{dataset.title || dataset.name}</Typography>
              <Typography sx={{ fontSize: "1.35rem", fontWeight: 650, color: "primary.main" }}>
                <Count value={dataset.rowCount} />{" "}
                <Box component="span" sx={{ fontSize: "0.85rem", fontWeight: 400, color: "text.secondary" }}>
                  {translate("app.home.rows", { smart_count: Number(dataset.rowCount) })}
                </Box>
              </Typography>
              <Typography variant="body2" color="textSecondary">
                {translate("app.home.loaded")} <Ago at={dataset.loadedAt} />
              </Typography>
            </CardActionArea>
          </Card>
        ))}
      </Box>
    </Section>
  );
}

function LatestRuns({ runs }: { runs: Run[] }) {
  const translate = useTranslate();
  const list = useList({ data: runs, perPage: LATEST_RUNS });
  return (
    <Section
      title={translate("app.home.runs")}
      flush
      actions={
        <Button component={Link} to="/runs">
          {translate("app.home.all_runs")}
        </Button>
      }
    >
      <ResourceContextProvider value="runs">
        <ListContextProvider value={list}>
          <RunsTable />
        </ListContextProvider>
      </ResourceContextProvider>
    </Section>
  );
}

export default function Home() {
  const translate = useTranslate();
  const session = useSession();
  const maySeeRuns = useMay("run.view");
  const datasets = useGetList<Dataset>("datasets", {
    sort: { field: "name", order: "ASC" },
    pagination: { page: 1, perPage: SHOWN_DATASETS },
  });
  const runs = useGetList<Run>(
    "runs",
    { sort: { field: "createdAt", order: "DESC" }, pagination: { page: 1, perPage: LATEST_RUNS } },
    {
      enabled: maySeeRuns,
      refetchInterval: (query) =>
        query.state.data?.data.some((run) => MOVING.has(run.status)) ? POLL_MS : false,
    },
  );
  const name = session?.user.displayName || session?.user.email || "";
  const empty = datasets.total === 0 && (runs.data ?? []).length === 0;
  return (
    <Page
      title={session?.org?.name ?? "Cadastre"}
      subtitle={translate("app.home.welcome", { name })}
      actions={empty ? null : <UploadButton />}
    >
      {datasets.isPending ? null : empty ? (
        <FirstFile />
      ) : (
        <Stack spacing={2}>
          <NextSteps />
          <Standing lastLoad={runs.data?.[0]?.createdAt} />
          <DatasetCards datasets={datasets.data ?? []} total={datasets.total ?? 0} />
          {runs.data && runs.data.length > 0 && <LatestRuns runs={runs.data} />}
          <Start />
        </Stack>
      )}
    </Page>
  );
}
