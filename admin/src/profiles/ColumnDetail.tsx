import { Box, Stack, Typography } from "@mui/material";
import type { ReactNode } from "react";
import { useTranslate } from "react-admin";
import { PlainTable } from "../access/PlainTable.tsx";
import { BarList } from "../components/charts/BarList.tsx";
import { ChartSection } from "../components/charts/ChartSection.tsx";
import { Histogram } from "../components/charts/Histogram.tsx";
import { Count } from "../components/Figures.tsx";
import { formatNumber } from "../components/format.ts";
import { Section } from "../components/Section.tsx";
import { useLanguage } from "../components/useLanguage.ts";
import { useShare } from "../quality/share.ts";
import { DriftChip } from "./ColumnsTable.tsx";
import { boundOf, type ColumnProfile } from "./useProfile.ts";

const SHOWN = 10;
const QUANTILES = [0, 0.05, 0.25, 0.5, 0.75, 0.95, 1];
const LAST_QUANTILE = 20;

function Facts({ column }: { column: ColumnProfile }) {
  const translate = useTranslate();
  const locale = useLanguage();
  const share = useShare();
  const number = (value: string | number | null) =>
    value === null ? null : formatNumber(locale, Number(value), { maximumFractionDigits: 4 });
  const facts: [string, ReactNode][] = [
    ["rows", <Count key="rows" value={column.rowCount} />],
    ["nulls", <Count key="nulls" value={column.nulls} />],
    ["empties", column.type === "text" ? <Count key="empties" value={column.empties} /> : null],
    ["different", <Count key="different" value={column.distinctCount} />],
    ["unseen", share(Number(column.unseenShare), 2)],
    ["minimum", column.minimum],
    ["maximum", column.maximum],
    ["mean", number(column.mean)],
    ["deviation", number(column.deviation)],
    ["shortest", number(column.shortest)],
    ["longest", number(column.longest)],
    ["drift", <DriftChip key="drift" drift={column.drift} />],
  ];
  return (
    <Box
      component="dl"
      sx={{ m: 0, display: "grid", gap: 1.5, gridTemplateColumns: "repeat(auto-fill, minmax(150px, 1fr))" }}
    >
      {facts
        .filter(([, value]) => value !== null)
        .map(([name, value]) => (
          <Box key={name} sx={{ minWidth: 0 }}>
            <Typography component="dt" variant="body2" color="textSecondary">
              {translate(`app.profile.${name}`)}
            </Typography>
            <Box component="dd" sx={{ m: 0, fontWeight: 600, overflowWrap: "anywhere" }}>
              {value}
            </Box>
          </Box>
        ))}
    </Box>
  );
}

function Quantiles({ column }: { column: ColumnProfile }) {
  const translate = useTranslate();
  const locale = useLanguage();
  const share = useShare();
  const { quantiles } = column;
  if (!quantiles || quantiles.length <= LAST_QUANTILE) return null;
  return (
    <Section flush title={translate("app.profile.quantiles")}>
      <PlainTable
        rows={QUANTILES.map((at) => ({ at, value: quantiles[Math.round(at * LAST_QUANTILE)]! }))}
        keyOf={({ at }) => String(at)}
        empty="app.profile.empty"
        columns={[
          { label: "app.profile.quantile", align: "right", cell: ({ at }) => share(at, 0) },
          {
            label: "app.profile.value",
            align: "right",
            cell: ({ value }) => boundOf(locale, column.type, value),
          },
        ]}
      />
    </Section>
  );
}

function Spread({ column }: { column: ColumnProfile }) {
  const translate = useTranslate();
  const locale = useLanguage();
  const { histogram, type, fieldName } = column;
  if (!histogram) return null;
  const bound = (value: number) => boundOf(locale, type, value);
  const width = (histogram.high - histogram.low) / Math.max(1, histogram.counts.length);
  return (
    <ChartSection
      title={translate("app.profile.spread")}
      chart={
        <Histogram
          counts={histogram.counts}
          low={bound(histogram.low)}
          high={bound(histogram.high)}
          label={translate("app.profile.spread_of", {
            name: fieldName,
            low: bound(histogram.low),
            high: bound(histogram.high),
          })}
        />
      }
      table={
        <PlainTable
          rows={histogram.counts.map((count, index) => ({ count, from: histogram.low + index * width }))}
          keyOf={({ from }) => String(from)}
          empty="app.profile.empty"
          columns={[
            { label: "app.profile.part", align: "right", cell: ({ from }) => bound(from) },
            { label: "app.profile.part_to", align: "right", cell: ({ from }) => bound(from + width) },
            { label: "app.profile.rows", align: "right", cell: ({ count }) => <Count value={count} /> },
          ]}
        />
      }
    />
  );
}

function Bars({
  title,
  hint,
  items,
  of,
  mono,
}: {
  title: string;
  hint?: string;
  items: [string, number][];
  of: number;
  mono?: boolean;
}) {
  if (items.length === 0) return null;
  return (
    <Section title={title} {...(hint ? { hint } : {})}>
      <BarList
        label={title}
        of={of}
        mono={mono ?? false}
        items={items.slice(0, SHOWN).map(([label, count]) => ({ label, count }))}
      />
    </Section>
  );
}

/** One column from near. */
export function ColumnDetail({ column }: { column: ColumnProfile }) {
  const translate = useTranslate();
  const rows = Number(column.rowCount);
  const types = Object.entries(column.typesSeen).sort((a, b) => b[1] - a[1]);
  return (
    <Stack spacing={2}>
      <Section title={<code>{column.fieldName}</code>} hint={column.type}>
        <Facts column={column} />
      </Section>
      <Spread column={column} />
      <Box
        sx={{
          display: "grid",
          gap: 2,
          gridTemplateColumns: "repeat(auto-fit, minmax(280px, 1fr))",
          alignItems: "start",
        }}
      >
        <Bars
          title={translate("app.profile.top")}
          items={column.topValues.filter(([, count]) => count > 1)}
          of={rows}
        />
        <Bars
          title={translate("app.profile.shapes")}
          hint={translate("app.profile.shapes_hint")}
          items={column.shapes}
          of={rows}
          mono
        />
        {types.length > 0 && <Bars title={translate("app.profile.types")} items={types} of={rows} />}
        <Quantiles column={column} />
      </Box>
    </Stack>
  );
}
