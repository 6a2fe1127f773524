import { Box, Link as MuiLink, Stack, Typography } from "@mui/material";
import { Link, useTranslate } from "react-admin";
import { PlainTable } from "../access/PlainTable.tsx";
import { Ago, Bytes, Count, Duration } from "../components/Figures.tsx";
import { toNumber } from "../components/format.ts";
import { Section } from "../components/Section.tsx";
import { told } from "../providers/errors.ts";
import { StatusChip } from "../runs/StatusChip.tsx";
import { type Loaded, type Pull, useLoads } from "./useSources.ts";

const MAX_LINKS = 5;
const FIGURES = ["inserted", "updated", "deleted", "rejected"] as const;

function Rows({ loads }: { loads: Loaded[] }) {
  const translate = useTranslate();
  const sums = FIGURES.map((name) => ({
    name,
    sum: loads.reduce((all, load) => all + toNumber(load[`${name}Rows`]), 0),
  })).filter(({ sum }) => sum > 0);
  if (loads.length > 0 && sums.length === 0) return <>{translate("app.ingest.pull.unchanged")}</>;
  return (
    <Stack>
      {sums.map(({ name, sum }) => (
        <Typography key={name} variant="body2" color={name === "rejected" ? "error" : "textPrimary"}>
          <Count value={sum} /> {translate(`app.run.counts.${name}`).toLowerCase()}
        </Typography>
      ))}
    </Stack>
  );
}

function Runs({ ids, loads }: { ids: string[]; loads: Map<string, Loaded> }) {
  const translate = useTranslate();
  return (
    <Stack spacing={0.5} sx={{ alignItems: "flex-start" }}>
      {ids.slice(0, MAX_LINKS).map((id, index) => {
        const load = loads.get(id);
        return (
          <MuiLink
            key={id}
            component={Link}
            to={`/runs/${id}/show`}
            aria-label={translate("app.ingest.pull.load", { number: index + 1 })}
          >
            {load ? (
              <StatusChip status={load.status} />
            ) : (
              translate("app.ingest.pull.load", { number: index + 1 })
            )}
          </MuiLink>
        );
      })}
      {ids.length > MAX_LINKS && (
        <Typography variant="body2" color="textSecondary">
          {translate("app.ingest.find.more", { smart_count: ids.length - MAX_LINKS })}
        </Typography>
      )}
    </Stack>
  );
}

function State({ pull }: { pull: Pull }) {
  const translate = useTranslate();
  return (
    <Stack spacing={0.5} sx={{ alignItems: "flex-start", maxWidth: 380 }}>
      <StatusChip status={pull.status} />
      {pull.error && (
        <Box>
          <Typography variant="body2" color={pull.status === "failed" ? "error" : "textSecondary"}>
            {told(pull.error)}
          </Typography>
          {pull.error.retry_at && pull.status === "waiting" && (
            <Typography variant="body2" color="textSecondary">
              {translate("app.ingest.next_try")} <Ago at={pull.error.retry_at} />
            </Typography>
          )}
        </Box>
      )}
    </Stack>
  );
}

/** Every reading of a source: what it brought, and what became of it. */
export function Pulls({ pulls }: { pulls: Pull[] | undefined }) {
  const translate = useTranslate();
  const loads = useLoads(pulls ?? []);
  const loadsOf = ({ runIds }: Pull) =>
    runIds.map((id) => loads.get(id)).filter((load) => load !== undefined);
  return (
    <Section flush title={translate("app.ingest.pull.title")} hint={translate("app.ingest.pull.hint")}>
      <PlainTable
        rows={pulls}
        keyOf={({ id }) => id}
        empty="app.ingest.pull.none"
        columns={[
          { label: "app.run.status.label", cell: (pull) => <State pull={pull} /> },
          { label: "app.ingest.pull.files", align: "right", cell: ({ files }) => <Count value={files} /> },
          { label: "app.ingest.pull.bytes", align: "right", cell: ({ bytes }) => <Bytes value={bytes} /> },
          { label: "app.ingest.pull.rows", cell: (pull) => <Rows loads={loadsOf(pull)} /> },
          { label: "app.ingest.pull.loads", cell: ({ runIds }) => <Runs ids={runIds} loads={loads} /> },
          { label: "app.run.when", cell: ({ createdAt }) => <Ago at={createdAt} /> },
          {
            label: "app.run.took",
            cell: ({ startedAt, finishedAt }) => <Duration from={startedAt} to={finishedAt} />,
          },
        ]}
      />
    </Section>
  );
}
