import { Box, Chip, Link as MuiLink, Stack } from "@mui/material";
import { Link, useTranslate } from "react-admin";
import { useParams } from "react-router-dom";
import { Gate } from "../access/Gate.tsx";
import { useDatasets } from "../access/useDatasets.ts";
import { usePeopleById } from "../access/usePeople.ts";
import { Moment } from "../components/Figures.tsx";
import { Page } from "../components/Page.tsx";
import { ProblemAlert } from "../components/ProblemAlert.tsx";
import { Section } from "../components/Section.tsx";
import { Tile, Tiles } from "../components/Tiles.tsx";
import { problemOf } from "../providers/errors.ts";
import { Details, Difference, differenceOf } from "./Changes.tsx";
import { Actor, objectLink, objectText } from "./names.tsx";
import { ProofPanel } from "./ProofPanel.tsx";
import { type Event, useEvent } from "./useEvents.ts";

function Facts({ event }: { event: Event }) {
  const translate = useTranslate();
  const people = usePeopleById([event.actorId, event.subjectId, event.objectId]);
  const { datasets } = useDatasets();
  const names = new Map(datasets.map(({ id, name }) => [id, name]));
  const link = objectLink(event);
  const text = objectText(event, people, names) || "–";
  return (
    <Tiles>
      <Tile label={translate("app.audit.when")}>
        <Moment at={event.at} />
      </Tile>
      <Tile label={translate("app.audit.who")}>
        <Actor event={event} people={people} />
      </Tile>
      <Tile label={translate("app.audit.object")}>
        {link ? (
          <MuiLink component={Link} to={link}>
            {text}
          </MuiLink>
        ) : (
          <Box component="span" sx={{ overflowWrap: "anywhere" }}>
            {text}
          </Box>
        )}
      </Tile>
      <Tile label={translate("app.audit.address")}>{event.ip?.replace(/\/(32|128)$/, "") ?? "–"}</Tile>
      <Tile label={translate("app.audit.request")}>
        <Box component="code" sx={{ fontSize: "0.8rem", overflowWrap: "anywhere" }}>
          {event.requestId ?? "–"}
        </Box>
      </Tile>
    </Tiles>
  );
}

/** One event: who did what to what, what it changed, and the proof that it is in the trail. */
export default function AuditEvent() {
  const translate = useTranslate();
  const { id = "" } = useParams();
  const { event, error } = useEvent(id);
  const title = event?.action ?? translate("app.audit.event");
  return (
    <Gate permissions={["audit.view"]} title={title}>
      <Page
        title={title}
        crumbs={[{ label: translate("app.audit.title"), to: "/audit" }]}
        subtitle={
          event && (
            <Stack direction="row" spacing={1} sx={{ alignItems: "center" }}>
              <Chip
                color={event.outcome === "refused" ? "error" : "success"}
                label={translate(`app.audit.outcome.${event.outcome}`)}
              />
              <Box component="code" sx={{ fontSize: "0.8rem" }}>
                {event.id}
              </Box>
            </Stack>
          )
        }
      >
        {error ? <ProblemAlert problem={problemOf(error)} /> : null}
        {event === null && (
          <ProblemAlert
            severity="warning"
            problem={{ code: "NOT_FOUND", message: translate("app.audit.gone") }}
          />
        )}
        {event && (
          <Stack spacing={2}>
            <Facts event={event} />
            {differenceOf(event.detail) && (
              <Section
                title={translate("app.audit.difference")}
                hint={translate("app.audit.difference_hint")}
              >
                <Difference detail={event.detail} />
              </Section>
            )}
            <Section title={translate("app.audit.detail")}>
              <Details detail={event.detail} />
            </Section>
            <ProofPanel kind="event" id={event.id} />
          </Stack>
        )}
      </Page>
    </Gate>
  );
}
