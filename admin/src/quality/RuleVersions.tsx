import { Box, Button, Chip, Stack, Typography } from "@mui/material";
import { useTranslate } from "react-admin";
import { change, useChange } from "../access/api.ts";
import { personName, usePeopleById } from "../access/usePeople.ts";
import { Ago } from "../components/Figures.tsx";
import { ProblemAlert } from "../components/ProblemAlert.tsx";
import { Section } from "../components/Section.tsx";
import { useSays } from "./says.ts";
import { definitionOf, type Rule } from "./types.ts";

interface Props {
  datasetId: string;
  rule: Rule;
  mayDeploy: boolean;
}

/** Every version of the rule; deploying an earlier one rolls back. */
export function RuleVersions({ datasetId, rule, mayDeploy }: Props) {
  const translate = useTranslate();
  const says = useSays();
  const versions = rule.ruleVersions.nodes;
  const people = usePeopleById(versions.map(({ savedBy }) => savedBy));
  const deploy = useChange(
    (version: number) => change("deployRule", { datasetId, name: rule.name, version }),
    "app.quality.rule.deployed",
  );
  return (
    <Section
      title={translate("app.quality.rule.versions")}
      hint={translate("app.quality.rule.versions_hint")}
    >
      {deploy.problem && <ProblemAlert problem={deploy.problem} />}
      <Box component="ol" sx={{ listStyle: "none", m: 0, p: 0 }}>
        {versions.map((version) => {
          const definition = definitionOf(rule.name, version);
          const deployed = version.version === rule.deployedVersion;
          return (
            <Box
              component="li"
              key={version.version}
              sx={{
                py: 1.25,
                borderTop: 1,
                borderColor: "divider",
                "&:first-of-type": { borderTop: 0, pt: 0 },
              }}
            >
              <Stack direction="row" useFlexGap spacing={1} sx={{ alignItems: "center", flexWrap: "wrap" }}>
                <Typography component="h3" sx={{ fontWeight: 650 }}>
                  {translate("app.record.version", { version: version.version })}
                </Typography>
                {deployed && <Chip color="success" label={translate("app.quality.rule.state.deployed")} />}
                <Box sx={{ flex: 1 }} />
                {mayDeploy && !deployed && (
                  <Button
                    loading={deploy.busy}
                    onClick={() => deploy.act(version.version)}
                    aria-label={translate("app.quality.rule.deploy_version", { version: version.version })}
                  >
                    {translate(
                      rule.deployedVersion !== null && version.version < rule.deployedVersion
                        ? "app.quality.rule.roll_back"
                        : "app.quality.rule.deploy",
                    )}
                  </Button>
                )}
              </Stack>
              <Typography variant="body2" sx={{ overflowWrap: "anywhere" }}>
                {says.condition(definition)}. {says.rest(definition)}
              </Typography>
              <Typography variant="body2" color="textSecondary">
                {version.savedBy && `${personName(people.get(version.savedBy), version.savedBy)} · `}
                <Ago at={version.createdAt} />
                {version.note && ` · ${version.note}`}
              </Typography>
            </Box>
          );
        })}
      </Box>
    </Section>
  );
}
