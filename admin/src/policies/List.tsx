import AddIcon from "@mui/icons-material/Add";
import PolicyIcon from "@mui/icons-material/PolicyOutlined";
import { Button, Chip, Link as MuiLink, Stack, Switch, Typography } from "@mui/material";
import { useState } from "react";
import { Link, useTranslate } from "react-admin";
import { AskDialog } from "../access/AskDialog.tsx";
import { change, type Nodes, useAccess, useChange } from "../access/api.ts";
import { Gate } from "../access/Gate.tsx";
import { useRoleName } from "../access/names.ts";
import { type Column, PlainTable } from "../access/PlainTable.tsx";
import { useCatalog } from "../access/useCatalog.ts";
import { useDatasets } from "../access/useDatasets.ts";
import { personName, usePeopleById } from "../access/usePeople.ts";
import { EmptyState } from "../components/EmptyState.tsx";
import { Page } from "../components/Page.tsx";
import { ProblemAlert } from "../components/ProblemAlert.tsx";
import { Section } from "../components/Section.tsx";
import { useMay } from "../layout/useSession.ts";
import { problemOf } from "../providers/errors.ts";
import { POLICY_FIELDS, type Policy } from "./types.ts";

const POLICIES = `query Policies {
  policies(first: 500, orderBy: [KIND_ASC, PRIORITY_ASC, NAME_ASC, PRIMARY_KEY_ASC]) { nodes { ${POLICY_FIELDS} } }
}`;

function Chips({ texts, none }: { texts: string[]; none: string }) {
  const translate = useTranslate();
  if (texts.length === 0) return <Typography variant="body2">{translate(none)}</Typography>;
  return (
    <Stack direction="row" useFlexGap spacing={0.5} sx={{ flexWrap: "wrap" }}>
      {texts.map((text) => (
        <Chip key={text} label={text} />
      ))}
    </Stack>
  );
}

/** Names of whom a policy binds and on what. */
function useNames(policies: Policy[]) {
  const roleName = useRoleName();
  const { catalog } = useCatalog();
  const { datasets } = useDatasets();
  const people = usePeopleById(policies.flatMap(({ users }) => users));
  return {
    whom: (policy: Policy) => [
      ...policy.roles.map((role) => roleName(role, catalog)),
      ...policy.users.map((id) => personName(people.get(id), id)),
    ],
    what: (policy: Policy) => [
      ...policy.permissions,
      ...policy.datasets.map((id) => datasets.find((one) => one.id === id)?.name ?? id.slice(0, 8)),
      ...policy.tags.map((tag) => `#${tag}`),
      ...(policy.mask?.fields ?? []),
    ],
  };
}

function Name({ policy, link }: { policy: Policy; link: boolean }) {
  return (
    <>
      {link ? (
        <MuiLink component={Link} to={`/policies/${policy.id}`} sx={{ fontWeight: 600 }}>
          {policy.name}
        </MuiLink>
      ) : (
        <strong>{policy.name}</strong>
      )}
      {policy.description && (
        <Typography variant="body2" color="textSecondary">
          {policy.description}
        </Typography>
      )}
    </>
  );
}

/** The columns of the list; the last is for those who may write policies. */
function useColumns(
  rows: Policy[],
  mayWrite: boolean,
  enable: { act: (policy: Policy) => void; busy: boolean },
  onRemove: (policy: Policy) => void,
): Column<Policy>[] {
  const translate = useTranslate();
  const names = useNames(rows);
  return [
    { label: "app.policies.name", cell: (policy) => <Name policy={policy} link={mayWrite} /> },
    {
      label: "app.policies.kind",
      cell: ({ kind }) => <Chip label={translate(`app.policies.kinds.${kind}`)} />,
    },
    {
      label: "app.policies.whom",
      cell: (policy) => <Chips texts={names.whom(policy)} none="app.policies.everybody" />,
    },
    {
      label: "app.policies.what",
      cell: (policy) => <Chips texts={names.what(policy)} none="app.policies.everything" />,
    },
    { label: "app.policies.priority", cell: ({ priority }) => priority, align: "right" },
    {
      label: "app.policies.enabled",
      cell: (policy) => (
        <Switch
          checked={policy.enabled}
          disabled={!mayWrite || enable.busy}
          onChange={() => enable.act(policy)}
          slotProps={{
            input: { "aria-label": `${translate("app.policies.enabled")}: ${policy.name}` },
          }}
        />
      ),
    },
    ...(mayWrite
      ? [
          {
            label: null,
            cell: (policy: Policy) => (
              <Button
                color="error"
                onClick={() => onRemove(policy)}
                aria-label={`${translate("ra.action.delete")}: ${policy.name}`}
              >
                {translate("ra.action.delete")}
              </Button>
            ),
          },
        ]
      : []),
  ];
}

export default function PolicyList() {
  const translate = useTranslate();
  const mayWrite = useMay("role.security");
  const [removing, setRemoving] = useState<Policy | null>(null);
  const { data, error } = useAccess<{ policies: Nodes<Policy> }>(POLICIES);
  const rows = data?.policies.nodes;
  const enable = useChange(({ id, enabled }: Policy) =>
    change("enablePolicy", { policyId: id, enabled: !enabled }),
  );
  const columns = useColumns(rows ?? [], mayWrite, enable, setRemoving);
  const title = translate("app.policies.title");
  const add = mayWrite && (
    <Button variant="contained" startIcon={<AddIcon />} component={Link} to="/policies/create">
      {translate("app.policies.create")}
    </Button>
  );
  return (
    <Gate permissions={["role.view"]} title={title}>
      <Page title={title} subtitle={translate("app.policies.subtitle")} actions={add}>
        {error ? <ProblemAlert problem={problemOf(error)} /> : null}
        {enable.problem && <ProblemAlert problem={enable.problem} />}
        <Section flush>
          {rows?.length === 0 ? (
            <EmptyState
              icon={<PolicyIcon />}
              title={translate("app.policies.none")}
              text={translate("app.policies.none_text")}
              action={add}
            />
          ) : (
            <PlainTable
              rows={rows}
              keyOf={(policy) => policy.id}
              empty="app.policies.none"
              columns={columns}
            />
          )}
        </Section>
        {removing && (
          <AskDialog
            title={translate("app.policies.remove_title", { name: removing.name })}
            text={translate(`app.policies.remove_text.${removing.kind}`)}
            confirm={translate("ra.action.delete")}
            done="app.policies.removed"
            act={() => change("removePolicy", { policyId: removing.id })}
            onClose={() => setRemoving(null)}
          />
        )}
      </Page>
    </Gate>
  );
}
