import { Button, Stack, Tab, Tabs } from "@mui/material";
import { type ComponentType, Suspense } from "react";
import { Link, useTranslate } from "react-admin";
import { useParams } from "react-router-dom";
import { Gate } from "../access/Gate.tsx";
import { lazily } from "../components/lazily.ts";
import { Page } from "../components/Page.tsx";
import { ProblemAlert } from "../components/ProblemAlert.tsx";
import { problemOf } from "../providers/errors.ts";
import { type QualityDataset, useQualityDataset } from "./useQuality.ts";

export interface PartProps {
  dataset: QualityDataset;
}

const PARTS: { name: string; content: ComponentType<PartProps> }[] = [
  { name: "score", content: lazily(() => import("./Scorecard.tsx")) },
  { name: "rules", content: lazily(() => import("./Rules.tsx")) },
  { name: "suggestions", content: lazily(() => import("./Suggestions.tsx")) },
  { name: "sets", content: lazily(() => import("./RuleSets.tsx")) },
  { name: "profile", content: lazily(() => import("../profiles/Profile.tsx")) },
  { name: "anomalies", content: lazily(() => import("../anomalies/Anomalies.tsx")) },
];

const addressOf = (dataset: string, part: string): string =>
  part === "score" ? `/quality/${dataset}` : `/quality/${dataset}/${part}`;

/** All that is known of how good a dataset's data is, in parts. */
export default function QualityRoom() {
  const translate = useTranslate();
  const { dataset: name = "", part = "score" } = useParams();
  const { dataset, error } = useQualityDataset(name);
  const current = PARTS.find((one) => one.name === part) ?? PARTS[0]!;
  const Content = current.content;
  const title = translate("app.quality.of", { name });
  return (
    <Gate permissions={["quality.view"]} title={title}>
      <Page
        title={title}
        subtitle={translate(`app.quality.part_hint.${current.name}`)}
        crumbs={[{ label: translate("app.quality.title"), to: "/quality" }]}
        actions={
          dataset && (
            <Button component={Link} to={`/datasets/${dataset.id}/show`} variant="outlined">
              {translate("app.run.to_dataset")}
            </Button>
          )
        }
      >
        <Tabs
          value={current.name}
          aria-label={title}
          variant="scrollable"
          scrollButtons={false}
          sx={{ mb: 2 }}
        >
          {PARTS.map((one) => (
            <Tab
              key={one.name}
              value={one.name}
              id={`quality-tab-${one.name}`}
              aria-controls="quality-panel"
              component={Link}
              to={addressOf(name, one.name)}
              label={translate(`app.quality.part.${one.name}`)}
            />
          ))}
        </Tabs>
        <div role="tabpanel" id="quality-panel" aria-labelledby={`quality-tab-${current.name}`}>
          <Stack spacing={2}>
            {error ? <ProblemAlert problem={problemOf(error)} /> : null}
            {dataset === null && (
              <ProblemAlert
                severity="warning"
                problem={{ code: "NOT_FOUND", message: translate("app.quality.gone") }}
              />
            )}
            {dataset && (
              <Suspense>
                <Content key={dataset.id} dataset={dataset} />
              </Suspense>
            )}
          </Stack>
        </div>
      </Page>
    </Gate>
  );
}
