import DoneIcon from "@mui/icons-material/TaskAltOutlined";
import { MenuItem, Stack, TextField, ToggleButton, ToggleButtonGroup } from "@mui/material";
import { useState } from "react";
import { useTranslate } from "react-admin";
import type { Nodes } from "../access/api.ts";
import { Gate } from "../access/Gate.tsx";
import { EmptyState } from "../components/EmptyState.tsx";
import { Page } from "../components/Page.tsx";
import { ProblemAlert } from "../components/ProblemAlert.tsx";
import { Section } from "../components/Section.tsx";
import { NOW_AND_THEN_MS, useAsked } from "../connectors/useAsked.ts";
import { useSession } from "../layout/useSession.ts";
import { problemOf } from "../providers/errors.ts";
import { INCIDENT, type Incident, SEVERITIES } from "../quality/types.ts";
import { IncidentsTable } from "./IncidentsTable.tsx";

const VIEWS = ["open", "mine", "unassigned", "all"] as const;
type View = (typeof VIEWS)[number];
const MOST = 500;

const LIST = `query Incidents($filter: IncidentFilter) {
  incidents(first: ${MOST}, filter: $filter, orderBy: [OPENED_AT_DESC]) { nodes { ${INCIDENT} } }
}`;

const OPEN = { state: { notEqualTo: "resolved" } };

function filterOf(view: View, severity: string, me: string) {
  const parts: object[] = [];
  if (view !== "all") parts.push(OPEN);
  if (view === "mine") parts.push({ assigneeId: { equalTo: me } });
  if (view === "unassigned") parts.push({ assigneeId: { isNull: true } });
  if (severity) parts.push({ severity: { equalTo: severity } });
  return parts.length > 0 ? { and: parts } : undefined;
}

/** The gravest first; of the same gravity, what is due first. */
const byUrgency = (a: Incident, b: Incident): number =>
  SEVERITIES.indexOf(b.severity) - SEVERITIES.indexOf(a.severity) || a.dueAt.localeCompare(b.dueAt);

/** Failed rules that somebody has to look into. */
export default function Incidents() {
  const translate = useTranslate();
  const me = useSession()?.user.id ?? "";
  const [view, setView] = useState<View>("open");
  const [severity, setSeverity] = useState("");
  const { data, error } = useAsked<{ incidents: Nodes<Incident> }>(
    LIST,
    { filter: filterOf(view, severity, me) },
    { every: () => NOW_AND_THEN_MS },
  );
  const incidents = data?.incidents.nodes;
  const sorted = view === "all" ? incidents : incidents?.toSorted(byUrgency);
  const title = translate("app.incident.title");
  return (
    <Gate permissions={["quality.view"]} title={title}>
      <Page title={title} subtitle={translate("app.incident.subtitle")}>
        <Stack spacing={2}>
          <Stack direction="row" useFlexGap spacing={2} sx={{ flexWrap: "wrap", alignItems: "center" }}>
            <ToggleButtonGroup
              exclusive
              size="small"
              value={view}
              onChange={(_event, next: View | null) => next && setView(next)}
              aria-label={translate("app.incident.shown")}
            >
              {VIEWS.map((one) => (
                <ToggleButton key={one} value={one}>
                  {translate(`app.incident.${one}`)}
                </ToggleButton>
              ))}
            </ToggleButtonGroup>
            <TextField
              select
              label={translate("app.quality.severity.label")}
              value={severity}
              onChange={(event) => setSeverity(event.target.value)}
              slotProps={{ select: { displayEmpty: true }, inputLabel: { shrink: true } }}
              sx={{ maxWidth: 200, my: 0 }}
            >
              <MenuItem value="">{translate("app.incident.any_severity")}</MenuItem>
              {SEVERITIES.map((one) => (
                <MenuItem key={one} value={one}>
                  {translate(`app.quality.severity.${one}`)}
                </MenuItem>
              ))}
            </TextField>
          </Stack>
          {error ? <ProblemAlert problem={problemOf(error)} /> : null}
          <Section flush>
            {sorted?.length === 0 ? (
              <EmptyState
                icon={<DoneIcon />}
                title={translate("app.incident.empty")}
                text={translate("app.incident.empty_text")}
              />
            ) : (
              <IncidentsTable incidents={sorted} />
            )}
          </Section>
        </Stack>
      </Page>
    </Gate>
  );
}
