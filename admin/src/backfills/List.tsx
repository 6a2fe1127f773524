import BackfillIcon from "@mui/icons-material/EventRepeatOutlined";
import { Button, Link as MuiLink, Stack, Typography } from "@mui/material";
import { useState } from "react";
import { Link, useTranslate } from "react-admin";
import { useSearchParams } from "react-router-dom";
import { Gate } from "../access/Gate.tsx";
import { type Column, PlainTable } from "../access/PlainTable.tsx";
import { EmptyState } from "../components/EmptyState.tsx";
import { Ago } from "../components/Figures.tsx";
import { Page } from "../components/Page.tsx";
import { ProblemAlert } from "../components/ProblemAlert.tsx";
import { Section } from "../components/Section.tsx";
import { useMay } from "../layout/useSession.ts";
import { capital, problemOf, told } from "../providers/errors.ts";
import { StatusChip } from "../runs/StatusChip.tsx";
import { Progress, TargetLink } from "./parts.tsx";
import { StartDialog } from "./StartDialog.tsx";
import { type Backfill, useBackfills } from "./useBackfills.ts";

const COLUMNS: Column<Backfill>[] = [
  {
    label: "app.backfill.range",
    cell: ({ id, rangeFrom, rangeTo, step }) => (
      <>
        <MuiLink component={Link} to={`/backfills/${id}`} sx={{ fontWeight: 600 }}>
          {rangeFrom} → {rangeTo}
        </MuiLink>
        <Typography variant="body2" color="textSecondary">
          {step}
        </Typography>
      </>
    ),
  },
  {
    label: "app.backfill.target",
    cell: (backfill) => <TargetLink backfill={backfill} />,
  },
  {
    label: "app.run.status.label",
    cell: ({ state, error, reason }) => (
      <Stack spacing={0.5} sx={{ alignItems: "flex-start", maxWidth: 380 }}>
        <StatusChip status={state} />
        {error && (
          <Typography variant="body2" color="error">
            {told(error)}
          </Typography>
        )}
        {state === "running" && reason && (
          <Typography variant="body2" color="textSecondary">
            {capital(reason)}
          </Typography>
        )}
      </Stack>
    ),
  },
  { label: "app.backfill.progress", cell: (backfill) => <Progress backfill={backfill} /> },
  { label: "app.run.when", cell: ({ createdAt }) => <Ago at={createdAt} /> },
];

/** Ranges of sources and pipelines that are read again, slice by slice. */
export default function Backfills() {
  const translate = useTranslate();
  const { backfills, error } = useBackfills();
  const [search, setSearch] = useSearchParams();
  const given = (["source", "pipeline"] as const).flatMap((kind) => {
    const name = search.get(kind);
    return name === null ? [] : [{ kind, name }];
  })[0];
  const [adding, setAdding] = useState(given !== undefined);
  const may = { source: useMay("datasource.execute"), pipeline: useMay("pipeline.execute") };
  const mayStart = may.source || may.pipeline;
  const title = translate("app.backfill.title");
  const add = mayStart && (
    <Button variant="contained" startIcon={<BackfillIcon />} onClick={() => setAdding(true)}>
      {translate("app.backfill.new")}
    </Button>
  );
  const close = () => {
    setAdding(false);
    setSearch({});
  };
  return (
    <Gate permissions={["datasource.view", "pipeline.view"]} title={title}>
      <Page title={title} subtitle={translate("app.backfill.subtitle")} actions={add}>
        {error ? <ProblemAlert problem={problemOf(error)} /> : null}
        <Section flush>
          {backfills?.length === 0 ? (
            <EmptyState
              icon={<BackfillIcon />}
              title={translate("app.backfill.empty")}
              text={translate("app.backfill.empty_text")}
              action={add}
            />
          ) : (
            <PlainTable
              rows={backfills}
              columns={COLUMNS}
              keyOf={({ id }) => id}
              empty="app.backfill.empty"
            />
          )}
        </Section>
        {adding && mayStart && <StartDialog {...(given ? { given } : {})} may={may} onClose={close} />}
      </Page>
    </Gate>
  );
}
