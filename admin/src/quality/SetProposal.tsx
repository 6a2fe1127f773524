import { Alert, Box, Button, Checkbox, Stack, Typography } from "@mui/material";
import { useState } from "react";
import { useTranslate } from "react-admin";
import { useForget } from "../access/api.ts";
import { PlainTable } from "../access/PlainTable.tsx";
import { useRuleMeaning } from "../access/systemTexts.ts";
import { useMayOn } from "../access/useMayOn.ts";
import { useAct } from "../account/useAct.ts";
import { formatNumber } from "../components/format.ts";
import { ProblemAlert } from "../components/ProblemAlert.tsx";
import { Section } from "../components/Section.tsx";
import { useLanguage } from "../components/useLanguage.ts";
import { inWords } from "../providers/in-language.ts";
import { useSays } from "./says.ts";
import { useShare } from "./share.ts";
import type { QualityDataset } from "./useQuality.ts";
import { install, type Proposal, type RuleSet } from "./useRuleSets.ts";

const keyOf = ({ rule, fields }: Proposal): string => `${rule} ${JSON.stringify(fields)}`;

function Asked({ set, proposal }: { set: RuleSet; proposal: Proposal }) {
  const says = useSays();
  const meaning = useRuleMeaning();
  const { name, rule, definition, problem } = proposal;
  return (
    <Box sx={{ minWidth: 260 }}>
      <Typography sx={{ fontWeight: 600 }}>{name}</Typography>
      <Typography variant="body2" sx={{ overflowWrap: "anywhere" }}>
        {says.condition(definition)}
      </Typography>
      <Typography variant="body2" color="textSecondary">
        {meaning(set.setKey, rule, definition.description ?? "")}
      </Typography>
      {problem && (
        <Typography variant="body2" color="error">
          {inWords(problem)}
        </Typography>
      )}
    </Box>
  );
}

function Sample({ sample }: Pick<Proposal, "sample">) {
  const translate = useTranslate();
  const locale = useLanguage();
  if (!sample) return "–";
  const word = (key: string, more?: object) => translate(`app.quality.set.${key}`, more);
  return (
    <>
      {sample.failures > 0 ? word("fails", { smart_count: sample.failures }) : word("none_fails")}
      <Typography variant="body2" color="textSecondary">
        {word("sample", { rows: formatNumber(locale, sample.rows) })}
      </Typography>
    </>
  );
}

interface Props {
  dataset: QualityDataset;
  set: RuleSet;
  proposals: Proposal[];
  onClose: () => void;
}

/** What a set would ask of the dataset, rule by rule, to be taken as drafts or at once. */
export function SetProposal({ dataset, set, proposals, onClose }: Props) {
  const translate = useTranslate();
  const share = useShare();
  const forget = useForget();
  const may = [useMayOn("quality.create", dataset.id), useMayOn("quality.edit", dataset.id)].every(Boolean);
  const [chosen, setChosen] = useState<ReadonlySet<string>>(
    new Set(proposals.filter(({ accepted }) => accepted).map(keyOf)),
  );
  const [done, setDone] = useState<Awaited<ReturnType<typeof install>> | null>(null);
  const wanted = proposals.filter((one) => chosen.has(keyOf(one)));
  const take = useAct(async (deploy: boolean) => {
    setDone(await install(set.setKey, dataset.id, wanted, deploy));
    await forget();
  });
  const toggle = (key: string) => {
    const next = new Set(chosen);
    if (!next.delete(key)) next.add(key);
    setChosen(next);
  };
  const word = (key: string, more?: object) => translate(`app.quality.set.${key}`, more);
  const buttons = (
    <Stack direction="row" useFlexGap spacing={1} sx={{ flexWrap: "wrap" }}>
      {may && proposals.length > 0 && (
        <>
          <Button
            variant="outlined"
            disabled={wanted.length === 0}
            loading={take.busy}
            onClick={() => take.act(false)}
          >
            {word("install", { smart_count: wanted.length })}
          </Button>
          <Button
            variant="contained"
            disabled={wanted.length === 0}
            loading={take.busy}
            onClick={() => take.act(true)}
          >
            {word("install_deploy", { smart_count: wanted.length })}
          </Button>
        </>
      )}
      <Button onClick={onClose}>{word("back")}</Button>
    </Stack>
  );
  return (
    <Stack spacing={2}>
      {take.problem && <ProblemAlert problem={take.problem} />}
      {done && (
        <Alert severity={done.left_out.length > 0 ? "warning" : "success"} role="status">
          {word("done")}
          {done.left_out.length > 0 && (
            <Box
              component="ul"
              sx={{ m: 0, mt: 0.5, pl: 2.5 }}
              aria-label={word("left_out", { smart_count: done.left_out.length })}
            >
              {done.left_out.map(({ rule, name, why }) => (
                <li key={`${rule} ${name}`}>
                  <code>{name ?? rule}</code>: {inWords(why)}
                </li>
              ))}
            </Box>
          )}
        </Alert>
      )}
      <Section
        flush
        title={word("proposal", { title: set.title, name: dataset.name })}
        hint={word("proposal_hint")}
        actions={buttons}
      >
        <PlainTable
          rows={proposals}
          keyOf={keyOf}
          empty="app.quality.set.nothing"
          columns={[
            {
              label: "app.quality.suggest.choose",
              cell: (one) => (
                <Checkbox
                  size="small"
                  checked={chosen.has(keyOf(one))}
                  disabled={!may || one.problem !== null}
                  onChange={() => toggle(keyOf(one))}
                  slotProps={{
                    input: { "aria-label": translate("app.quality.suggest.choose_one", { name: one.name }) },
                  }}
                />
              ),
            },
            { label: "app.quality.rule.one", cell: (one) => <Asked set={set} proposal={one} /> },
            { label: "app.quality.set.fields", cell: ({ fields }) => Object.values(fields).join(", ") },
            {
              label: "app.quality.suggest.confidence",
              align: "right",
              cell: ({ confidence }) => share(confidence),
            },
            { label: "app.quality.found", cell: ({ sample }) => <Sample sample={sample} /> },
          ]}
        />
      </Section>
    </Stack>
  );
}
