import AddIcon from "@mui/icons-material/Add";
import RuleIcon from "@mui/icons-material/RuleOutlined";
import { Box, Button, Menu, MenuItem, Link as MuiLink, Stack, Typography } from "@mui/material";
import { useId, useState } from "react";
import { Link, useTranslate } from "react-admin";
import { type Column, PlainTable } from "../access/PlainTable.tsx";
import { useMayOn } from "../access/useMayOn.ts";
import { useAct } from "../account/useAct.ts";
import { Spark } from "../components/charts/Spark.tsx";
import { EmptyState } from "../components/EmptyState.tsx";
import { Ago } from "../components/Figures.tsx";
import { ProblemAlert } from "../components/ProblemAlert.tsx";
import { Section } from "../components/Section.tsx";
import { problemOf } from "../providers/errors.ts";
import { download, organizationPath } from "../providers/operations.ts";
import { PassedChip, RuleStateChip, SeverityChip } from "./Chips.tsx";
import { Found } from "./ResultsTable.tsx";
import type { PartProps } from "./Room.tsx";
import { useSays } from "./says.ts";
import { definitionOf, type Result, type Rule, stateOf, versionInForce } from "./types.ts";
import { useRules } from "./useQuality.ts";

const MAX_TREND = 20;
const FORMATS = [
  { format: "json", ending: "json" },
  { format: "gx", ending: "json" },
  { format: "soda", ending: "yml" },
] as const;

function ExportButton({ dataset }: { dataset: string }) {
  const translate = useTranslate();
  const id = useId();
  const [anchor, setAnchor] = useState<HTMLElement | null>(null);
  const save = useAct((format: string, ending: string) =>
    download(
      organizationPath(`datasets/${dataset}/rules?format=${format}`),
      `${dataset}-rules${format === "gx" ? "-gx" : ""}.${ending}`,
    ),
  );
  return (
    <>
      <Button
        id={id}
        aria-haspopup="menu"
        aria-expanded={anchor !== null}
        loading={save.busy}
        onClick={(event) => setAnchor(event.currentTarget)}
      >
        {translate("app.quality.rule.export")}
      </Button>
      <Menu
        anchorEl={anchor}
        open={anchor !== null}
        onClose={() => setAnchor(null)}
        slotProps={{ list: { "aria-labelledby": id } }}
      >
        {FORMATS.map(({ format, ending }) => (
          <MenuItem
            key={format}
            onClick={() => {
              setAnchor(null);
              void save.act(format, ending);
            }}
          >
            {translate(`app.quality.rule.formats.${format}`)}
          </MenuItem>
        ))}
      </Menu>
    </>
  );
}

function Named({ rule, dataset }: { rule: Rule; dataset: string }) {
  const says = useSays();
  const translate = useTranslate();
  const version = versionInForce(rule);
  return (
    <Box sx={{ minWidth: 240 }}>
      <MuiLink component={Link} to={`/quality/${dataset}/rules/${rule.name}`} sx={{ fontWeight: 600 }}>
        {rule.name}
      </MuiLink>
      {version && (
        <Typography variant="body2" color="textSecondary" sx={{ overflowWrap: "anywhere" }}>
          {says.condition(definitionOf(rule.name, version))}
        </Typography>
      )}
      {rule.deployedVersion !== null && rule.version > rule.deployedVersion && (
        <Typography variant="body2" color="warning">
          {translate("app.quality.rule.newer", { version: rule.version })}
        </Typography>
      )}
    </Box>
  );
}

function Last({ result }: { result: Result | undefined }) {
  const translate = useTranslate();
  if (!result)
    return (
      <Typography variant="body2" color="textSecondary">
        {translate("app.quality.rule.never")}
      </Typography>
    );
  return (
    <Stack spacing={0.25} sx={{ alignItems: "flex-start" }}>
      <Stack direction="row" spacing={1} sx={{ alignItems: "center" }}>
        <PassedChip passed={result.passed} />
        <Typography variant="body2">
          <Found result={result} />
        </Typography>
      </Stack>
      <Typography variant="body2" color="textSecondary">
        <Ago at={result.checkedAt} />
      </Typography>
    </Stack>
  );
}

/** How many failed, or what was measured, check by check: oldest first. */
const trendOf = (results: Result[]): number[] =>
  results
    .slice(0, MAX_TREND)
    .map(({ measured, share }) => Number(measured ?? share))
    .reverse();

/** Every rule of the dataset: what it asks, whether loads are asked it, what it found last. */
export default function Rules({ dataset }: PartProps) {
  const translate = useTranslate();
  const { rules, results, error } = useRules(dataset.id);
  const mayCreate = useMayOn("quality.create", dataset.id);
  const mayExport = useMayOn("quality.export", dataset.id);
  const add = mayCreate && (
    <Button
      component={Link}
      to={`/quality/${dataset.name}/new-rule`}
      variant="contained"
      startIcon={<AddIcon />}
    >
      {translate("app.quality.rule.new")}
    </Button>
  );
  const columns: Column<Rule>[] = [
    { label: "app.quality.rule.one", cell: (rule) => <Named rule={rule} dataset={dataset.name} /> },
    {
      label: "app.quality.rule.state.label",
      cell: (rule) => <RuleStateChip state={stateOf(rule)} version={rule.deployedVersion ?? rule.version} />,
    },
    {
      label: "app.quality.rule.kind",
      cell: (rule) => {
        const kind = versionInForce(rule)?.kind ?? "";
        return translate(`app.quality.kind.${kind}`, { _: kind });
      },
    },
    {
      label: "app.quality.severity.label",
      cell: (rule) => <SeverityChip severity={versionInForce(rule)?.severity ?? "warning"} />,
    },
    {
      label: "app.quality.rule.action",
      cell: (rule) => translate(`app.quality.action.${versionInForce(rule)?.action ?? "record"}`),
    },
    { label: "app.quality.rule.last", cell: ({ name }) => <Last result={results.get(name)?.[0]} /> },
    {
      label: "app.quality.trend",
      cell: ({ name }) => {
        const own = results.get(name) ?? [];
        return (
          <Spark
            values={trendOf(own)}
            tone={own[0]?.passed === false ? "error" : "primary"}
            label={translate("app.quality.rule.trend_of", { name, count: Math.min(own.length, MAX_TREND) })}
          />
        );
      },
    },
  ];
  if (error) return <ProblemAlert problem={problemOf(error)} />;
  return (
    <Section
      flush
      title={translate("app.quality.part.rules")}
      hint={translate("app.quality.rule.hint")}
      actions={
        rules &&
        rules.length > 0 && (
          <Stack direction="row" spacing={1}>
            {mayExport && <ExportButton dataset={dataset.name} />}
            {add}
          </Stack>
        )
      }
    >
      {rules?.length === 0 ? (
        <EmptyState
          icon={<RuleIcon />}
          title={translate("app.quality.rule.empty")}
          text={translate("app.quality.rule.empty_text")}
          action={
            <Stack direction="row" spacing={1}>
              <Button component={Link} to={`/quality/${dataset.name}/suggestions`} variant="outlined">
                {translate("app.quality.part.suggestions")}
              </Button>
              {add}
            </Stack>
          }
        />
      ) : (
        <PlainTable rows={rules} keyOf={({ id }) => id} empty="app.quality.rule.empty" columns={columns} />
      )}
    </Section>
  );
}
