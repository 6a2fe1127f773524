import { Box, Link as MuiLink, Typography } from "@mui/material";
import { Link, useTranslate } from "react-admin";
import { type Column, PlainTable } from "../access/PlainTable.tsx";
import { personName, usePeopleById } from "../access/usePeople.ts";
import { Ago, Count } from "../components/Figures.tsx";
import { capital } from "../providers/errors.ts";
import { inWords } from "../providers/in-language.ts";
import { IncidentStateChip, SeverityChip } from "../quality/Chips.tsx";
import type { Incident } from "../quality/types.ts";

/** Until when somebody should have answered; red where nobody has. */
export function Due({ incident }: { incident: Incident }) {
  const translate = useTranslate();
  if (incident.state === "resolved") return <Ago at={incident.resolvedAt} />;
  const late = incident.state === "open" && new Date(incident.dueAt).getTime() < Date.now();
  return (
    <Typography component="span" color={late ? "error" : "inherit"} sx={{ font: "inherit" }}>
      {late && `${translate("app.incident.late")} `}
      <Ago at={incident.dueAt} />
    </Typography>
  );
}

interface Props {
  incidents: Incident[] | undefined;
  dataset?: boolean;
}

/** Incidents as a table: in their own room, and on a dataset's and a load's page. */
export function IncidentsTable({ incidents, dataset = true }: Props) {
  const people = usePeopleById((incidents ?? []).map(({ assigneeId }) => assigneeId));
  const translate = useTranslate();
  const columns: Column<Incident>[] = [
    { label: "app.quality.severity.label", cell: ({ severity }) => <SeverityChip severity={severity} /> },
    {
      label: "app.incident.one",
      cell: ({ id, title, ruleName }) => (
        <Box sx={{ minWidth: 240 }}>
          <MuiLink
            component={Link}
            to={`/incidents/${id}`}
            sx={{ fontWeight: 600, overflowWrap: "anywhere" }}
          >
            {capital(inWords(title))}
          </MuiLink>
          <Typography variant="body2" color="textSecondary">
            {ruleName}
          </Typography>
        </Box>
      ),
    },
    ...(dataset
      ? [
          {
            label: "app.quality.dataset",
            cell: ({ dataset: of }: Incident) =>
              of && (
                <MuiLink component={Link} to={`/quality/${of.name}`}>
                  {of.name}
                </MuiLink>
              ),
          },
        ]
      : []),
    { label: "app.incident.state.label", cell: ({ state }) => <IncidentStateChip state={state} /> },
    {
      label: "app.incident.assignee",
      cell: ({ assigneeId }) =>
        assigneeId ? personName(people.get(assigneeId), assigneeId) : translate("app.incident.nobody"),
    },
    {
      label: "app.incident.occurrences",
      align: "right",
      cell: ({ occurrences }) => <Count value={occurrences} />,
    },
    { label: "app.incident.opened", cell: ({ openedAt }) => <Ago at={openedAt} /> },
    { label: "app.incident.due", cell: (incident) => <Due incident={incident} /> },
  ];
  return <PlainTable rows={incidents} keyOf={({ id }) => id} empty="app.incident.none" columns={columns} />;
}
