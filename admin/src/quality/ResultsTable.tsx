import { Box, Link as MuiLink, Typography } from "@mui/material";
import { Link, useTranslate } from "react-admin";
import { PlainTable } from "../access/PlainTable.tsx";
import { Count } from "../components/Figures.tsx";
import { formatNumber } from "../components/format.ts";
import { useLanguage } from "../components/useLanguage.ts";
import { capital } from "../providers/errors.ts";
import { inWords } from "../providers/in-language.ts";
import { PassedChip, SeverityChip } from "./Chips.tsx";
import { useShare } from "./share.ts";
import type { Result } from "./types.ts";

/** What a statistic measured, or how many rows failed. */
export function Found({ result }: { result: Result }) {
  const locale = useLanguage();
  const share = useShare();
  if (result.measured !== null)
    return <>{formatNumber(locale, Number(result.measured), { maximumFractionDigits: 4 })}</>;
  return (
    <>
      <Count value={result.failures} />
      {Number(result.failures) > 0 && ` (${share(Number(result.share), 2)})`}
    </>
  );
}

/** What every rule of a check found. Rules of the contract are no rules of their own, and have no page. */
export function ResultsTable({ dataset, results }: { dataset: string; results: Result[] | undefined }) {
  const translate = useTranslate();
  return (
    <PlainTable
      rows={results}
      keyOf={({ ruleName }) => ruleName}
      empty="app.quality.no_rules"
      columns={[
        { label: "app.quality.outcome", cell: ({ passed }) => <PassedChip passed={passed} /> },
        {
          label: "app.quality.rule.one",
          cell: (result) => (
            <Box sx={{ minWidth: 220 }}>
              {result.ruleId ? (
                <MuiLink
                  component={Link}
                  to={`/quality/${dataset}/rules/${result.ruleName}`}
                  sx={{ fontWeight: 600 }}
                >
                  {result.ruleName}
                </MuiLink>
              ) : (
                <Box component="span" sx={{ fontWeight: 600 }}>
                  {result.ruleName}
                </Box>
              )}
              <Typography variant="body2" color="textSecondary" sx={{ overflowWrap: "anywhere" }}>
                {result.message ? capital(inWords(result.message)) : ""}
                {!result.ruleId && ` · ${translate("app.quality.of_contract")}`}
              </Typography>
            </Box>
          ),
        },
        { label: "app.quality.severity.label", cell: ({ severity }) => <SeverityChip severity={severity} /> },
        {
          label: "app.quality.dimension.label",
          cell: ({ dimension }) => translate(`app.quality.dimension.${dimension}`, { _: dimension }),
        },
        { label: "app.quality.asked", align: "right", cell: ({ rowCount }) => <Count value={rowCount} /> },
        { label: "app.quality.found", align: "right", cell: (result) => <Found result={result} /> },
      ]}
    />
  );
}
