import PipelineIcon from "@mui/icons-material/AccountTreeOutlined";
import AddIcon from "@mui/icons-material/Add";
import { Box, Button, Link as MuiLink, Stack, Typography } from "@mui/material";
import { Link, useTranslate } from "react-admin";
import { Gate } from "../access/Gate.tsx";
import { PlainTable } from "../access/PlainTable.tsx";
import { EmptyState } from "../components/EmptyState.tsx";
import { Ago, Count } from "../components/Figures.tsx";
import { Page } from "../components/Page.tsx";
import { ProblemAlert } from "../components/ProblemAlert.tsx";
import { Section } from "../components/Section.tsx";
import { useMay } from "../layout/useSession.ts";
import { problemOf, told } from "../providers/errors.ts";
import { StatusChip } from "../runs/StatusChip.tsx";
import { type Latest, usePipelines } from "./usePipelines.ts";

function NewButton() {
  const translate = useTranslate();
  if (!useMay("pipeline.create")) return null;
  return (
    <Button component={Link} to="/new-pipeline" variant="contained" startIcon={<AddIcon />}>
      {translate("app.ingest.pipeline.new")}
    </Button>
  );
}

function Last({ run }: { run: Latest | undefined }) {
  const translate = useTranslate();
  if (!run) return <>{translate("app.ingest.pipeline.never")}</>;
  return (
    <Stack spacing={0.5} sx={{ alignItems: "flex-start" }}>
      <StatusChip status={run.status} />
      {run.error && (
        <Typography variant="body2" color="error">
          {told(run.error)}
        </Typography>
      )}
    </Stack>
  );
}

export default function Pipelines() {
  const translate = useTranslate();
  const { pipelines, latest, error } = usePipelines();
  const title = translate("app.ingest.pipeline.title");
  return (
    <Gate permissions={["pipeline.view"]} title={title}>
      <Page
        title={title}
        subtitle={translate("app.ingest.pipeline.subtitle")}
        actions={
          <>
            <Button component={Link} to="/templates" variant="outlined">
              {translate("app.template.open")}
            </Button>
            <NewButton />
          </>
        }
      >
        {error ? <ProblemAlert problem={problemOf(error)} /> : null}
        <Section flush>
          {pipelines?.length === 0 ? (
            <EmptyState
              icon={<PipelineIcon />}
              title={translate("app.ingest.pipeline.empty")}
              text={translate("app.ingest.pipeline.empty_text")}
              action={<NewButton />}
            />
          ) : (
            <PlainTable
              rows={pipelines}
              keyOf={({ id }) => id}
              empty="app.ingest.none"
              columns={[
                {
                  label: "app.ingest.fields.name",
                  cell: ({ name, title: called }) => (
                    <Box>
                      <MuiLink component={Link} to={`/pipelines/${name}`} sx={{ fontWeight: 600 }}>
                        {called || name}
                      </MuiLink>
                      {called && (
                        <Typography variant="body2" color="textSecondary">
                          {name}
                        </Typography>
                      )}
                    </Box>
                  ),
                },
                { label: "app.ingest.pipeline.version", align: "right", cell: ({ version }) => version },
                { label: "app.ingest.pipeline.last", cell: ({ id }) => <Last run={latest.get(id)} /> },
                {
                  label: "app.ingest.pipeline.rows_out",
                  align: "right",
                  cell: ({ id }) => {
                    const out = latest.get(id)?.rowsOut;
                    return out === null || out === undefined ? "–" : <Count value={out} />;
                  },
                },
                { label: "app.run.when", cell: ({ id }) => <Ago at={latest.get(id)?.createdAt} /> },
              ]}
            />
          )}
        </Section>
      </Page>
    </Gate>
  );
}
