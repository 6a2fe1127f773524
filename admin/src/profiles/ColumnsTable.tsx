import { Box, Chip, Link as MuiLink, Stack, Typography } from "@mui/material";
import { useTranslate } from "react-admin";
import { PlainTable } from "../access/PlainTable.tsx";
import { Histogram } from "../components/charts/Histogram.tsx";
import { Meter } from "../components/charts/Meter.tsx";
import { formatNumber } from "../components/format.ts";
import { useLanguage } from "../components/useLanguage.ts";
import { useShare } from "../quality/share.ts";
import { boundOf, type ColumnProfile } from "./useProfile.ts";

const MAX_TEXT = 24;
export const cut = (text: string, most = MAX_TEXT): string =>
  text.length > most ? `${text.slice(0, most)}…` : text;

export function DriftChip({ drift }: { drift: ColumnProfile["drift"] }) {
  const translate = useTranslate();
  const locale = useLanguage();
  if (!drift)
    return (
      <Typography variant="body2" color="textSecondary">
        {translate("app.profile.no_drift")}
      </Typography>
    );
  return (
    <Chip
      color={drift.drifted ? "warning" : "default"}
      label={translate(`app.profile.${drift.drifted ? "drifted" : "steady"}`, {
        measure: drift.measure.toUpperCase(),
        value: formatNumber(locale, drift.value, { maximumFractionDigits: 3 }),
      })}
      title={translate(`app.profile.measures.${drift.measure}`, { _: drift.measure })}
    />
  );
}

/** The share of a column's rows that have nothing in it, blanks among them. */
export const missingOf = ({ rowCount, nulls, empties }: ColumnProfile): number =>
  Number(rowCount) > 0 ? (Number(nulls) + Number(empties)) / Number(rowCount) : 0;

interface Props {
  columns: ColumnProfile[] | undefined;
  chosen: string | null;
  onChoose: (name: string) => void;
}

/** Every column at a glance. */
export function ColumnsTable({ columns, chosen, onChoose }: Props) {
  const translate = useTranslate();
  const locale = useLanguage();
  const share = useShare();
  return (
    <PlainTable
      rows={columns}
      keyOf={({ fieldName }) => fieldName}
      empty="app.profile.empty"
      columns={[
        {
          label: "app.profile.column",
          cell: ({ fieldName, type }) => (
            <Box>
              <MuiLink
                component="button"
                type="button"
                onClick={() => onChoose(fieldName)}
                aria-label={translate("app.profile.closer", { name: fieldName })}
                aria-pressed={fieldName === chosen}
                sx={{
                  fontFamily: "monospace",
                  fontWeight: fieldName === chosen ? 800 : 600,
                  textAlign: "left",
                }}
              >
                {fieldName}
              </MuiLink>
              <Typography variant="body2" color="textSecondary">
                {type}
              </Typography>
            </Box>
          ),
        },
        {
          label: "app.profile.missing",
          cell: (column) => (
            <Stack spacing={0.5} sx={{ width: 110 }}>
              <Typography variant="body2" sx={{ fontVariantNumeric: "tabular-nums" }}>
                {share(missingOf(column), 2)}
              </Typography>
              <Meter
                value={missingOf(column)}
                tone={missingOf(column) > 0 ? "warning" : "success"}
                label={translate("app.profile.missing_of", {
                  share: share(missingOf(column), 2),
                  name: column.fieldName,
                })}
              />
            </Stack>
          ),
        },
        {
          label: "app.profile.different",
          align: "right",
          cell: ({ distinctCount, distinctExact }) => {
            const count = formatNumber(locale, Number(distinctCount));
            return distinctExact ? count : translate("app.profile.about", { count });
          },
        },
        {
          label: "app.profile.from_to",
          cell: ({ minimum, maximum }) =>
            minimum === null ? (
              "–"
            ) : (
              <Typography
                variant="body2"
                sx={{ overflowWrap: "anywhere" }}
                title={`${minimum} – ${maximum ?? ""}`}
              >
                {cut(minimum)} – {cut(maximum ?? "")}
              </Typography>
            ),
        },
        {
          label: "app.profile.spread",
          cell: ({ histogram, fieldName, type }) =>
            histogram ? (
              <Histogram
                small
                height={32}
                counts={histogram.counts}
                low=""
                high=""
                label={translate("app.profile.spread_of", {
                  name: fieldName,
                  low: boundOf(locale, type, histogram.low),
                  high: boundOf(locale, type, histogram.high),
                })}
              />
            ) : (
              "–"
            ),
        },
        {
          label: "app.profile.most",
          cell: ({ topValues, rowCount }) => {
            const top = topValues[0];
            if (!top || top[1] < 2) return "–";
            return (
              <Typography variant="body2" title={top[0]}>
                {top[0] === "" ? "∅" : cut(top[0])}{" "}
                <Box component="span" sx={{ color: "text.secondary" }}>
                  {share(top[1] / Math.max(1, Number(rowCount)))}
                </Box>
              </Typography>
            );
          },
        },
        { label: "app.profile.drift", cell: ({ drift }) => <DriftChip drift={drift} /> },
      ]}
    />
  );
}
