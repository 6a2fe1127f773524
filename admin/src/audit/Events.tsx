import { Box, Chip, Link as MuiLink, Stack, Typography } from "@mui/material";
import { useState } from "react";
import { Link, useTranslate } from "react-admin";
import { PlainTable } from "../access/PlainTable.tsx";
import { useDatasets } from "../access/useDatasets.ts";
import { usePeopleById } from "../access/usePeople.ts";
import { Moment } from "../components/Figures.tsx";
import { ProblemAlert } from "../components/ProblemAlert.tsx";
import { Section } from "../components/Section.tsx";
import { useSettled } from "../policies/useSettled.ts";
import { problemOf } from "../providers/errors.ts";
import { differenceOf } from "./Changes.tsx";
import { Filters } from "./Filters.tsx";
import { Actor, objectLink, objectText } from "./names.tsx";
import { Pager } from "./Pager.tsx";
import { type Event, NOTHING, PAGE, useEvents } from "./useEvents.ts";

const MAX_NAMES = 4;

/** What changed by name, else the details, cut. */
function Told({ detail }: { detail: Event["detail"] }) {
  const changed = differenceOf(detail);
  const text = changed
    ? changed
        .slice(0, MAX_NAMES)
        .map(({ name }) => name)
        .join(", ") + (changed.length > MAX_NAMES ? " …" : "")
    : JSON.stringify(detail);
  if (text === "{}") return <>–</>;
  return (
    <Typography
      variant="body2"
      color="textSecondary"
      noWrap
      title={JSON.stringify(detail).slice(0, 1000)}
      sx={{ maxWidth: 320, ...(changed ? {} : { fontFamily: "monospace", fontSize: "0.8rem" }) }}
    >
      {text}
    </Typography>
  );
}

/** Events, the newest first. */
export function Events() {
  const translate = useTranslate();
  const [search, setSearch] = useState(NOTHING);
  const [page, setPage] = useState(0);
  const settled = useSettled(search);
  const { events, error } = useEvents(settled, page);
  const people = usePeopleById(
    (events ?? []).flatMap(({ actorId, subjectId, objectId, objectKind }) => [
      actorId,
      subjectId,
      objectKind === "user" ? objectId : null,
    ]),
  );
  const { datasets } = useDatasets();
  const names = new Map(datasets.map(({ id, name }) => [id, name]));
  return (
    <Section flush>
      <Box sx={{ px: 2, pt: 1 }}>
        <Filters
          search={search}
          onChange={(next) => {
            setSearch(next);
            setPage(0);
          }}
        />
        {error ? <ProblemAlert problem={problemOf(error)} /> : null}
      </Box>
      <PlainTable
        rows={events}
        keyOf={({ id }) => id}
        empty="app.audit.none"
        columns={[
          {
            label: "app.audit.when",
            cell: ({ at }) => (
              <Box component="span" sx={{ whiteSpace: "nowrap" }}>
                <Moment at={at} />
              </Box>
            ),
          },
          { label: "app.audit.who", cell: (event) => <Actor event={event} people={people} /> },
          {
            label: "app.audit.what",
            cell: ({ id, action, outcome }) => (
              <Stack direction="row" spacing={0.5} sx={{ alignItems: "center" }}>
                <MuiLink
                  component={Link}
                  to={`/audit/event/${id}`}
                  sx={{ fontFamily: "monospace", fontWeight: 600 }}
                >
                  {action}
                </MuiLink>
                {outcome === "refused" && (
                  <Chip label={translate("app.audit.outcome.refused")} color="error" />
                )}
              </Stack>
            ),
          },
          {
            label: "app.audit.object",
            cell: (event) => {
              const link = objectLink(event);
              const text = objectText(event, people, names) || "–";
              return link ? (
                <MuiLink component={Link} to={link}>
                  {text}
                </MuiLink>
              ) : (
                text
              );
            },
          },
          { label: "app.audit.detail", cell: ({ detail }) => <Told detail={detail} /> },
        ]}
      />
      <Pager page={page} more={(events?.length ?? 0) === PAGE} onChange={setPage} />
    </Section>
  );
}
