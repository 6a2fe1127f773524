import { Button, Link as MuiLink, Stack, Typography } from "@mui/material";
import { type ReactNode, useEffect, useState } from "react";
import { Link, useTranslate } from "react-admin";
import { useParams } from "react-router-dom";
import { change, useChange, useForget } from "../access/api.ts";
import { Gate } from "../access/Gate.tsx";
import { type Column, PlainTable } from "../access/PlainTable.tsx";
import { personName, usePeopleById } from "../access/usePeople.ts";
import { Ago, Count, Moment } from "../components/Figures.tsx";
import { Page } from "../components/Page.tsx";
import { ProblemAlert } from "../components/ProblemAlert.tsx";
import { Section } from "../components/Section.tsx";
import { Tile, Tiles } from "../components/Tiles.tsx";
import { HoldNotice } from "../holds/HoldNotice.tsx";
import { useHolds, wholeHolds } from "../holds/useHolds.ts";
import { useMay } from "../layout/useSession.ts";
import { problemOf } from "../providers/errors.ts";
import { Archives } from "./Archives.tsx";
import { PreviewPanel } from "./PreviewPanel.tsx";
import { RuleDialog } from "./RuleDialog.tsx";
import {
  type Retained,
  type RunEvent,
  useResultText,
  useRetention,
  useRuleText,
  useRuns,
} from "./useRetention.ts";

function Facts({ dataset }: { dataset: Retained }) {
  const translate = useTranslate();
  const ruleText = useRuleText();
  const resultText = useResultText();
  const { rule, historyFrom } = dataset;
  const tile = (label: string, value: ReactNode) => (
    <Tile label={translate(`app.retention.${label}`)}>{value}</Tile>
  );
  return (
    <Tiles>
      {tile("rule", ruleText(rule))}
      {rule &&
        tile(
          "last_run",
          <>
            {resultText(rule)}
            {rule.lastRunAt && (
              <Typography variant="body2" color="textSecondary">
                <Ago at={rule.lastRunAt} />
              </Typography>
            )}
          </>,
        )}
      {rule && tile("next_run", <Moment at={rule.nextRunAt} />)}
      {tile("from", historyFrom ? <Moment at={historyFrom} /> : translate("app.retention.whole"))}
    </Tiles>
  );
}

function Runs({ dataset }: { dataset: Retained }) {
  const translate = useTranslate();
  const ruleText = useRuleText();
  const runs = useRuns(dataset.id, true);
  const people = usePeopleById((runs ?? []).map(({ actorId }) => actorId));
  const columns: Column<RunEvent>[] = [
    {
      label: "app.retention.when",
      cell: ({ id, at }) => (
        <MuiLink component={Link} to={`/audit/event/${id}`}>
          <Moment at={at} />
        </MuiLink>
      ),
    },
    {
      label: "app.retention.what",
      cell: ({ action, detail }) => (
        <>
          {translate(`app.retention.event.${action}`, { _: action })}
          {action === "retention.set" && detail.action && (
            <Typography variant="body2" color="textSecondary">
              {ruleText({
                keepVersions: detail.keep_versions ?? null,
                keepDays: detail.keep_days ?? null,
                action: detail.action,
              })}
            </Typography>
          )}
        </>
      ),
    },
    {
      label: "app.retention.versions",
      align: "right",
      cell: ({ detail }) => (detail.versions === undefined ? "–" : <Count value={detail.versions} />),
    },
    {
      label: "app.retention.by",
      cell: ({ actorId, actorKind }) =>
        actorId
          ? personName(people.get(actorId), actorId)
          : translate(`app.security.actors.${actorKind}`, { _: actorKind }),
    },
  ];
  return (
    <Section flush title={translate("app.retention.runs")} hint={translate("app.retention.runs_hint")}>
      <PlainTable rows={runs} columns={columns} keyOf={({ id }) => id} empty="app.retention.no_runs" />
    </Section>
  );
}

/** Longest that a page looks every second for a run's end; after that now and then, as ever. */
const MAX_RUNNING_MS = 120_000;

/** Starting a run, and whether it goes on: until the rule tells of a later one. */
function useRunNow(dataset: Retained | null | undefined) {
  const [began, setBegan] = useState<{ before: string | null } | null>(null);
  const start = useChange(async (of: Retained) => {
    await change("runRetention", { datasetId: of.id });
    setBegan({ before: of.rule?.lastRunAt ?? null });
  }, "app.retention.started");
  const forget = useForget();
  const lastRunAt = dataset?.rule?.lastRunAt ?? null;
  useEffect(() => {
    if (!began) return;
    if (began.before !== lastRunAt) {
      setBegan(null);
      // What it moved shows in the preview, the archives and the trail.
      void forget();
    }
    const timer = setTimeout(() => setBegan(null), MAX_RUNNING_MS);
    return () => clearTimeout(timer);
  }, [began, lastRunAt, forget]);
  return { start, running: began };
}

function Content({ dataset, name, running }: { dataset: Retained; name: string; running: boolean }) {
  const translate = useTranslate();
  const maySeeTrail = useMay("audit.view");
  const { holds } = useHolds();
  const { archives, archiveCount } = useRetention(name, running);
  const [hold] = wholeHolds(holds, dataset.id);
  const { rule } = dataset;
  return (
    <>
      {hold && <HoldNotice hold={hold} />}
      <Facts dataset={dataset} />
      {rule && (
        <Section title={translate("app.retention.preview")}>
          <PreviewPanel datasetId={dataset.id} limits={rule} action={rule.action} />
        </Section>
      )}
      <Archives archives={archives} count={archiveCount} />
      {maySeeTrail && <Runs dataset={dataset} />}
    </>
  );
}

/** One dataset's retention: its rule, what a run would do and what runs did, and what lies in archives. */
export default function RetentionShow() {
  const translate = useTranslate();
  const { dataset: name = "" } = useParams();
  const mayEdit = useMay("compliance.edit");
  const [editing, setEditing] = useState(false);
  const [busy, setBusy] = useState(false);
  const { dataset, error } = useRetention(name, busy);
  const { start, running } = useRunNow(dataset);
  useEffect(() => setBusy(running !== null), [running]);
  const title = translate("app.retention.of", { name });
  return (
    <Gate permissions={["compliance.view"]} title={title}>
      <Page
        title={title}
        crumbs={[{ label: translate("app.retention.title"), to: "/retention" }]}
        subtitle={
          dataset && (
            <MuiLink component={Link} to={`/datasets/${dataset.id}/show`}>
              {translate("app.dataset.one")}
            </MuiLink>
          )
        }
        actions={
          dataset &&
          mayEdit && (
            <>
              {dataset.rule && (
                <Button variant="outlined" loading={start.busy || busy} onClick={() => start.act(dataset)}>
                  {translate("app.retention.run")}
                </Button>
              )}
              <Button variant="contained" onClick={() => setEditing(true)}>
                {translate(dataset.rule ? "app.retention.change" : "app.retention.set")}
              </Button>
            </>
          )
        }
      >
        <Stack spacing={2}>
          {error ? <ProblemAlert problem={problemOf(error)} /> : null}
          {start.problem && <ProblemAlert problem={start.problem} />}
          {busy && (
            <Typography role="status" color="textSecondary">
              {translate("app.retention.running")}
            </Typography>
          )}
          {dataset === null && <ProblemAlert problem={{ code: "DS001", message: "no such dataset" }} />}
          {dataset && <Content dataset={dataset} name={name} running={busy} />}
        </Stack>
        {dataset && editing && <RuleDialog dataset={dataset} onClose={() => setEditing(false)} />}
      </Page>
    </Gate>
  );
}
