import ReplayIcon from "@mui/icons-material/Replay";
import CheckIcon from "@mui/icons-material/TaskAltOutlined";
import { Button, MenuItem, Stack, TablePagination, TextField, Typography } from "@mui/material";
import { useMemo, useState } from "react";
import { useNotify, useTranslate } from "react-admin";
import { useSearchParams } from "react-router-dom";
import { useChange } from "../access/api.ts";
import { Gate } from "../access/Gate.tsx";
import { useDatasets } from "../access/useDatasets.ts";
import { EmptyState } from "../components/EmptyState.tsx";
import { Page } from "../components/Page.tsx";
import { ProblemAlert } from "../components/ProblemAlert.tsx";
import { Section } from "../components/Section.tsx";
import { useMay } from "../layout/useSession.ts";
import { problemOf } from "../providers/errors.ts";
import type { Row } from "../providers/shapes.ts";
import { FixDialog } from "../runs/FixDialog.tsx";
import { BenchTable } from "./BenchTable.tsx";
import { replayMany } from "./replay.ts";
import { SetValue } from "./SetValue.tsx";
import { MOST_ROWS, mayReplay, type OpenRow, useLatestDataset, useWorkbench } from "./useWorkbench.ts";

const PAGE = 25;

/** Values that occur, with how often, the most frequent first. */
function counted(rows: OpenRow[], of: "rule" | "columnName"): [string, number][] {
  const counts = new Map<string, number>();
  for (const row of rows)
    for (const one of new Set(row.issues.map((issue) => issue[of])))
      if (one) counts.set(one, (counts.get(one) ?? 0) + 1);
  return [...counts].sort((a, b) => b[1] - a[1]);
}

interface Chosen {
  rule: string;
  column: string;
}

const fits = (row: OpenRow, { rule, column }: Chosen): boolean =>
  row.issues.some(
    (issue) => (rule === "" || issue.rule === rule) && (column === "" || issue.columnName === column),
  ) ||
  (rule === "" && column === "");

const occurring = (rows: OpenRow[], { rule, column }: Chosen): Chosen => ({
  rule: rows.some(({ issues }) => issues.some((issue) => issue.rule === rule)) ? rule : "",
  column: rows.some(({ issues }) => issues.some((issue) => issue.columnName === column)) ? column : "",
});

function Filters({
  rows,
  filter,
  onChange,
}: {
  rows: OpenRow[];
  filter: Chosen;
  onChange: (filter: Chosen) => void;
}) {
  const translate = useTranslate();
  const select = (name: "rule" | "column", of: "rule" | "columnName") => (
    <TextField
      select
      label={translate(`app.ingest.bench.${name}`)}
      value={filter[name]}
      onChange={(event) => onChange({ ...filter, [name]: event.target.value })}
      slotProps={{ select: { displayEmpty: true }, inputLabel: { shrink: true } }}
      sx={{ maxWidth: 260 }}
    >
      <MenuItem value="">{translate("app.ingest.bench.any")}</MenuItem>
      {counted(rows, of).map(([value, count]) => (
        <MenuItem key={value} value={value}>
          {name === "rule" ? translate(`app.rule.${value}`, { _: value }) : value} ({count})
        </MenuItem>
      ))}
    </TextField>
  );
  return (
    <>
      {select("rule", "rule")}
      {select("column", "columnName")}
    </>
  );
}

/** Corrections and choices, kept until they are replayed. */
function useBench(rows: OpenRow[]) {
  const [fixes, setFixes] = useState<Map<string, Row>>(new Map());
  const [chosen, setChosen] = useState<Set<string>>(new Set());
  const choose = (ids: string[], wanted: boolean) =>
    setChosen((before) =>
      wanted ? new Set([...before, ...ids]) : new Set([...before].filter((id) => !ids.includes(id))),
    );
  const fix = (ids: string[], values: Row) => {
    setFixes((before) => {
      const after = new Map(before);
      for (const id of ids) after.set(id, { ...after.get(id), ...values });
      return after;
    });
    choose(ids, true);
  };
  const picked = rows.filter((row) => chosen.has(String(row.id)) && mayReplay(row));
  const clear = () => {
    setFixes(new Map());
    setChosen(new Set());
  };
  return { fixes, chosen, choose, fix, picked, clear };
}

function Bench({ dataset, rows, total }: { dataset: string; rows: OpenRow[]; total: number }) {
  const translate = useTranslate();
  const notify = useNotify();
  const mayFix = useMay("run.execute");
  const [asked, setFilter] = useState<Chosen>({ rule: "", column: "" });
  const [page, setPage] = useState(0);
  const [fixing, setFixing] = useState<OpenRow | null>(null);
  const [setting, setSetting] = useState(false);
  const { fixes, chosen, choose, fix, picked, clear } = useBench(rows);
  // What was filtered by is gone once its rows are: the others come into sight.
  const filter = useMemo(() => occurring(rows, asked), [rows, asked]);
  const shown = useMemo(() => rows.filter((row) => fits(row, filter)), [rows, filter]);
  const last = Math.max(0, Math.ceil(shown.length / PAGE) - 1);
  const at = Math.min(page, last);
  const open = shown.filter(mayReplay);
  const replay = useChange(async () => {
    const sent = await replayMany(picked, fixes);
    notify("app.ingest.bench.replayed", { type: "success", messageArgs: { smart_count: sent } });
    clear();
  });
  return (
    <Section
      flush
      title={translate("app.ingest.bench.open", { smart_count: total })}
      hint={translate(total > MOST_ROWS ? "app.ingest.bench.partial" : "app.ingest.bench.hint", {
        count: MOST_ROWS,
      })}
    >
      <Stack
        direction="row"
        spacing={1}
        useFlexGap
        sx={{ px: 2, pb: 1, flexWrap: "wrap", alignItems: "center" }}
      >
        <Filters
          rows={rows}
          filter={filter}
          onChange={(wanted) => {
            setFilter(wanted);
            setPage(0);
          }}
        />
        {mayFix && (
          <>
            <Button
              onClick={() =>
                choose(
                  open.map(({ id }) => String(id)),
                  true,
                )
              }
              disabled={open.length === 0}
            >
              {translate("app.ingest.bench.choose_all", { smart_count: open.length })}
            </Button>
            <Button variant="outlined" disabled={picked.length === 0} onClick={() => setSetting(true)}>
              {translate("app.ingest.bench.set")}
            </Button>
            <Button
              variant="contained"
              startIcon={<ReplayIcon />}
              disabled={picked.length === 0}
              loading={replay.busy}
              onClick={replay.act}
            >
              {translate("app.ingest.bench.replay", { smart_count: picked.length })}
            </Button>
          </>
        )}
      </Stack>
      {replay.problem && <ProblemAlert problem={replay.problem} />}
      <BenchTable
        rows={shown.slice(at * PAGE, (at + 1) * PAGE)}
        fixes={fixes}
        chosen={chosen}
        onChoose={choose}
        onFix={mayFix ? setFixing : null}
      />
      <TablePagination
        component="div"
        count={shown.length}
        page={at}
        rowsPerPage={PAGE}
        rowsPerPageOptions={[PAGE]}
        onPageChange={(_event, number) => setPage(number)}
        labelDisplayedRows={({ from, to, count }) =>
          translate("ra.navigation.page_range_info", { offsetBegin: from, offsetEnd: to, total: count })
        }
        getItemAriaLabel={(type) => translate(`app.page.${type}`)}
      />
      {fixing && (
        <FixDialog
          row={fixing}
          datasetId={dataset}
          issues={fixing.issues}
          fix={fixes.get(String(fixing.id))}
          onClose={() => setFixing(null)}
          onSave={(values) => {
            fix([String(fixing.id)], values);
            setFixing(null);
          }}
        />
      )}
      {setting && (
        <SetValue
          dataset={dataset}
          count={picked.length}
          column={filter.column}
          onClose={() => setSetting(false)}
          onSet={(field, value) => {
            fix(
              picked.map(({ id }) => String(id)),
              { [field]: value },
            );
            setSetting(false);
          }}
        />
      )}
    </Section>
  );
}

/** All open rejected rows of a dataset, across runs: found by what is wrong, mended, and brought in together. */
export default function Workbench() {
  const translate = useTranslate();
  const [search, setSearch] = useSearchParams();
  const { datasets } = useDatasets();
  const latest = useLatestDataset();
  const dataset = search.get("dataset") ?? latest ?? datasets[0]?.id ?? null;
  const { data, error } = useWorkbench(dataset);
  const title = translate("app.ingest.bench.title");
  return (
    <Gate permissions={["run.view"]} title={title}>
      <Page
        title={title}
        subtitle={translate("app.ingest.bench.subtitle")}
        actions={
          datasets.length > 0 && (
            <TextField
              select
              label={translate("app.ingest.source.dataset")}
              value={datasets.some(({ id }) => id === dataset) ? dataset : ""}
              onChange={(event) => setSearch({ dataset: event.target.value })}
              sx={{ minWidth: 220 }}
            >
              {datasets.map(({ id, name }) => (
                <MenuItem key={id} value={id}>
                  {name}
                </MenuItem>
              ))}
            </TextField>
          )
        }
      >
        {error ? <ProblemAlert problem={problemOf(error)} /> : null}
        {data && dataset && data.rows.length > 0 ? (
          <Bench key={dataset} dataset={dataset} rows={data.rows} total={data.total} />
        ) : (
          (data || dataset === null) && (
            <Section>
              <EmptyState
                icon={<CheckIcon />}
                title={translate("app.ingest.bench.none")}
                text={<Typography component="span">{translate("app.ingest.bench.none_text")}</Typography>}
              />
            </Section>
          )
        )}
      </Page>
    </Gate>
  );
}
