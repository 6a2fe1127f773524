import SetIcon from "@mui/icons-material/LibraryAddCheckOutlined";
import { Box, Button, Chip, Stack, Typography } from "@mui/material";
import { useState } from "react";
import { useTranslate } from "react-admin";
import { PlainTable } from "../access/PlainTable.tsx";
import { useMayOn } from "../access/useMayOn.ts";
import { useAct } from "../account/useAct.ts";
import { EmptyState } from "../components/EmptyState.tsx";
import { Count } from "../components/Figures.tsx";
import { ProblemAlert } from "../components/ProblemAlert.tsx";
import { Section } from "../components/Section.tsx";
import { problemOf } from "../providers/errors.ts";
import type { PartProps } from "./Room.tsx";
import { SetProposal } from "./SetProposal.tsx";
import { type Proposal, propose, type RuleSet, useRuleSets } from "./useRuleSets.ts";

interface Open {
  set: RuleSet;
  proposals: Proposal[];
}

function Described({ set, installed }: { set: RuleSet; installed: number | undefined }) {
  const translate = useTranslate();
  return (
    <Box sx={{ minWidth: 240 }}>
      <Stack direction="row" useFlexGap spacing={1} sx={{ alignItems: "center", flexWrap: "wrap" }}>
        <Typography sx={{ fontWeight: 600 }}>{set.title}</Typography>
        {installed !== undefined && (
          <Chip
            color={installed < set.version ? "warning" : "success"}
            label={translate(`app.quality.set.${installed < set.version ? "outdated" : "installed"}`, {
              version: installed,
              newest: set.version,
            })}
          />
        )}
      </Stack>
      <Typography variant="body2" color="textSecondary" sx={{ overflowWrap: "anywhere" }}>
        {set.description}
      </Typography>
    </Box>
  );
}

/** Rules that come ready-made, and what each set would ask of this dataset. */
export default function RuleSets({ dataset }: PartProps) {
  const translate = useTranslate();
  const { sets, installed, error } = useRuleSets(dataset.id);
  const mayAsk = useMayOn("quality.execute", dataset.id);
  const [open, setOpen] = useState<Open | null>(null);
  const look = useAct(async (set: RuleSet) =>
    setOpen({ set, proposals: await propose(set.setKey, dataset.id) }),
  );
  const word = (key: string, more?: object) => translate(`app.quality.set.${key}`, more);
  if (error) return <ProblemAlert problem={problemOf(error)} />;
  if (open) return <SetProposal dataset={dataset} {...open} onClose={() => setOpen(null)} />;
  return (
    <Stack spacing={2}>
      {look.problem && <ProblemAlert problem={look.problem} />}
      <Section flush title={translate("app.quality.part.sets")} hint={word("hint")}>
        {sets?.length === 0 ? (
          <EmptyState icon={<SetIcon />} title={word("empty")} text="" />
        ) : (
          <PlainTable
            rows={sets}
            keyOf={({ setKey }) => setKey}
            empty="app.quality.set.empty"
            columns={[
              {
                label: "app.quality.set.one",
                cell: (set) => <Described set={set} installed={installed.get(set.setKey)} />,
              },
              { label: "app.quality.set.publisher", cell: ({ publisher }) => publisher },
              {
                label: "app.quality.set.rules",
                align: "right",
                cell: ({ rules }) => <Count value={rules.length} />,
              },
              {
                label: "app.quality.set.installs",
                cell: ({ installs }) => word("organizations", { smart_count: Number(installs) }),
              },
              {
                label: null,
                cell: (set) =>
                  mayAsk && (
                    <Button
                      loading={look.busy}
                      onClick={() => look.act(set)}
                      aria-label={`${set.title}: ${word("propose")}`}
                    >
                      {word("propose")}
                    </Button>
                  ),
              },
            ]}
          />
        )}
      </Section>
    </Stack>
  );
}
