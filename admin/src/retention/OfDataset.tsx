import { Button, Typography } from "@mui/material";
import { Link, useTranslate } from "react-admin";
import { Section } from "../components/Section.tsx";
import { HoldNotice } from "../holds/HoldNotice.tsx";
import { useHolds, wholeHolds } from "../holds/useHolds.ts";
import { useMay } from "../layout/useSession.ts";
import { useResultText, useRetention, useRuleText } from "./useRetention.ts";

/** On a dataset's page: how long it keeps what was superseded, and what keeps it from going. */
export function RetentionOfDataset({ name }: { name: string }) {
  const translate = useTranslate();
  const may = useMay("compliance.view");
  const ruleText = useRuleText();
  const resultText = useResultText();
  const { dataset } = useRetention(name);
  const { holds } = useHolds(may);
  if (!may || !dataset) return null;
  const { rule } = dataset;
  const [hold] = wholeHolds(holds, dataset.id);
  return (
    <Section
      title={translate("app.retention.title")}
      actions={
        <Button component={Link} to={`/retention/${name}`} variant="outlined">
          {translate("app.retention.open")}
        </Button>
      }
    >
      <Typography>{ruleText(rule)}</Typography>
      {rule && (
        <Typography variant="body2" color="textSecondary" sx={{ mb: hold ? 1.5 : 0 }}>
          {translate("app.retention.last_run")}: {resultText(rule)}
        </Typography>
      )}
      {hold && <HoldNotice hold={hold} />}
    </Section>
  );
}
