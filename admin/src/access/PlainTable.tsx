import { Box, Table, TableBody, TableCell, TableHead, TableRow, Typography } from "@mui/material";
import type { ReactNode } from "react";
import { useTranslate } from "react-admin";
import { ActionsLabel } from "../components/ActionsCell.tsx";

export interface Column<T> {
  /** Key of the heading's text; null: a column of buttons. */
  label: string | null;
  cell: (row: T) => ReactNode;
  align?: "left" | "right";
}

interface Props<T> {
  rows: T[] | undefined;
  columns: Column<T>[];
  keyOf: (row: T) => string;
  empty: string;
}

/** A plain table of rows that are there already: no pages, no sorting. */
export function PlainTable<T>({ rows, columns, keyOf, empty }: Props<T>) {
  const translate = useTranslate();
  if (!rows) return <Box sx={{ minHeight: 80 }} aria-busy />;
  if (rows.length === 0)
    return <Typography sx={{ p: 2, color: "text.secondary" }}>{translate(empty)}</Typography>;
  return (
    <Table size="small">
      <TableHead>
        <TableRow>
          {columns.map(({ label, align }) => (
            <TableCell key={label ?? "actions"} {...(align ? { align } : {})}>
              {label ? translate(label) : <ActionsLabel />}
            </TableCell>
          ))}
        </TableRow>
      </TableHead>
      <TableBody>
        {rows.map((row) => (
          <TableRow key={keyOf(row)} hover>
            {columns.map(({ label, cell, align }) => (
              <TableCell
                key={label ?? "actions"}
                align={label ? (align ?? "left") : "right"}
                sx={label ? {} : { whiteSpace: "nowrap" }}
              >
                {cell(row)}
              </TableCell>
            ))}
          </TableRow>
        ))}
      </TableBody>
    </Table>
  );
}
