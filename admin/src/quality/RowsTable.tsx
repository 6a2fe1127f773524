import { Box, Button, Table, TableBody, TableCell, TableHead, TableRow, Typography } from "@mui/material";
import { useState } from "react";
import { useTranslate } from "react-admin";

/** Columns of the platform's own, which say nothing of what failed. */
const OWN = new Set([
  "org_id",
  "version",
  "valid_from",
  "valid_to",
  "changed_by",
  "run_id",
  "source_line",
  "file_id",
  "composite_key",
  "change_type",
]);
const MAX_COLUMNS = 12;
/** More are a click away, so that what comes below is not lost. */
const FIRST_ROWS = 10;

const textOf = (value: unknown): string =>
  value === null || value === undefined
    ? ""
    : typeof value === "object"
      ? JSON.stringify(value)
      : String(value);

interface Props {
  rows: readonly { line: string | number | null; record: Record<string, unknown> }[];
  /** Fields that the rule is about: first, and in colour. */
  fields: readonly string[];
  label: string;
}

/** Rows that fail a rule, whole. */
export function RowsTable({ rows, fields, label }: Props) {
  const translate = useTranslate();
  const [all, setAll] = useState(false);
  const first = rows[0];
  if (!first)
    return <Typography sx={{ p: 2, color: "text.secondary" }}>{translate("app.quality.no_rows")}</Typography>;
  const others = Object.keys(first.record).filter((name) => !OWN.has(name) && !fields.includes(name));
  const columns = [...fields.filter((name) => name in first.record), ...others].slice(0, MAX_COLUMNS);
  const shown = all ? rows : rows.slice(0, FIRST_ROWS);
  return (
    <>
      <Table size="small" aria-label={label}>
        <TableHead>
          <TableRow>
            <TableCell align="right">{translate("app.rejected.line")}</TableCell>
            {columns.map((name) => (
              <TableCell key={name} sx={{ fontFamily: "monospace" }}>
                {name}
              </TableCell>
            ))}
          </TableRow>
        </TableHead>
        <TableBody>
          {shown.map(({ line, record }, index) => (
            <TableRow key={index} hover>
              <TableCell align="right" sx={{ fontVariantNumeric: "tabular-nums" }}>
                {line ?? textOf(record.source_line)}
              </TableCell>
              {columns.map((name) => (
                <TableCell
                  key={name}
                  sx={{
                    minWidth: 96,
                    maxWidth: 260,
                    overflowWrap: "anywhere",
                    ...(fields.includes(name) ? { color: "error.main", fontWeight: 600 } : {}),
                  }}
                >
                  {record[name] === null ? (
                    <Typography
                      component="span"
                      variant="body2"
                      color={fields.includes(name) ? "error" : "textSecondary"}
                    >
                      {translate("app.record.null")}
                    </Typography>
                  ) : (
                    textOf(record[name])
                  )}
                </TableCell>
              ))}
            </TableRow>
          ))}
        </TableBody>
      </Table>
      {shown.length < rows.length && (
        <Box sx={{ p: 1, textAlign: "center" }}>
          <Button onClick={() => setAll(true)}>
            {translate("app.quality.all_rows", { smart_count: rows.length })}
          </Button>
        </Box>
      )}
    </>
  );
}
