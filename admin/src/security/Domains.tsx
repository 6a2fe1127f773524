import { Box, Button, Chip, FormControlLabel, MenuItem, Switch, TextField, Typography } from "@mui/material";
import { useState } from "react";
import { useTranslate } from "react-admin";
import { AskDialog } from "../access/AskDialog.tsx";
import { change, type Nodes, useAccess, useChange } from "../access/api.ts";
import { FormDialog } from "../access/FormDialog.tsx";
import { useRoleName } from "../access/names.ts";
import { PlainTable } from "../access/PlainTable.tsx";
import { ProblemAlert } from "../components/ProblemAlert.tsx";
import { Section } from "../components/Section.tsx";
import { call } from "../providers/http.ts";

interface Domain {
  domain: string;
  token: string;
  joinMembers: boolean;
  defaultRole: string;
  verifiedAt: string | null;
}

const DOMAINS = `query Domains {
  domains(first: 200, orderBy: [DOMAIN_ASC]) { nodes { domain token joinMembers defaultRole verifiedAt } }
}`;

/** Roles that whoever joins by themselves may get. */
export const JOIN_ROLES = ["client", "viewer", "analyst", "steward", "editor", "manager"];

export function JoinRole({ value, onChange }: { value: string; onChange: (role: string) => void }) {
  const translate = useTranslate();
  const roleName = useRoleName();
  return (
    <TextField
      select
      label={translate("app.security.default_role")}
      value={value}
      onChange={(event) => onChange(event.target.value)}
    >
      {JOIN_ROLES.map((role) => (
        <MenuItem key={role} value={role}>
          {roleName(role)}
        </MenuItem>
      ))}
    </TextField>
  );
}

function AddDialog({ onClose }: { onClose: () => void }) {
  const translate = useTranslate();
  const [domain, setDomain] = useState("");
  const [joinMembers, setJoin] = useState(true);
  const [defaultRole, setRole] = useState("viewer");
  const add = useChange(async () => {
    await change("addDomain", { domain: domain.trim(), joinMembers, defaultRole });
    onClose();
  }, "app.security.domain_added");
  return (
    <FormDialog
      title={translate("app.security.domain_add")}
      submit={translate("ra.action.add")}
      problem={add.problem}
      busy={add.busy}
      onSubmit={add.act}
      onClose={onClose}
    >
      <TextField
        required
        autoFocus
        label={translate("app.security.domain")}
        placeholder="acme.example"
        value={domain}
        onChange={(event) => setDomain(event.target.value)}
      />
      <FormControlLabel
        control={<Switch checked={joinMembers} onChange={(event) => setJoin(event.target.checked)} />}
        label={translate("app.security.join")}
      />
      <JoinRole value={defaultRole} onChange={setRole} />
    </FormDialog>
  );
}

export function Domains() {
  const translate = useTranslate();
  const roleName = useRoleName();
  const [adding, setAdding] = useState(false);
  const [removing, setRemoving] = useState<string | null>(null);
  const { data } = useAccess<{ domains: Nodes<Domain> }>(DOMAINS);
  const verify = useChange(
    (domain: string) => call(`/access/v1/domains/${encodeURIComponent(domain)}/verify`, {}),
    "app.security.domain_verified",
  );
  return (
    <Section
      title={translate("app.security.rooms.domains")}
      hint={translate("app.security.domains_hint")}
      actions={<Button onClick={() => setAdding(true)}>{translate("app.security.domain_add")}</Button>}
      flush
    >
      {verify.problem && <ProblemAlert problem={verify.problem} />}
      <PlainTable
        rows={data?.domains.nodes}
        keyOf={({ domain }) => domain}
        empty="app.security.no_domains"
        columns={[
          {
            label: "app.security.domain",
            cell: ({ domain, token, verifiedAt }) => (
              <Box>
                <strong>{domain}</strong>
                {!verifiedAt && (
                  <Typography variant="body2" color="textSecondary" sx={{ overflowWrap: "anywhere" }}>
                    {translate("app.security.record")} <code>_cadastre.{domain}</code> TXT{" "}
                    <code>cadastre-verification={token}</code>
                  </Typography>
                )}
              </Box>
            ),
          },
          {
            label: "app.members.status",
            cell: ({ verifiedAt }) => (
              <Chip
                label={translate(verifiedAt ? "app.security.proven" : "app.security.unproven")}
                color={verifiedAt ? "success" : "warning"}
              />
            ),
          },
          {
            label: "app.security.joins",
            cell: ({ joinMembers, defaultRole }) =>
              joinMembers ? roleName(defaultRole) : translate("app.access.no"),
          },
          {
            label: null,
            cell: ({ domain, verifiedAt }) => (
              <>
                {!verifiedAt && (
                  <Button disabled={verify.busy} onClick={() => verify.act(domain)}>
                    {translate("app.security.verify")}
                  </Button>
                )}
                <Button color="error" onClick={() => setRemoving(domain)}>
                  {translate("ra.action.remove")}
                </Button>
              </>
            ),
          },
        ]}
      />
      {adding && <AddDialog onClose={() => setAdding(false)} />}
      {removing && (
        <AskDialog
          title={translate("app.security.domain_remove", { domain: removing })}
          text={translate("app.security.domain_remove_text")}
          confirm={translate("ra.action.remove")}
          done="app.security.removed"
          act={() => change("removeDomain", { domain: removing })}
          onClose={() => setRemoving(null)}
        />
      )}
    </Section>
  );
}
