import UndoIcon from "@mui/icons-material/Undo";
import { Box, Button, Stack, Typography } from "@mui/material";
import { useState } from "react";
import { Link, useTranslate } from "react-admin";
import { useParams } from "react-router-dom";
import { useMayOn } from "../access/useMayOn.ts";
import { BarList } from "../components/charts/BarList.tsx";
import { Count, Moment } from "../components/Figures.tsx";
import { Page } from "../components/Page.tsx";
import { ProblemAlert } from "../components/ProblemAlert.tsx";
import { Section } from "../components/Section.tsx";
import { Tile, Tiles } from "../components/Tiles.tsx";
import { problemOf } from "../providers/errors.ts";
import type { Description } from "../providers/records.ts";
import { useDescription } from "../records/useDescription.ts";
import { ARCHIVED, ArchivedProblem } from "./ArchivedProblem.tsx";
import { type Load, useLoads } from "./api.ts";
import { DiffRows } from "./DiffRows.tsx";
import { LoadsTimeline } from "./LoadsTimeline.tsx";
import { MomentChoice } from "./MomentChoice.tsx";
import { UndoDialog } from "./UndoDialog.tsx";
import { CHANGES, type Difference, loadAt, type Span, useDifference, useSpan } from "./useComparison.ts";

function Figures({ difference }: { difference: Difference }) {
  const translate = useTranslate();
  return (
    <Tiles>
      {[...CHANGES, "unchanged" as const].map((name) => (
        <Tile key={name} label={translate(`app.history.changes.${name}`)}>
          <Count value={difference[name]} />
        </Tile>
      ))}
    </Tiles>
  );
}

function Columns({ difference }: { difference: Difference }) {
  const translate = useTranslate();
  const items = difference.columns
    .filter(({ changed }) => changed > 0)
    .sort((a, b) => b.changed - a.changed)
    .map(({ name, changed }) => ({ label: name, count: changed }));
  if (items.length === 0) return null;
  return (
    <Section title={translate("app.history.columns")} hint={translate("app.history.columns_hint")}>
      <BarList mono label={translate("app.history.columns")} items={items} />
    </Section>
  );
}

/** What is compared, in words; of a load also the way to it and to its undo. */
function Compared({
  description,
  span,
  load,
}: {
  description: Description;
  span: Span;
  load: Load | undefined;
}) {
  const translate = useTranslate();
  const [asking, setAsking] = useState(false);
  const mayUndo = useMayOn("run.restore", description.dataset.id);
  return (
    <Stack direction="row" spacing={1} useFlexGap sx={{ flexWrap: "wrap", alignItems: "center" }}>
      <Typography sx={{ flex: 1 }}>
        {span.load ? (
          translate("app.history.compared_load", {
            name: load?.undoOf ? translate("app.history.an_undo") : (load?.file?.fileName ?? span.load),
          })
        ) : (
          <>
            <Moment at={span.from} /> → {span.to ? <Moment at={span.to} /> : translate("app.history.now")}
          </>
        )}
      </Typography>
      {span.load && (
        <Button component={Link} to={`/runs/${span.load}/show`}>
          {translate("app.history.to_load")}
        </Button>
      )}
      {span.load && load && mayUndo && !load.undoneBy && (
        <Button variant="outlined" startIcon={<UndoIcon />} onClick={() => setAsking(true)}>
          {translate("app.history.undo_load")}
        </Button>
      )}
      {asking && span.load && (
        <UndoDialog
          target={{ kind: "run", runId: span.load, datasetId: description.dataset.id }}
          title={translate("app.history.undo_load_title", { name: description.dataset.name })}
          onClose={() => setAsking(false)}
        />
      )}
    </Stack>
  );
}

function Content({ description }: { description: Description }) {
  const translate = useTranslate();
  const { dataset } = description;
  const { loads } = useLoads(dataset.id);
  const { span, error, chooseLoad, choose } = useSpan(loads);
  const difference = useDifference(dataset.id, span);
  const problem = error ?? difference.error;
  const from = span?.from ?? null;
  const to = span?.to ?? null;
  return (
    <Stack spacing={2}>
      {loads && loads.length > 0 && (
        <LoadsTimeline loads={loads} from={span?.from} to={span?.to} onLoad={chooseLoad} />
      )}
      <Section title={translate("app.history.moments")} hint={translate("app.history.moments_hint")}>
        <Stack spacing={1.5}>
          <Stack direction="row" spacing={3} useFlexGap sx={{ flexWrap: "wrap" }}>
            <MomentChoice
              datasetId={dataset.id}
              label="app.history.from"
              moment={{ iso: from, load: loadAt(loads, from) }}
              onMoment={({ iso }) => iso && choose({ from: iso, to })}
            />
            <MomentChoice
              datasetId={dataset.id}
              label="app.history.to"
              moment={{ iso: to, load: loadAt(loads, to) }}
              onMoment={({ iso }) => from && choose({ from, to: iso })}
            />
          </Stack>
          {span && (
            <Compared
              description={description}
              span={span}
              load={loads?.find(({ id }) => id === span.load)}
            />
          )}
        </Stack>
      </Section>
      {problem && span && problemOf(problem).code === ARCHIVED ? (
        <ArchivedProblem problem={problemOf(problem)} datasetId={dataset.id} moment={span.from} />
      ) : problem ? (
        <ProblemAlert problem={problemOf(problem)} />
      ) : null}
      {difference.data && <Figures difference={difference.data} />}
      {difference.data && span && (
        <Box
          sx={{
            display: "grid",
            gap: 2,
            gridTemplateColumns: { lg: "minmax(240px, 1fr) 3fr" },
            alignItems: "start",
          }}
        >
          <Columns difference={difference.data} />
          <Box sx={{ minWidth: 0, gridColumn: { lg: "auto / -1" } }}>
            <DiffRows key={`${span.from} ${span.to}`} description={description} span={span} />
          </Box>
        </Box>
      )}
    </Stack>
  );
}

/** How a dataset differs between two moments, or by what one load did. */
export default function Comparison() {
  const translate = useTranslate();
  const { dataset = "" } = useParams();
  const { description, error } = useDescription(dataset);
  const crumbs = [
    { label: translate("app.dataset.title"), to: "/datasets" },
    { label: dataset, to: `/records/${dataset}` },
  ];
  return (
    <Page
      title={translate("app.history.title", { name: dataset })}
      crumbs={crumbs}
      subtitle={translate("app.history.subtitle")}
    >
      {error ? <ProblemAlert problem={problemOf(error)} /> : null}
      {description && <Content key={description.dataset.id} description={description} />}
    </Page>
  );
}
