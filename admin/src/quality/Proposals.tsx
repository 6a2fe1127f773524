import { Box, Button, Checkbox, Chip, Stack, Typography } from "@mui/material";
import { type ReactNode, useState } from "react";
import { Link, useTranslate } from "react-admin";
import { change, useChange } from "../access/api.ts";
import { PlainTable } from "../access/PlainTable.tsx";
import { useMayOn } from "../access/useMayOn.ts";
import { ProblemAlert } from "../components/ProblemAlert.tsx";
import { Section } from "../components/Section.tsx";
import { useSays } from "./says.ts";
import { useShare } from "./share.ts";
import type { Definition } from "./types.ts";
import { type QualityDataset, useRules } from "./useQuality.ts";

interface Props {
  dataset: QualityDataset;
  rules: Definition[];
  origin: string;
  title: string;
  actions: ReactNode;
}

/** Saved one after another, so that what went well stays where one is refused. */
async function accept(dataset: QualityDataset, rules: Definition[], origin: string, deploy: boolean) {
  for (const { confidence: _c, evidence: _e, ...definition } of rules) {
    await change("putRule", { datasetId: dataset.id, definition, origin });
    if (deploy) await change("deployRule", { datasetId: dataset.id, name: definition.name });
  }
}

/** Rules that nobody has accepted yet, with what speaks for each. */
export function Proposals({ dataset, rules, origin, title, actions }: Props) {
  const translate = useTranslate();
  const says = useSays();
  const share = useShare();
  const mayCreate = useMayOn("quality.create", dataset.id);
  const mayDeploy = useMayOn("quality.edit", dataset.id);
  const { rules: saved } = useRules(dataset.id);
  const known = new Set((saved ?? []).map(({ name }) => name));
  const open = rules.filter(({ name }) => !known.has(name));
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set(rules.map(({ name }) => name)));
  const wanted = open.filter(({ name }) => chosen.has(name));
  const take = useChange(
    (list: Definition[], deploy: boolean) => accept(dataset, list, origin, deploy),
    "app.quality.suggest.accepted",
  );
  const toggle = (name: string) => {
    const next = new Set(chosen);
    if (!next.delete(name)) next.add(name);
    setChosen(next);
  };
  return (
    <Section flush title={title} hint={translate("app.quality.suggest.hint")} actions={actions}>
      <Stack spacing={1} sx={{ px: 2, pb: 1 }}>
        {take.problem && <ProblemAlert problem={take.problem} />}
        {mayCreate && (
          <Stack direction="row" useFlexGap spacing={1} sx={{ flexWrap: "wrap", alignItems: "center" }}>
            <Button
              variant="outlined"
              disabled={wanted.length === 0}
              loading={take.busy}
              onClick={() => take.act(wanted, false)}
            >
              {translate("app.quality.suggest.accept", { smart_count: wanted.length })}
            </Button>
            {mayDeploy && (
              <Button
                variant="contained"
                disabled={wanted.length === 0}
                loading={take.busy}
                onClick={() => take.act(wanted, true)}
              >
                {translate("app.quality.suggest.accept_deploy", { smart_count: wanted.length })}
              </Button>
            )}
            <Button
              onClick={() =>
                setChosen(new Set(wanted.length === open.length ? [] : open.map(({ name }) => name)))
              }
            >
              {translate(
                wanted.length === open.length ? "app.quality.suggest.none" : "app.quality.suggest.all",
              )}
            </Button>
          </Stack>
        )}
      </Stack>
      <PlainTable
        rows={rules}
        keyOf={({ name }) => name}
        empty="app.quality.suggest.nothing"
        columns={[
          {
            label: "app.quality.suggest.choose",
            cell: ({ name }) =>
              known.has(name) ? (
                <Chip label={translate("app.quality.suggest.known")} />
              ) : (
                <Checkbox
                  size="small"
                  checked={chosen.has(name)}
                  disabled={!mayCreate}
                  onChange={() => toggle(name)}
                  slotProps={{
                    input: { "aria-label": translate("app.quality.suggest.choose_one", { name }) },
                  }}
                />
              ),
          },
          {
            label: "app.quality.rule.one",
            cell: (rule) => (
              <Box sx={{ minWidth: 260 }}>
                <Typography sx={{ fontWeight: 600 }}>{rule.name}</Typography>
                <Typography variant="body2" color="textSecondary" sx={{ overflowWrap: "anywhere" }}>
                  {says.condition(rule)}
                </Typography>
              </Box>
            ),
          },
          {
            label: "app.quality.rule.kind",
            cell: ({ kind }) => translate(`app.quality.kind.${kind}`, { _: kind }),
          },
          {
            label: "app.quality.suggest.confidence",
            align: "right",
            cell: ({ confidence }) => (confidence === undefined ? "–" : share(confidence)),
          },
          { label: "app.quality.suggest.evidence", cell: ({ evidence }) => evidence ?? "–" },
          {
            label: null,
            cell: (rule) =>
              known.has(rule.name) ? (
                <Button component={Link} to={`/quality/${dataset.name}/rules/${rule.name}`}>
                  {translate("ra.action.show")}
                </Button>
              ) : (
                mayCreate && (
                  <Button
                    loading={take.busy}
                    onClick={() => take.act([rule], false)}
                    aria-label={translate("app.quality.suggest.accept_one", { name: rule.name })}
                  >
                    {translate("app.quality.suggest.accept_short")}
                  </Button>
                )
              ),
          },
        ]}
      />
    </Section>
  );
}
