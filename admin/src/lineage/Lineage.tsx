import { MenuItem, Stack, TextField } from "@mui/material";
import { Suspense, useCallback, useMemo, useState } from "react";
import { useTranslate } from "react-admin";
import { useParams, useSearchParams } from "react-router-dom";
import { Gate } from "../access/Gate.tsx";
import { PlainTable } from "../access/PlainTable.tsx";
import { useColumns, useDatasets } from "../access/useDatasets.ts";
import { Ago } from "../components/Figures.tsx";
import { lazily } from "../components/lazily.ts";
import { Page } from "../components/Page.tsx";
import { ProblemAlert } from "../components/ProblemAlert.tsx";
import { Section } from "../components/Section.tsx";
import { problemOf } from "../providers/errors.ts";
import { type Edge, useLineage } from "./useLineage.ts";

const Graph = lazily(() => import("./Graph.tsx"));

function Words({ edges }: { edges: Edge[] | undefined }) {
  const translate = useTranslate();
  const place = (kind: string, name: string, column: string) =>
    `${translate(`app.lineage.kind.${kind}`)} ${name}${column ? `.${column}` : ""}`;
  return (
    <PlainTable
      rows={edges}
      empty="app.lineage.none"
      keyOf={(edge) => Object.values(edge).join("\u0001")}
      columns={[
        { label: "app.lineage.from", cell: (e) => place(e.fromKind, e.fromName, e.fromColumn) },
        { label: "app.lineage.to", cell: (e) => place(e.toKind, e.toName, e.toColumn) },
        {
          label: "app.lineage.how",
          cell: (e) => translate(`app.lineage.subtype.${e.subtype}`, { _: e.subtype }),
        },
        { label: "app.lineage.told_by", cell: (e) => e.source },
        { label: "app.lineage.since", cell: (e) => <Ago at={e.since} /> },
      ]}
    />
  );
}

function Room() {
  const translate = useTranslate();
  const { dataset = "" } = useParams();
  const [search, setSearch] = useSearchParams();
  const column = search.get("column");
  const [more, setMore] = useState<string[]>([]);
  const opened = useMemo(() => [dataset, ...more.filter((name) => name !== dataset)], [dataset, more]);
  const open = useCallback(
    (name: string) => setMore((known) => (known.includes(name) ? known : [...known, name])),
    [],
  );
  const start = useMemo(() => ({ kind: "dataset", name: dataset }), [dataset]);
  const { datasets } = useDatasets();
  const own = datasets.find((one) => one.name === dataset);
  const columns = useColumns(own?.id ?? null);
  const { edges, isLoading, error } = useLineage(opened, column);
  const crumbs = [
    { label: translate("app.dataset.title"), to: "/datasets" },
    ...(own ? [{ label: dataset, to: `/datasets/${own.id}/show` }] : []),
  ];
  return (
    <Page
      title={translate("app.lineage.title", { name: dataset })}
      subtitle={translate("app.lineage.about")}
      crumbs={crumbs}
    >
      <Stack spacing={2}>
        <TextField
          select
          size="small"
          label={translate("app.lineage.column")}
          value={columns.some(({ name }) => name === column) ? column : ""}
          onChange={({ target }) => setSearch(target.value ? { column: target.value } : {})}
          sx={{ maxWidth: 320 }}
        >
          <MenuItem value="">{translate("app.lineage.all_columns")}</MenuItem>
          {columns.map(({ name }) => (
            <MenuItem key={name} value={name}>
              {name}
            </MenuItem>
          ))}
        </TextField>
        {error ? <ProblemAlert problem={problemOf(error)} /> : null}
        <Section title={translate("app.lineage.graph")} flush>
          <Suspense>
            <Graph edges={edges} start={start} opened={opened} open={open} />
          </Suspense>
        </Section>
        <Section title={translate("app.lineage.table")} flush>
          <Words edges={isLoading ? undefined : edges} />
        </Section>
      </Stack>
    </Page>
  );
}

export default function Lineage() {
  const translate = useTranslate();
  const { dataset = "" } = useParams();
  return (
    <Gate permissions={["lineage.view"]} title={translate("app.lineage.title", { name: dataset })}>
      <Room key={dataset} />
    </Gate>
  );
}
