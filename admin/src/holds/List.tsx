import HoldIcon from "@mui/icons-material/LockOutlined";
import { Box, Button, Chip, Stack, ToggleButton, ToggleButtonGroup, Typography } from "@mui/material";
import { useState } from "react";
import { useTranslate } from "react-admin";
import { Gate } from "../access/Gate.tsx";
import { type Column, PlainTable } from "../access/PlainTable.tsx";
import { useActorName, usePeopleById } from "../access/usePeople.ts";
import { EmptyState } from "../components/EmptyState.tsx";
import { Ago, Moment } from "../components/Figures.tsx";
import { Page } from "../components/Page.tsx";
import { ProblemAlert } from "../components/ProblemAlert.tsx";
import { Section } from "../components/Section.tsx";
import { useMay } from "../layout/useSession.ts";
import { problemOf } from "../providers/errors.ts";
import { EndDialog } from "./EndDialog.tsx";
import { PlaceDialog } from "./PlaceDialog.tsx";
import { ReleaseDialog } from "./ReleaseDialog.tsx";
import { type Hold, type HoldDataset, useHolds } from "./useHolds.ts";

/** What a hold covers, in words. */
function useScopeText(datasets: HoldDataset[]): (hold: Hold) => string {
  const translate = useTranslate();
  return ({ datasetId, rowCount }) => {
    if (!datasetId) return translate("app.hold.scopes.organization");
    const name = datasets.find(({ id }) => id === datasetId)?.name ?? "…";
    return rowCount ? translate("app.hold.rows_of", { smart_count: rowCount, name }) : name;
  };
}

/** What would go on without it. */
function Stops({ hold, datasets }: { hold: Hold; datasets: HoldDataset[] }) {
  const translate = useTranslate();
  const ruled = datasets.filter(({ retentionRuleByDatasetId: rule }) => rule !== null);
  const word = (key: string, more?: object) => translate(`app.hold.stop.${key}`, more);
  const stops = !hold.datasetId
    ? [
        ...(ruled.length > 0 ? [word("retention_all", { smart_count: ruled.length })] : []),
        word("erasure"),
        word("drop_all"),
        word("raw"),
      ]
    : [
        ...(ruled.some(({ id }) => id === hold.datasetId)
          ? [word(hold.rowCount ? "retention_rows" : "retention")]
          : []),
        word("erasure"),
        word("drop"),
      ];
  return (
    <Typography variant="body2" sx={{ maxWidth: 320 }}>
      {stops.join(", ")}
    </Typography>
  );
}

type Shown = "in_force" | "all";

/** A hold that gets another end, or is released. */
interface Chosen {
  hold: Hold;
  ends: boolean;
}

const stateOf = ({ releasedAt, lapsed, noticedAt }: Hold) =>
  releasedAt ? (lapsed ? "lapsed" : "released") : noticedAt ? "ending" : "in_force";

/** When it ends by itself, and whether that was told. */
function Ends({ hold: { endsAt, noticedAt, releasedAt } }: { hold: Hold }) {
  const translate = useTranslate();
  if (!endsAt) return translate("app.hold.no_until");
  return (
    <>
      <Moment at={endsAt} />
      {noticedAt && !releasedAt && (
        <Typography variant="body2" color="textSecondary">
          {translate("app.hold.noticed")} <Ago at={noticedAt} />
        </Typography>
      )}
    </>
  );
}

function Acts({ hold, act }: { hold: Hold; act: (chosen: Chosen) => void }) {
  const translate = useTranslate();
  const mayRelease = useMay("compliance.approve");
  const mayPlace = useMay("compliance.create");
  if (hold.releasedAt) return null;
  return (
    <Stack direction="row" spacing={0.5}>
      {mayPlace && <Button onClick={() => act({ hold, ends: true })}>{translate("app.hold.end")}</Button>}
      {mayRelease && (
        <Button onClick={() => act({ hold, ends: false })}>{translate("app.hold.release")}</Button>
      )}
    </Stack>
  );
}

function useColumns(datasets: HoldDataset[], holds: Hold[], act: (chosen: Chosen) => void) {
  const translate = useTranslate();
  const scopeText = useScopeText(datasets);
  const actorName = useActorName();
  const people = usePeopleById(holds.flatMap(({ placedBy, releasedBy }) => [placedBy, releasedBy]));
  const columns: Column<Hold>[] = [
    {
      label: "app.hold.scope",
      cell: (hold) => (
        <>
          <Typography sx={{ fontWeight: 600 }}>{scopeText(hold)}</Typography>
          <Chip
            color={hold.releasedAt ? "default" : "warning"}
            label={translate(`app.hold.state.${stateOf(hold)}`)}
          />
        </>
      ),
    },
    {
      label: "app.hold.reason",
      cell: ({ reason, releasedAt, releasedBy, releaseReason, lapsed }) => (
        <Box sx={{ maxWidth: 360, overflowWrap: "anywhere" }}>
          {reason}
          {releasedAt && (
            <Typography variant="body2" color="textSecondary">
              {lapsed
                ? translate("app.hold.lapsed")
                : translate("app.hold.released_by", { name: actorName(people, releasedBy) })}
              , <Ago at={releasedAt} />
              {!lapsed && `: ${releaseReason}`}
            </Typography>
          )}
        </Box>
      ),
    },
    {
      label: "app.hold.by",
      cell: ({ placedBy, placedAt }) => (
        <>
          {actorName(people, placedBy)}
          <Typography variant="body2" color="textSecondary">
            <Ago at={placedAt} />
          </Typography>
        </>
      ),
    },
    {
      label: "app.hold.until",
      cell: (hold) => <Ends hold={hold} />,
    },
    {
      label: "app.hold.stops",
      cell: (hold) => (hold.releasedAt ? "–" : <Stops hold={hold} datasets={datasets} />),
    },
    {
      label: null,
      cell: (hold) => <Acts hold={hold} act={act} />,
    },
  ];
  return { columns, scopeText };
}

/** What may not be removed: holds in force, and those that were. */
export default function Holds() {
  const translate = useTranslate();
  const { holds, datasets, error } = useHolds();
  const [shown, setShown] = useState<Shown>("in_force");
  const [placing, setPlacing] = useState(false);
  const [chosen, setChosen] = useState<Chosen | null>(null);
  const mayPlace = useMay("compliance.create");
  const { columns, scopeText } = useColumns(datasets, holds ?? [], setChosen);
  const title = translate("app.hold.title");
  const place = mayPlace && (
    <Button variant="contained" onClick={() => setPlacing(true)}>
      {translate("app.hold.place")}
    </Button>
  );
  return (
    <Gate permissions={["compliance.view"]} title={title}>
      <Page title={title} subtitle={translate("app.hold.subtitle")} actions={place}>
        <Stack spacing={2}>
          {error ? <ProblemAlert problem={problemOf(error)} /> : null}
          {holds?.length === 0 ? (
            <Section>
              <EmptyState
                icon={<HoldIcon />}
                title={translate("app.hold.empty")}
                text={translate("app.hold.empty_text")}
              />
            </Section>
          ) : (
            <>
              <ToggleButtonGroup
                exclusive
                size="small"
                value={shown}
                aria-label={translate("app.hold.shown")}
                onChange={(_event, next: Shown | null) => next && setShown(next)}
              >
                <ToggleButton value="in_force">{translate("app.hold.in_force")}</ToggleButton>
                <ToggleButton value="all">{translate("app.hold.all")}</ToggleButton>
              </ToggleButtonGroup>
              <Section flush>
                <PlainTable
                  rows={holds?.filter(({ releasedAt }) => shown === "all" || !releasedAt)}
                  columns={columns}
                  keyOf={({ id }) => id}
                  empty="app.hold.none_in_force"
                />
              </Section>
              <Typography variant="body2" color="textSecondary">
                {translate("app.hold.no_end")}
              </Typography>
            </>
          )}
        </Stack>
        {placing && <PlaceDialog datasets={datasets} onClose={() => setPlacing(false)} />}
        {chosen?.ends && (
          <EndDialog hold={chosen.hold} what={scopeText(chosen.hold)} onClose={() => setChosen(null)} />
        )}
        {chosen && !chosen.ends && (
          <ReleaseDialog hold={chosen.hold} what={scopeText(chosen.hold)} onClose={() => setChosen(null)} />
        )}
      </Page>
    </Gate>
  );
}
