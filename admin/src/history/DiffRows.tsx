import { Box, Chip, MenuItem, Link as MuiLink, TablePagination, TextField, Typography } from "@mui/material";
import { useState } from "react";
import { Link, useTranslate } from "react-admin";
import { PlainTable } from "../access/PlainTable.tsx";
import { DiffSide } from "../components/DiffSide.tsx";
import { ProblemAlert } from "../components/ProblemAlert.tsx";
import { Section } from "../components/Section.tsx";
import { problemOf } from "../providers/errors.ts";
import type { Description } from "../providers/records.ts";
import { textOf } from "../records/values.tsx";
import { keyText } from "./api.ts";
import {
  CHANGES,
  type Change,
  type DiffRow,
  MAX_ROWS,
  PAGE_ROWS,
  type Span,
  useDiffRows,
} from "./useComparison.ts";

export const TONE = { added: "success", changed: "info", removed: "error", restored: "warning" } as const;

/** More fields of a row than these are counted, not shown. */
const MAX_FIELDS = 12;

/** Before and after, field by field: of a row that came or went, all that it has. */
export function Cells({ row, description }: { row: DiffRow; description: Description }) {
  const translate = useTranslate();
  const both = row.before !== null && row.after !== null;
  const fields = description.columns.filter(({ name }) =>
    both
      ? row.changedFields
        ? row.changedFields.includes(name)
        : JSON.stringify(row.before?.[name]) !== JSON.stringify(row.after?.[name])
      : (row.after ?? row.before)?.[name] != null,
  );
  return (
    <Box
      component="dl"
      sx={{
        m: 0,
        minWidth: 300,
        display: "grid",
        gridTemplateColumns: "minmax(90px, max-content) 1fr",
        columnGap: 2,
        rowGap: 0.5,
      }}
    >
      {fields.slice(0, MAX_FIELDS).map(({ name, type }) => (
        <Box key={name} sx={{ display: "contents" }}>
          <Typography component="dt" variant="body2" color="textSecondary" sx={{ fontFamily: "monospace" }}>
            {name}
          </Typography>
          <Box component="dd" sx={{ m: 0 }}>
            {row.before && <DiffSide sign="−" tone="error" text={textOf(row.before[name], type)} />}
            {row.after && <DiffSide sign="+" tone="success" text={textOf(row.after[name], type)} />}
          </Box>
        </Box>
      ))}
      {fields.length > MAX_FIELDS && (
        <Typography component="dt" variant="body2" color="textSecondary">
          {translate("app.history.more_fields", { smart_count: fields.length - MAX_FIELDS })}
        </Typography>
      )}
    </Box>
  );
}

interface Props {
  description: Description;
  span: Span;
}

/** The rows that differ, cell by cell. */
export function DiffRows({ description, span }: Props) {
  const translate = useTranslate();
  const [change, setChange] = useState<Change | null>(null);
  const [page, setPage] = useState(0);
  const { dataset } = description;
  const { data, error } = useDiffRows(dataset.id, span, change, page);
  const recordPath = (row: DiffRow) =>
    `/records/${dataset.name}/${encodeURIComponent(JSON.stringify(description.key.map(({ name }) => row.key[name])))}`;
  return (
    <Section
      flush
      title={translate("app.history.differing_rows")}
      hint={
        data && data.totalCount >= MAX_ROWS
          ? translate("app.history.at_most", { count: MAX_ROWS })
          : translate("app.history.differing_hint")
      }
      actions={
        <TextField
          select
          margin="none"
          label={translate("app.history.change")}
          value={change ?? "all"}
          onChange={(event) => {
            setChange(event.target.value === "all" ? null : (event.target.value as Change));
            setPage(0);
          }}
          sx={{ width: 180 }}
        >
          {["all", ...CHANGES].map((name) => (
            <MenuItem key={name} value={name}>
              {translate(`app.history.changes.${name}`)}
            </MenuItem>
          ))}
        </TextField>
      }
    >
      {error ? <ProblemAlert problem={problemOf(error)} /> : null}
      <PlainTable
        rows={data?.nodes}
        keyOf={({ key }) => JSON.stringify(key)}
        empty="app.history.no_difference"
        columns={[
          {
            label: "app.history.row",
            cell: (row) => (
              <MuiLink component={Link} to={recordPath(row)} sx={{ fontWeight: 600 }}>
                {keyText(row.key)}
              </MuiLink>
            ),
          },
          {
            label: "app.history.change",
            cell: (row) => (
              <Chip color={TONE[row.change]} label={translate(`app.history.changes.${row.change}`)} />
            ),
          },
          {
            label: "app.history.before_after",
            cell: (row) => <Cells row={row} description={description} />,
          },
        ]}
      />
      {data && data.totalCount > PAGE_ROWS && (
        <TablePagination
          component="div"
          count={data.totalCount}
          page={page}
          rowsPerPage={PAGE_ROWS}
          rowsPerPageOptions={[PAGE_ROWS]}
          onPageChange={(_event, to) => setPage(to)}
          labelDisplayedRows={({ from, to, count }) =>
            translate("ra.navigation.page_range_info", { offsetBegin: from, offsetEnd: to, total: count })
          }
          getItemAriaLabel={(type) =>
            translate(type === "next" ? "ra.navigation.next" : "ra.navigation.previous")
          }
        />
      )}
    </Section>
  );
}
