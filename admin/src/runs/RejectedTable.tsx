import {
  Box,
  Button,
  Chip,
  Link as MuiLink,
  Table,
  TableBody,
  TableCell,
  TableHead,
  TableRow,
  Typography,
} from "@mui/material";
import { Link, useTranslate } from "react-admin";
import { ActionsCell } from "../components/ActionsCell.tsx";
import { inWords } from "../providers/in-language.ts";
import type { Fixes } from "../providers/operations.ts";
import type { RejectedRow, RowIssue } from "./types.ts";

/** From here on a message may be cut off, and is told in full where somebody points at it. */
const LONG_MESSAGE = 120;
/** Two lines are enough to know the record by; all of it is in the dialog and the download. */
const clamped = {
  display: "-webkit-box",
  WebkitLineClamp: 2,
  WebkitBoxOrient: "vertical",
  overflow: "hidden",
} as const;

export function Issue({ issue }: { issue: RowIssue }) {
  const translate = useTranslate();
  return (
    <Box sx={{ "& + &": { mt: 1 } }}>
      <Typography
        sx={{
          ...clamped,
          WebkitLineClamp: 3,
          ...(issue.rejected ? { fontWeight: 500 } : { color: "text.secondary" }),
        }}
        title={issue.message.length > LONG_MESSAGE ? issue.message : undefined}
      >
        {issue.columnName && !issue.message.includes(issue.columnName) && (
          <Box component="code" sx={{ mr: 0.75 }}>{`${issue.columnName}:`}</Box>
        )}
        {inWords(issue.message)}
      </Typography>
      <Typography variant="body2" color="textSecondary">
        {translate(`app.rule.${issue.rule}`, { _: issue.rule })}
        {issue.rejected
          ? issue.remedy && ` · ${inWords(issue.remedy)}`
          : ` · ${translate("app.rejected.besides")}`}
      </Typography>
    </Box>
  );
}

/** A line as it came. */
export const RAW_TEXT = {
  fontFamily: "monospace",
  fontSize: "0.8rem",
  overflowWrap: "anywhere",
  whiteSpace: "pre-wrap",
} as const;
const MAX_RAW = 1000;

interface Props {
  rows: RejectedRow[];
  issues: Map<string, RowIssue[]>;
  fixes: Fixes;
  /** Null where rows cannot be corrected. */
  onFix: ((row: RejectedRow) => void) | null;
}

function State({ row, fixed, onFix }: { row: RejectedRow; fixed: boolean; onFix: Props["onFix"] }) {
  const translate = useTranslate();
  if (row.status === "replayed" && row.replayRun) {
    return (
      <MuiLink component={Link} to={`/runs/${row.replayRun}/show`}>
        {translate("app.rejected.status.replayed")}
      </MuiLink>
    );
  }
  if (!onFix || row.status !== "open") {
    return <Chip label={translate(`app.rejected.status.${row.status}`)} />;
  }
  return (
    <Button
      variant={fixed ? "text" : "outlined"}
      onClick={() => onFix(row)}
      aria-label={translate("app.rejected.fix_line", { line: row.line })}
    >
      {translate(fixed ? "app.rejected.corrected" : "app.rejected.fix")}
    </Button>
  );
}

export function RejectedTable({ rows, issues, fixes, onFix }: Props) {
  const translate = useTranslate();
  return (
    <Table size="small" aria-label={translate("app.rejected.label")}>
      <TableHead>
        <TableRow>
          <TableCell align="right">{translate("app.rejected.line")}</TableCell>
          <TableCell>{translate("app.rejected.why")}</TableCell>
          <TableCell>{translate("app.rejected.value")}</TableCell>
          <TableCell>{translate("app.rejected.record")}</TableCell>
          <ActionsCell />
        </TableRow>
      </TableHead>
      <TableBody>
        {rows.map((row) => {
          const found = issues.get(row.line) ?? [];
          return (
            <TableRow key={row.id} sx={{ verticalAlign: "top" }}>
              <TableCell align="right" sx={{ fontVariantNumeric: "tabular-nums" }}>
                {row.line}
              </TableCell>
              <TableCell sx={{ minWidth: 260 }}>
                {found.map((issue) => (
                  <Issue key={issue.id} issue={issue} />
                ))}
              </TableCell>
              <TableCell sx={{ ...RAW_TEXT, maxWidth: 220, color: "error.main" }}>
                {found.map((issue) => issue.value).find((value) => value !== null) ?? ""}
              </TableCell>
              <TableCell sx={{ ...RAW_TEXT, maxWidth: 420, color: "text.secondary" }}>
                <Box sx={clamped} title={row.raw.slice(0, MAX_RAW)}>
                  {row.raw.slice(0, MAX_RAW)}
                </Box>
              </TableCell>
              <TableCell align="right">
                <State row={row} fixed={row.line in fixes} onFix={onFix} />
              </TableCell>
            </TableRow>
          );
        })}
      </TableBody>
    </Table>
  );
}
