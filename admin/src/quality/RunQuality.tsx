import { Box, Link as MuiLink, Stack, Typography } from "@mui/material";
import { Link, useTranslate } from "react-admin";
import type { Nodes } from "../access/api.ts";
import { Section } from "../components/Section.tsx";
import { useAsked } from "../connectors/useAsked.ts";
import { IncidentsTable } from "../incidents/IncidentsTable.tsx";
import { toneColour } from "./Chips.tsx";
import { ResultsTable } from "./ResultsTable.tsx";
import { useShare } from "./share.ts";
import { INCIDENT, type Incident, type Score } from "./types.ts";
import { useResults } from "./useQuality.ts";

const QUERY = `query RunQuality($id: UUID!, $check: UUID!) {
  scores(first: 1, filter: { datasetId: { equalTo: $id }, checkId: { equalTo: $check } }) {
    nodes { checkId runId score rules failed rowCount checkedAt }
  }
  incidents(first: 100, filter: { datasetId: { equalTo: $id }, lastCheck: { equalTo: $check } }) { nodes { ${INCIDENT} } }
}`;

interface Props {
  runId: string;
  datasetId: string;
  datasetName: string;
}

/** What the rules found in a load: its score, the rules that were not met, the incidents that came of it. */
export default function RunQuality({ runId, datasetId, datasetName }: Props) {
  const translate = useTranslate();
  const share = useShare();
  const { data } = useAsked<{ scores: Nodes<Score>; incidents: Nodes<Incident> }>(QUERY, {
    id: datasetId,
    check: runId,
  });
  const results = useResults(datasetId, runId);
  const score = data?.scores.nodes[0];
  const failed = results?.filter(({ passed, failures }) => !passed || Number(failures) > 0);
  if (!results || results.length === 0) return null;
  const incidents = data?.incidents.nodes ?? [];
  return (
    <Section
      flush
      title={translate("app.quality.run_title")}
      hint={translate("app.quality.run_hint", { smart_count: failed?.length ?? 0, count: results.length })}
      actions={
        <Stack direction="row" spacing={2} sx={{ alignItems: "center" }}>
          {score && (
            <Typography sx={{ fontSize: "1.35rem", fontWeight: 700, color: toneColour(Number(score.score)) }}>
              {share(Number(score.score))}
            </Typography>
          )}
          <MuiLink component={Link} to={`/quality/${datasetName}`}>
            {translate("app.quality.of", { name: datasetName })}
          </MuiLink>
        </Stack>
      }
    >
      {failed && failed.length > 0 && <ResultsTable dataset={datasetName} results={failed} />}
      {incidents.length > 0 && (
        <Box sx={{ borderTop: 1, borderColor: "divider" }}>
          <IncidentsTable incidents={incidents} dataset={false} />
        </Box>
      )}
    </Section>
  );
}
