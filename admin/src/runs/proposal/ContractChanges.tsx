import { Chip, MenuItem, Table, TableBody, TableCell, TableHead, TableRow, TextField } from "@mui/material";
import { useTranslate } from "react-admin";
import type { ProposedChange } from "./types.ts";

interface Props {
  proposed: ProposedChange[];
  decided: ProposedChange[];
  onChange: (decided: ProposedChange[]) => void;
  disabled: boolean;
}

const HEADINGS = ["change", "what", "evidence", "decision"] as const;
const COLORS = { renamed: "info", added: "success", dropped: "warning", retyped: "secondary" } as const;

/** What may be decided of a proposed change, the proposal first. */
function choicesOf(change: ProposedChange): { key: string; change: ProposedChange }[] {
  const { evidence } = change;
  if (change.change === "renamed") {
    return [
      { key: "renamed", change },
      { key: "ignored", change: { change: "ignored", column: change.column, evidence } },
    ];
  }
  if (change.change === "added") {
    return [
      { key: "added", change },
      { key: "ignored", change: { change: "ignored", column: change.column, evidence } },
    ];
  }
  if (change.change === "dropped") {
    return [
      { key: "keep", change },
      { key: "retire", change: { ...change, retire: true } },
    ];
  }
  if (change.change === "retyped") {
    return [
      ...(change.to === null ? [] : [{ key: "widen", change }]),
      { key: "reject", change: { ...change, to: null } },
    ];
  }
  return [{ key: "ignored", change }];
}

function describe(change: ProposedChange): string {
  if (change.change === "renamed") return `${change.field} ← ${change.column}`;
  if (change.change === "added") return `${change.field.name} (${change.field.type}) ← ${change.column}`;
  if (change.change === "retyped") return `${change.field}: ${change.from} → ${change.to ?? "?"}`;
  return change.change === "dropped" ? change.field : change.column;
}

/** What a file's header changes, one decision a line. */
export function ContractChanges({ proposed, decided, onChange, disabled }: Props) {
  const translate = useTranslate();
  return (
    <Table size="small" aria-label={translate("app.proposal.title_change")}>
      <TableHead>
        <TableRow>
          {HEADINGS.map((name) => (
            <TableCell key={name}>{translate(`app.proposal.${name}`)}</TableCell>
          ))}
        </TableRow>
      </TableHead>
      <TableBody>
        {proposed.map((change, at) => {
          const choices = choicesOf(change);
          const chosen = choices.findIndex(
            (one) => JSON.stringify(one.change) === JSON.stringify(decided[at]),
          );
          return (
            <TableRow key={describe(change)}>
              <TableCell>
                <Chip
                  size="small"
                  color={change.change === "ignored" ? "default" : COLORS[change.change]}
                  variant="outlined"
                  label={translate(`app.proposal.changes.${change.change}`)}
                />
              </TableCell>
              <TableCell sx={{ fontFamily: "monospace" }}>{describe(change)}</TableCell>
              <TableCell sx={{ color: "text.secondary" }}>{change.evidence}</TableCell>
              <TableCell>
                <TextField
                  select
                  value={Math.max(0, chosen)}
                  disabled={disabled}
                  onChange={(event) => {
                    const next = choices[Number(event.target.value)]!.change;
                    onChange(decided.map((one, i) => (i === at ? next : one)));
                  }}
                  sx={{ minWidth: 210 }}
                  slotProps={{
                    select: {
                      SelectDisplayProps: {
                        "aria-label": `${translate("app.proposal.decision")}: ${describe(change)}`,
                      },
                    },
                  }}
                >
                  {choices.map((one, i) => (
                    <MenuItem key={one.key} value={i}>
                      {translate(`app.proposal.choices.${one.key}`)}
                    </MenuItem>
                  ))}
                </TextField>
              </TableCell>
            </TableRow>
          );
        })}
      </TableBody>
    </Table>
  );
}
