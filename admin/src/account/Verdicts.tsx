/** What one may do and why, permission by permission. */
import {
  FormControlLabel,
  Stack,
  Switch,
  Table,
  TableBody,
  TableCell,
  TableHead,
  TableRow,
  TextField,
  Typography,
} from "@mui/material";
import { useState } from "react";
import { useTranslate } from "react-admin";
import { Section } from "../components/Section.tsx";
import type { Reason, Verdict } from "./access.ts";
import { TimeLeft } from "./TimeLeft.tsx";
import { usePermissions } from "./usePermissions.ts";

const SHOWN = 25;

function Why({ verdict }: { verdict: Verdict }) {
  const translate = useTranslate();
  const word = ({ source, name, via }: Reason): string => {
    const known = name ?? "";
    const role = source === "role" ? translate(`app.roles.${known}`, { _: known }) : known;
    const text = translate(`app.account.access.by_${source}`, { name: role, _: `${source} ${role}` });
    return via && via !== name ? `${text} (${translate(`app.roles.${via}`, { _: via })})` : text;
  };
  const counting = verdict.reasons.filter((reason) => reason.counts);
  const shown = counting.length > 0 ? counting : verdict.reasons;
  if (shown.length === 0) return <>{translate("app.account.access.by_nothing")}</>;
  return (
    <>
      {shown.map((reason, index) => (
        <span key={`${reason.source} ${reason.name} ${reason.via} ${reason.until}`}>
          {index > 0 && ", "}
          {word(reason)}
          {reason.until && (
            <>
              {" "}
              (<TimeLeft until={reason.until} />)
            </>
          )}
        </span>
      ))}
    </>
  );
}

export function Verdicts({ verdicts }: { verdicts: Verdict[] }) {
  const translate = useTranslate();
  const meanings = usePermissions();
  const [search, setSearch] = useState("");
  const [all, setAll] = useState(false);
  const [whole, setWhole] = useState(false);
  const words = search.toLowerCase();
  const found = verdicts.filter(
    ({ permission, allowed, objectName }) =>
      (all || allowed || objectName) &&
      !permission.startsWith("platform.") &&
      `${permission} ${meanings[permission] ?? ""} ${objectName ?? ""}`.toLowerCase().includes(words),
  );
  const shown = whole ? found : found.slice(0, SHOWN);
  return (
    <Section
      title={translate("app.account.access.can")}
      hint={translate("app.account.access.can_hint")}
      flush
    >
      <Stack direction="row" useFlexGap spacing={2} sx={{ px: 2, alignItems: "center", flexWrap: "wrap" }}>
        <TextField
          label={translate("app.account.access.search")}
          value={search}
          onChange={(event) => setSearch(event.target.value)}
          sx={{ maxWidth: 320 }}
        />
        <FormControlLabel
          control={<Switch checked={all} onChange={(event) => setAll(event.target.checked)} />}
          label={translate("app.account.access.also_refused")}
          sx={{ width: "auto" }}
        />
      </Stack>
      <Table size="small">
        <TableHead>
          <TableRow>
            {["permission", "where", "answer", "why"].map((name) => (
              <TableCell key={name}>{translate(`app.account.access.${name}`)}</TableCell>
            ))}
          </TableRow>
        </TableHead>
        <TableBody>
          {shown.map((verdict) => (
            <TableRow key={`${verdict.permission} ${verdict.objectName ?? ""}`} hover>
              <TableCell>
                <code>{verdict.permission}</code>
                <Typography variant="body2" color="textSecondary">
                  {meanings[verdict.permission]}
                </Typography>
              </TableCell>
              <TableCell>
                {verdict.objectName
                  ? translate("app.account.access.on_dataset", { name: verdict.objectName })
                  : translate("app.account.access.everywhere")}
              </TableCell>
              <TableCell sx={{ fontWeight: 600, color: verdict.allowed ? "success.main" : "error.main" }}>
                {translate(verdict.allowed ? "app.account.access.yes" : "app.account.access.no")}
              </TableCell>
              <TableCell>
                <Why verdict={verdict} />
              </TableCell>
            </TableRow>
          ))}
        </TableBody>
      </Table>
      {found.length > shown.length && (
        <FormControlLabel
          control={<Switch checked={whole} onChange={(event) => setWhole(event.target.checked)} />}
          label={translate("app.account.access.show_all", { smart_count: found.length })}
          sx={{ px: 2, py: 1, width: "auto" }}
        />
      )}
    </Section>
  );
}
