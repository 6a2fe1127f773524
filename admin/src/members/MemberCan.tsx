import {
  FormControlLabel,
  MenuItem,
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
import { type Nodes, useAccess } from "../access/api.ts";
import { type Reason, Reasons } from "../access/Reasons.tsx";
import { type Catalog, groupOf, useCatalog } from "../access/useCatalog.ts";
import { ProblemAlert } from "../components/ProblemAlert.tsx";
import { Section } from "../components/Section.tsx";
import { problemOf } from "../providers/errors.ts";

interface Can {
  permission: string;
  objectKind: string | null;
  objectName: string | null;
  objectId: string | null;
  allowed: boolean;
  reasons: Reason[];
}

const WHAT_CAN = `query WhatCan($user: String) {
  whatCan(user: $user, first: 1000) { nodes { permission objectKind objectName objectId allowed reasons } }
}`;

function Rows({ rows, catalog }: { rows: Can[]; catalog: Catalog | null }) {
  const translate = useTranslate();
  const meaning = new Map((catalog?.permissions ?? []).map(({ key, description }) => [key, description]));
  return (
    <Table size="small">
      <TableHead>
        <TableRow>
          <TableCell>{translate("app.access.permission")}</TableCell>
          <TableCell>{translate("app.access.on")}</TableCell>
          <TableCell>{translate("app.access.answer")}</TableCell>
          <TableCell>{translate("app.access.why")}</TableCell>
        </TableRow>
      </TableHead>
      <TableBody>
        {rows.map((row) => (
          <TableRow key={`${row.permission} ${row.objectId ?? ""}`} hover sx={{ verticalAlign: "top" }}>
            <TableCell component="th" scope="row">
              {row.permission}
              <Typography variant="body2" color="textSecondary" lang="en">
                {meaning.get(row.permission)}
              </Typography>
            </TableCell>
            <TableCell>{row.objectName ?? translate("app.access.object.organization")}</TableCell>
            <TableCell sx={{ color: row.allowed ? "success.main" : "error.main", fontWeight: 600 }}>
              {translate(row.allowed ? "app.access.yes" : "app.access.no")}
            </TableCell>
            <TableCell>
              <Reasons reasons={row.reasons} catalog={catalog} />
            </TableCell>
          </TableRow>
        ))}
      </TableBody>
    </Table>
  );
}

/** All that somebody may do, with every reason; the refused ones when they are asked for. */
export function MemberCan({ userId }: { userId: string }) {
  const translate = useTranslate();
  const { catalog } = useCatalog();
  const [group, setGroup] = useState("");
  const [refused, setRefused] = useState(false);
  const { data, error } = useAccess<{ whatCan: Nodes<Can> }>(WHAT_CAN, { user: userId });
  const all = data?.whatCan.nodes ?? [];
  const rows = all.filter(
    (row) =>
      (row.allowed || refused || row.reasons.length > 0) &&
      (group === "" || groupOf(row.permission) === group) &&
      !row.permission.startsWith("platform."),
  );
  return (
    <Section
      title={translate("app.members.can")}
      hint={translate("app.members.can_hint")}
      actions={
        <Stack direction="row" spacing={2} sx={{ alignItems: "center" }}>
          <FormControlLabel
            control={<Switch checked={refused} onChange={(event) => setRefused(event.target.checked)} />}
            label={translate("app.members.can_refused")}
            sx={{ whiteSpace: "nowrap" }}
          />
          <TextField
            select
            label={translate("app.access.group")}
            value={group}
            onChange={(event) => setGroup(event.target.value)}
            sx={{ width: 180 }}
          >
            <MenuItem value="">{translate("app.access.all_groups")}</MenuItem>
            {(catalog?.groups ?? []).map((one) => (
              <MenuItem key={one} value={one}>
                {translate(`app.access.groups.${one}`, { _: one })}
              </MenuItem>
            ))}
          </TextField>
        </Stack>
      }
      flush
    >
      {error ? <ProblemAlert problem={problemOf(error)} /> : null}
      <Rows rows={rows} catalog={catalog} />
    </Section>
  );
}
