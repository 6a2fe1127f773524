import {
  Box,
  Button,
  Checkbox,
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
import type { Row } from "../providers/shapes.ts";
import { Issue, RAW_TEXT } from "../runs/RejectedTable.tsx";
import { inHand, mayReplay, type OpenRow } from "./useWorkbench.ts";

interface Props {
  rows: OpenRow[];
  fixes: Map<string, Row>;
  chosen: Set<string>;
  onChoose: (ids: string[], chosen: boolean) => void;
  onFix: ((row: OpenRow) => void) | null;
}

const MAX_RAW = 600;

function Values({ row, fix }: { row: OpenRow; fix: Row | undefined }) {
  return (
    <Box sx={{ ...RAW_TEXT, maxWidth: 420 }}>
      {fix &&
        Object.entries(fix).map(([name, value]) => (
          <Box
            key={name}
            component="ins"
            sx={{ display: "block", color: "success.main", textDecoration: "none" }}
          >
            {name}: {value === null ? "∅" : String(value)}
          </Box>
        ))}
      <Box sx={{ color: "text.secondary" }}>{row.raw.slice(0, MAX_RAW)}</Box>
    </Box>
  );
}

function Act({ row, fixed, onFix }: { row: OpenRow; fixed: boolean; onFix: Props["onFix"] }) {
  const translate = useTranslate();
  if (inHand(row))
    return (
      <MuiLink component={Link} to={`/runs/${row.replayRunRun?.id}/show`}>
        {translate("app.ingest.bench.in_hand")}
      </MuiLink>
    );
  if (!onFix || !mayReplay(row)) return <Chip label={translate("app.rejected.status.open")} />;
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

export function BenchTable({ rows, fixes, chosen, onChoose, onFix }: Props) {
  const translate = useTranslate();
  const open = rows.filter(mayReplay).map(({ id }) => String(id));
  const all = open.length > 0 && open.every((id) => chosen.has(id));
  return (
    <Table size="small" aria-label={translate("app.rejected.label")}>
      <TableHead>
        <TableRow>
          {onFix && (
            <TableCell padding="checkbox">
              <Checkbox
                checked={all}
                indeterminate={!all && open.some((id) => chosen.has(id))}
                disabled={open.length === 0}
                onChange={(event) => onChoose(open, event.target.checked)}
                aria-label={translate("app.ingest.bench.choose_page")}
              />
            </TableCell>
          )}
          <TableCell sx={{ minWidth: 130 }}>{translate("app.ingest.bench.from")}</TableCell>
          <TableCell sx={{ minWidth: 240 }}>{translate("app.rejected.why")}</TableCell>
          <TableCell>{translate("app.rejected.value")}</TableCell>
          <TableCell>{translate("app.rejected.record")}</TableCell>
          <ActionsCell />
        </TableRow>
      </TableHead>
      <TableBody>
        {rows.map((row) => {
          const id = String(row.id);
          return (
            <TableRow key={id} sx={{ verticalAlign: "top" }} selected={chosen.has(id)}>
              {onFix && (
                <TableCell padding="checkbox">
                  <Checkbox
                    checked={chosen.has(id)}
                    disabled={!mayReplay(row)}
                    onChange={(event) => onChoose([id], event.target.checked)}
                    aria-label={translate("app.ingest.bench.choose", {
                      line: row.line,
                      file: row.run?.file?.fileName ?? "",
                    })}
                  />
                </TableCell>
              )}
              <TableCell>
                <MuiLink component={Link} to={`/runs/${row.runId}/show`} sx={{ overflowWrap: "anywhere" }}>
                  {row.run?.file?.fileName ?? row.runId.slice(0, 8)}
                </MuiLink>
                <Typography variant="body2" color="textSecondary">
                  {translate("app.record.line", { line: row.line })}
                </Typography>
              </TableCell>
              <TableCell sx={{ minWidth: 240 }}>
                {row.issues.map((issue) => (
                  <Issue key={issue.id} issue={issue} />
                ))}
              </TableCell>
              <TableCell sx={{ ...RAW_TEXT, maxWidth: 200, color: "error.main" }}>
                {row.issues.map(({ value }) => value).find((value) => value !== null) ?? ""}
              </TableCell>
              <TableCell>
                <Values row={row} fix={fixes.get(id)} />
              </TableCell>
              <TableCell align="right">
                <Act row={row} fixed={fixes.has(id)} onFix={onFix} />
              </TableCell>
            </TableRow>
          );
        })}
      </TableBody>
    </Table>
  );
}
