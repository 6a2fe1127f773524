import { Stack, ToggleButton, ToggleButtonGroup, Typography } from "@mui/material";
import { useTranslate } from "react-admin";
import { change, type Nodes, useChange } from "../access/api.ts";
import { useMayOn } from "../access/useMayOn.ts";
import { ProblemAlert } from "../components/ProblemAlert.tsx";
import { useAsked } from "../connectors/useAsked.ts";

const VERDICTS = ["confirmed", "fixed", "expected"] as const;

const SAID = `query Judged($id: UUID!, $check: UUID!, $rule: String!) {
  judgements(first: 1, filter: { datasetId: { equalTo: $id }, checkId: { equalTo: $check },
    ruleName: { equalTo: $rule }, line: { isNull: true } }) { nodes { verdict } }
}`;

interface Props {
  datasetId: string;
  check: string;
  rule: string;
}

/** Whether the rule was right in a check: what its precision comes of. */
export function Judge({ datasetId, check, rule }: Props) {
  const translate = useTranslate();
  const may = useMayOn("quality.edit", datasetId);
  const { data } = useAsked<{ judgements: Nodes<{ verdict: string }> }>(SAID, {
    id: datasetId,
    check,
    rule,
  });
  const judge = useChange(
    (verdict: string) =>
      change("judgeFailures", { datasetId, checkId: check, ruleName: rule, verdict, note: "" }),
    "app.quality.judge.done",
  );
  if (!may) return null;
  return (
    <Stack spacing={0.5} sx={{ alignItems: { sm: "flex-end" } }}>
      <Typography variant="body2" color="textSecondary">
        {translate("app.quality.judge.ask")}
      </Typography>
      <ToggleButtonGroup
        exclusive
        size="small"
        aria-label={translate("app.quality.judge.ask")}
        value={data?.judgements.nodes[0]?.verdict ?? null}
        disabled={judge.busy}
        onChange={(_event, verdict: string | null) => verdict && judge.act(verdict)}
      >
        {VERDICTS.map((verdict) => (
          <ToggleButton key={verdict} value={verdict}>
            {translate(`app.quality.judge.${verdict}`)}
          </ToggleButton>
        ))}
      </ToggleButtonGroup>
      {judge.problem && <ProblemAlert problem={judge.problem} />}
    </Stack>
  );
}
