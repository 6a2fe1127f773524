import { Button, Stack, Typography } from "@mui/material";
import type { ReactNode } from "react";
import {
  Link,
  Pagination,
  RecordContextProvider,
  ReferenceManyField,
  useGetOne,
  useRefresh,
  useTranslate,
} from "react-admin";
import { useParams } from "react-router-dom";
import { useMayOn } from "../access/useMayOn.ts";
import { Ago, Count } from "../components/Figures.tsx";
import { Page } from "../components/Page.tsx";
import { ProblemAlert } from "../components/ProblemAlert.tsx";
import { Section } from "../components/Section.tsx";
import { Tile, Tiles } from "../components/Tiles.tsx";
import { useMay } from "../layout/useSession.ts";
import { problemOf } from "../providers/errors.ts";
import { RetentionOfDataset } from "../retention/OfDataset.tsx";
import { RunsTable } from "../runs/RunsTable.tsx";
import { UploadButton } from "../runs/UploadButton.tsx";
import { Contract } from "./Contract.tsx";
import { KeyChips } from "./KeyChips.tsx";
import { Tags } from "./Tags.tsx";
import type { Dataset } from "./types.ts";

function Facts({ dataset }: { dataset: Dataset }) {
  const translate = useTranslate();
  const tile = (label: string, value: ReactNode) => <Tile label={translate(label)}>{value}</Tile>;
  return (
    <Tiles>
      {tile("app.dataset.rows", <Count value={dataset.rowCount} />)}
      {tile("app.dataset.loaded", <Ago at={dataset.loadedAt} />)}
      {tile("app.dataset.mode", translate(`app.mode.${dataset.defaultMode}`))}
      {tile("app.dataset.key", <KeyChips fields={dataset.keyFields} />)}
      {tile("app.protection.tags", <Tags dataset={dataset} />)}
      {tile("app.protection.sensitivity", translate(`app.protection.level.${dataset.sensitivity}`))}
      {tile(
        "app.dataset.gate",
        translate("app.dataset.gate_text", { share: Math.round(Number(dataset.maxRejectedShare) * 100) }),
      )}
    </Tiles>
  );
}

function Loads({ dataset }: { dataset: Dataset }) {
  const translate = useTranslate();
  return (
    <Section title={translate("app.dataset.loads")} flush>
      <RecordContextProvider value={dataset}>
        <ReferenceManyField
          reference="runs"
          target="datasetId"
          sort={{ field: "createdAt", order: "DESC" }}
          perPage={10}
          pagination={<Pagination rowsPerPageOptions={[10, 25, 50]} />}
          empty={<Typography sx={{ p: 2 }}>{translate("app.dataset.no_loads")}</Typography>}
        >
          <RunsTable dataset={false} />
        </ReferenceManyField>
      </RecordContextProvider>
    </Section>
  );
}

export default function DatasetShow() {
  const translate = useTranslate();
  const refresh = useRefresh();
  const { id = "" } = useParams();
  const { data: dataset, error } = useGetOne<Dataset>("datasets", { id });
  const maySeeRecords = useMayOn("record.view", dataset?.id);
  const maySeeRuns = useMay("run.view");
  const maySeeLineage = useMay("lineage.view");
  const maySeeQuality = useMayOn("quality.view", dataset?.id);
  const crumbs = [{ label: translate("app.dataset.title"), to: "/datasets" }];
  if (!dataset) {
    return (
      <Page title={translate("app.dataset.one")} crumbs={crumbs}>
        {error ? <ProblemAlert problem={problemOf(error)} /> : null}
      </Page>
    );
  }
  return (
    <Page
      title={dataset.title || dataset.name}
      crumbs={crumbs}
      subtitle={dataset.description || translate("app.dataset.query_as", { name: dataset.name })}
      actions={
        <>
          {maySeeRecords && (
            <Button component={Link} to={`/records/${dataset.name}`} variant="outlined">
              {translate("app.dataset.to_records")}
            </Button>
          )}
          {maySeeRecords && (
            <Button component={Link} to={`/history/${dataset.name}`} variant="outlined">
              {translate("app.history.changes_of")}
            </Button>
          )}
          {maySeeQuality && (
            <Button component={Link} to={`/quality/${dataset.name}`} variant="outlined">
              {translate("app.quality.title")}
            </Button>
          )}
          {maySeeLineage && (
            <Button component={Link} to={`/lineage/${dataset.name}`} variant="outlined">
              {translate("app.lineage.open")}
            </Button>
          )}
          <UploadButton dataset={dataset.name} />
        </>
      }
    >
      <Stack spacing={2}>
        <Facts dataset={dataset} />
        <Contract dataset={dataset} onChanged={refresh} />
        <RetentionOfDataset name={dataset.name} />
        {maySeeRuns && <Loads dataset={dataset} />}
      </Stack>
    </Page>
  );
}
