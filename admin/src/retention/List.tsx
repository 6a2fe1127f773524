import RetentionIcon from "@mui/icons-material/AutoDeleteOutlined";
import { Chip, Link as MuiLink, Stack, Typography } from "@mui/material";
import { Link, useTranslate } from "react-admin";
import { Gate } from "../access/Gate.tsx";
import { type Column, PlainTable } from "../access/PlainTable.tsx";
import { EmptyState } from "../components/EmptyState.tsx";
import { Ago } from "../components/Figures.tsx";
import { formatBytes, formatNumber } from "../components/format.ts";
import { Page } from "../components/Page.tsx";
import { ProblemAlert } from "../components/ProblemAlert.tsx";
import { Section } from "../components/Section.tsx";
import { useLanguage } from "../components/useLanguage.ts";
import { HoldNotice } from "../holds/HoldNotice.tsx";
import { type Hold, useHolds, wholeHolds } from "../holds/useHolds.ts";
import { problemOf } from "../providers/errors.ts";
import { UploadButton } from "../runs/UploadButton.tsx";
import { type Retained, type Shelved, useResultText, useRetentionList, useRuleText } from "./useRetention.ts";

function Shelf({ archives, more }: { archives: Shelved[]; more: boolean }) {
  const translate = useTranslate();
  const locale = useLanguage();
  if (archives.length === 0) return "–";
  const sum = (of: "rowCount" | "sizeBytes") => archives.reduce((total, one) => total + Number(one[of]), 0);
  const text = translate("app.retention.archived_count", {
    versions: formatNumber(locale, sum("rowCount")),
    size: formatBytes(locale, sum("sizeBytes")),
  });
  return more ? `${text}, ${translate("app.retention.more_archives")}` : text;
}

function useColumns(archives: Shelved[], more: boolean, holds: Hold[] | undefined): Column<Retained>[] {
  const translate = useTranslate();
  const ruleText = useRuleText();
  const resultText = useResultText();
  return [
    {
      label: "app.dataset.one",
      cell: ({ name }) => (
        <MuiLink component={Link} to={`/retention/${name}`} sx={{ fontWeight: 600 }}>
          {name}
        </MuiLink>
      ),
    },
    {
      label: "app.retention.rule",
      cell: ({ id, rule }) => (
        <Stack direction="row" useFlexGap spacing={1} sx={{ flexWrap: "wrap", alignItems: "center" }}>
          <Typography variant="body2" color={rule ? "textPrimary" : "textSecondary"}>
            {ruleText(rule)}
          </Typography>
          {wholeHolds(holds, id).length > 0 && (
            <Chip color="warning" label={translate("app.hold.state.in_force")} />
          )}
        </Stack>
      ),
    },
    {
      label: "app.retention.last_run",
      cell: ({ rule }) =>
        rule ? (
          <>
            {resultText(rule)}
            {rule.lastRunAt && (
              <Typography variant="body2" color="textSecondary">
                <Ago at={rule.lastRunAt} />
              </Typography>
            )}
          </>
        ) : (
          "–"
        ),
    },
    {
      label: "app.retention.archives",
      cell: ({ id }) => <Shelf archives={archives.filter(({ datasetId }) => datasetId === id)} more={more} />,
    },
  ];
}

/** How long every dataset keeps what was superseded. */
export default function Retention() {
  const translate = useTranslate();
  const { rows, archives, more, error } = useRetentionList();
  const { holds } = useHolds();
  const columns = useColumns(archives, more, holds);
  const ofAll = holds?.find((hold) => !hold.releasedAt && hold.datasetId === null);
  const title = translate("app.retention.title");
  return (
    <Gate permissions={["compliance.view"]} title={title}>
      <Page title={title} subtitle={translate("app.retention.subtitle")}>
        <Stack spacing={2}>
          {error ? <ProblemAlert problem={problemOf(error)} /> : null}
          {ofAll && <HoldNotice hold={ofAll} />}
          <Section flush>
            {rows?.length === 0 ? (
              <EmptyState
                icon={<RetentionIcon />}
                title={translate("app.dataset.empty")}
                text={translate("app.dataset.empty_text")}
                action={<UploadButton />}
              />
            ) : (
              <PlainTable rows={rows} columns={columns} keyOf={({ id }) => id} empty="app.retention.empty" />
            )}
          </Section>
        </Stack>
      </Page>
    </Gate>
  );
}
