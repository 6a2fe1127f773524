import { Alert, Box, Button, Stack, TextField, Typography } from "@mui/material";
import { useState } from "react";
import { useRedirect, useTranslate } from "react-admin";
import { useParams } from "react-router-dom";
import { AskDialog } from "../access/AskDialog.tsx";
import { change, useChange } from "../access/api.ts";
import { Gate } from "../access/Gate.tsx";
import { useColumns } from "../access/useDatasets.ts";
import { useMayOn } from "../access/useMayOn.ts";
import { useAct } from "../account/useAct.ts";
import { Page } from "../components/Page.tsx";
import { ProblemAlert } from "../components/ProblemAlert.tsx";
import { Section } from "../components/Section.tsx";
import { problemOf } from "../providers/errors.ts";
import { RuleStateChip } from "./Chips.tsx";
import { type Draft, draftOf, EMPTY, proposedName, readDraft } from "./draft.ts";
import { KINDS } from "./kinds.ts";
import { Origin } from "./Origin.tsx";
import { ConditionFields, OutcomeFields } from "./RuleFields.tsx";
import { RuleResults } from "./RuleResults.tsx";
import { RuleVersions } from "./RuleVersions.tsx";
import { useSays } from "./says.ts";
import { type Trial, TrialPanel } from "./TrialPanel.tsx";
import { definitionOf, type Result, type Rule, stateOf } from "./types.ts";
import { type QualityDataset, useQualityDataset, useRule } from "./useQuality.ts";

const PAST_LOADS = 40;

interface WorkshopProps {
  dataset: QualityDataset;
  /** Null: a rule that is yet to be. */
  rule: Rule | null;
  results: Result[];
}

/** The rule's sentence, so that what the form means is read before it is tried. */
function Sentence({ draft }: { draft: Draft }) {
  const translate = useTranslate();
  const says = useSays();
  const { definition } = readDraft(draft);
  return (
    <Alert severity="info" icon={false} sx={{ mt: 1.5 }}>
      <Typography variant="body2" color="textSecondary">
        {translate("app.quality.rule.in_words")}
      </Typography>
      <Typography sx={{ fontWeight: 600, overflowWrap: "anywhere" }}>
        {definition ? `${says.condition(definition)}.` : translate("app.ingest.not_json")}
      </Typography>
      {definition && <Typography variant="body2">{says.rest(definition)}</Typography>}
    </Alert>
  );
}

/** As long as the worker takes for it, and a little more. */
const MAX_TRIAL_MS = 240_000;
const POLL_MS = 700;

/** A rule that is SQL is tried by the worker; its answer is given once. */
async function trySqlRule(asked: Record<string, unknown>): Promise<Trial> {
  const { result: trialId } = await change<{ result: string }>("startRuleTrial", asked, "result");
  const until = Date.now() + MAX_TRIAL_MS;
  while (Date.now() < until) {
    const { result } = await change<{ result: (Trial & { error: string | null }) | null }>(
      "takeRuleTrial",
      { trialId },
      "result",
    );
    if (result?.error) throw new Error(result.error);
    if (result) return result;
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
  throw new Error("the dry run has not ended in time");
}

function useWorkshop({ dataset, rule }: WorkshopProps) {
  const translate = useTranslate();
  const redirect = useRedirect();
  const newest = rule?.ruleVersions.nodes[0];
  const saved = rule && newest ? draftOf(definitionOf(rule.name, newest)) : null;
  const [draft, setDraft] = useState<Draft>(saved ?? EMPTY);
  const [trial, setTrial] = useState<Trial | null>(null);
  const given = () => {
    const { definition } = readDraft({ ...draft, name: draft.name || proposedName(draft) });
    if (!definition) throw new Error(translate("app.ingest.not_json"));
    return definition;
  };
  const tryIt = useAct(async (loads: number) => {
    const definition = given();
    const asked = { datasetId: dataset.id, definition, loads };
    setTrial(
      definition.kind === "sql"
        ? await trySqlRule(asked)
        : (await change<{ result: Trial }>("tryRule", asked, "result")).result,
    );
  });
  const put = async () => {
    const definition = given();
    await change("putRule", { datasetId: dataset.id, definition });
    return definition.name;
  };
  const leave = (name: string) => redirect(`/quality/${dataset.name}/rules/${name}`);
  const save = useChange(async () => leave(await put()), "app.quality.rule.saved");
  const deploy = useChange(async () => {
    const name = await put();
    await change("deployRule", { datasetId: dataset.id, name });
    leave(name);
  }, "app.quality.rule.deployed");
  const enable = useChange(
    (enabled: boolean) => change("setRuleEnabled", { datasetId: dataset.id, name: draft.name, enabled }),
    "app.ingest.saved",
  );
  const changed =
    saved === null || JSON.stringify({ ...saved, note: "" }) !== JSON.stringify({ ...draft, note: "" });
  return { draft, setDraft, trial, tryIt, save, deploy, enable, changed };
}

function Actions({
  work,
  props,
  onRemove,
}: {
  work: ReturnType<typeof useWorkshop>;
  props: WorkshopProps;
  onRemove: () => void;
}) {
  const translate = useTranslate();
  const { dataset, rule } = props;
  const word = (key: string) => translate(`app.quality.rule.${key}`);
  const mayEdit = useMayOn("quality.edit", dataset.id);
  const mayCreate = useMayOn("quality.create", dataset.id);
  const mayRemove = useMayOn("quality.delete", dataset.id);
  const may = rule ? mayEdit : mayCreate;
  const isLive = rule !== null && rule.deployedVersion !== null;
  return (
    <>
      {rule && mayRemove && (
        <Button color="error" onClick={onRemove}>
          {translate("ra.action.remove")}
        </Button>
      )}
      {rule && isLive && mayEdit && (
        <Button loading={work.enable.busy} onClick={() => work.enable.act(!rule.enabled)}>
          {word(rule.enabled ? "disable" : "enable")}
        </Button>
      )}
      {may && (
        <Button
          variant="outlined"
          disabled={!work.changed}
          loading={work.save.busy}
          onClick={() => work.save.act()}
        >
          {word("save")}
        </Button>
      )}
      {may && mayEdit && (
        <Button
          variant="contained"
          disabled={!work.changed && rule?.deployedVersion === rule?.version && rule?.enabled}
          loading={work.deploy.busy}
          onClick={() => work.deploy.act()}
        >
          {word("deploy")}
        </Button>
      )}
    </>
  );
}

function Workshop(props: WorkshopProps) {
  const { dataset, rule, results } = props;
  const translate = useTranslate();
  const redirect = useRedirect();
  const work = useWorkshop(props);
  const { draft, setDraft, trial, tryIt } = work;
  const [removing, setRemoving] = useState(false);
  const columns = useColumns(dataset.id).map(({ name }) => name);
  const mayTry = useMayOn("quality.execute", dataset.id);
  const mayDeploy = useMayOn("quality.edit", dataset.id);
  const word = (key: string) => translate(`app.quality.rule.${key}`);
  const problem = work.save.problem ?? work.deploy.problem ?? work.enable.problem ?? tryIt.problem;
  const fields = { draft, onChange: setDraft, columns, problem };
  const statistic = KINDS[draft.kind]?.statistic ?? false;
  return (
    <Page
      title={rule?.name ?? word("new")}
      crumbs={[
        { label: translate("app.quality.title"), to: "/quality" },
        { label: translate("app.quality.of", { name: dataset.name }), to: `/quality/${dataset.name}/rules` },
      ]}
      subtitle={
        rule ? (
          <Stack direction="row" spacing={1} sx={{ alignItems: "center" }}>
            <RuleStateChip state={stateOf(rule)} version={rule.deployedVersion ?? rule.version} />
            <Origin rule={rule} />
          </Stack>
        ) : (
          word("new_text")
        )
      }
      actions={<Actions work={work} props={props} onRemove={() => setRemoving(true)} />}
    >
      <Stack spacing={2}>
        {problem && <ProblemAlert problem={problem} />}
        <Box sx={{ display: "grid", gap: 2, gridTemplateColumns: { lg: "1fr 1fr" }, alignItems: "start" }}>
          <Section title={word("condition")} hint={word("condition_hint")}>
            {!rule && (
              <TextField
                label={translate("app.ingest.fields.name")}
                value={draft.name}
                placeholder={proposedName(draft)}
                error={problem?.field === "name"}
                helperText={word("name_help")}
                onChange={(event) => setDraft({ ...draft, name: event.target.value })}
                slotProps={{ htmlInput: { spellCheck: false }, inputLabel: { shrink: true } }}
              />
            )}
            <ConditionFields {...fields} />
            <Sentence draft={draft} />
          </Section>
          <Section title={word("outcome")} hint={word("outcome_hint")}>
            <OutcomeFields {...fields} />
          </Section>
        </Box>
        {mayTry && (
          <Section title={word("try")} hint={word("try_hint")}>
            <Stack direction="row" useFlexGap spacing={1} sx={{ flexWrap: "wrap" }}>
              <Button variant="outlined" loading={tryIt.busy} onClick={() => tryIt.act(0)}>
                {word("try_now")}
              </Button>
              <Button variant="contained" loading={tryIt.busy} onClick={() => tryIt.act(PAST_LOADS)}>
                {translate("app.quality.rule.try_past", { count: PAST_LOADS })}
              </Button>
            </Stack>
          </Section>
        )}
        {trial && <TrialPanel trial={trial} fields={draft.fields} statistic={statistic} />}
        {rule && <RuleResults dataset={dataset} rule={rule} results={results} fields={draft.fields} />}
        {rule && <RuleVersions datasetId={dataset.id} rule={rule} mayDeploy={mayDeploy} />}
      </Stack>
      {removing && rule && (
        <AskDialog
          title={translate("app.quality.rule.remove", { name: rule.name })}
          text={word("remove_text")}
          confirm={translate("ra.action.remove")}
          done="app.ingest.removed"
          act={async () => {
            await change("dropRule", { datasetId: dataset.id, name: rule.name });
            redirect(`/quality/${dataset.name}/rules`);
          }}
          onClose={() => setRemoving(false)}
        />
      )}
    </Page>
  );
}

function Missing({ title, error, what }: { title: string; error: unknown; what: string | null }) {
  const translate = useTranslate();
  return (
    <Page title={title} crumbs={[{ label: translate("app.quality.title"), to: "/quality" }]}>
      {error ? <ProblemAlert problem={problemOf(error)} /> : null}
      {what && <ProblemAlert severity="warning" problem={{ code: "NOT_FOUND", message: translate(what) }} />}
    </Page>
  );
}

function Existing({ dataset, name }: { dataset: QualityDataset; name: string }) {
  const { rule, results, error } = useRule(dataset.id, name);
  if (!rule)
    return <Missing title={name} error={error} what={rule === null ? "app.quality.rule.gone" : null} />;
  return (
    <Workshop key={`${rule.id} ${rule.version}`} dataset={dataset} rule={rule} results={results ?? []} />
  );
}

/** A rule: what it asks, tried before it is asked of loads, and all that it was before. */
export default function RuleEditor() {
  const translate = useTranslate();
  const { dataset: datasetName = "", rule } = useParams();
  const { dataset, error } = useQualityDataset(datasetName);
  const title = rule ?? translate("app.quality.rule.new");
  const permission = rule ? "quality.view" : "quality.create";
  return (
    <Gate permissions={[permission]} title={title}>
      {!dataset ? (
        <Missing title={title} error={error} what={dataset === null ? "app.quality.gone" : null} />
      ) : rule ? (
        <Existing dataset={dataset} name={rule} />
      ) : (
        <Workshop dataset={dataset} rule={null} results={[]} />
      )}
    </Gate>
  );
}
