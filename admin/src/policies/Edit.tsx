import { Box, Button, FormControlLabel, MenuItem, Stack, Switch, TextField } from "@mui/material";
import { type FormEvent, useMemo, useState } from "react";
import { useRedirect, useTranslate } from "react-admin";
import { useParams } from "react-router-dom";
import { change, type Nodes, useAccess, useChange } from "../access/api.ts";
import { Gate } from "../access/Gate.tsx";
import { useColumns, useDatasets } from "../access/useDatasets.ts";
import { Page } from "../components/Page.tsx";
import { ProblemAlert } from "../components/ProblemAlert.tsx";
import { Section } from "../components/Section.tsx";
import { problemOf } from "../providers/errors.ts";
import { ConditionField, type Draft, draftOf, type Written, writtenOf } from "./ConditionField.tsx";
import { MaskField } from "./MaskField.tsx";
import { Preview } from "./Preview.tsx";
import { Scope } from "./Scope.tsx";
import { KINDS, type Kind, onRows, POLICY_FIELDS, type Policy } from "./types.ts";

const ONE = `query Policy($id: UUID!) {
  policies(first: 1, filter: { id: { equalTo: $id } }) { nodes { ${POLICY_FIELDS} } }
}`;
const ATTRIBUTES = "query Attributes { members(first: 200) { nodes { attributes } } }";

const NEW: Policy = {
  id: "",
  name: "",
  description: "",
  kind: "row_filter",
  roles: [],
  users: [],
  datasets: [],
  tags: [],
  permissions: [],
  condition: null,
  mask: null,
  priority: 100,
  enabled: true,
};

/** Names of attributes that members have, to choose from. */
function useAttributes(): string[] {
  const { data } = useAccess<{ members: Nodes<{ attributes: Record<string, unknown> | null }> }>(ATTRIBUTES);
  return [
    ...new Set((data?.members.nodes ?? []).flatMap(({ attributes }) => Object.keys(attributes ?? {}))),
  ].sort();
}

async function save(policy: Policy, condition: Written): Promise<void> {
  const { id, kind, mask, permissions, ...rest } = policy;
  const values = {
    ...rest,
    condition: condition ?? null,
    mask: kind === "mask" ? mask : null,
    permissions: onRows(kind) ? [] : permissions,
  };
  if (id) await change("updatePolicy", { policyId: id, changes: values });
  else await change("createPolicy", { ...values, kind });
}

interface PartProps {
  policy: Policy;
  set: (part: Partial<Policy>) => void;
}

function Basics({ policy, set }: PartProps) {
  const translate = useTranslate();
  return (
    <Section title={translate("app.policies.basics")}>
      <TextField
        required
        label={translate("app.policies.name")}
        value={policy.name}
        onChange={(event) => set({ name: event.target.value })}
        slotProps={{ htmlInput: { maxLength: 200 } }}
      />
      <TextField
        label={translate("app.policies.description")}
        value={policy.description}
        onChange={(event) => set({ description: event.target.value })}
      />
      <Stack direction="row" spacing={2} useFlexGap>
        <TextField
          select
          label={translate("app.policies.kind")}
          value={policy.kind}
          disabled={policy.id !== ""}
          onChange={(event) => {
            const kind = event.target.value as Kind;
            set({ kind, mask: kind === "mask" ? (policy.mask ?? { kind: "null" }) : null });
          }}
          helperText={translate(`app.policies.kind_text.${policy.kind}`)}
          slotProps={{ formHelperText: { sx: { "&.Mui-disabled": { color: "text.secondary" } } } }}
        >
          {KINDS.map((kind) => (
            <MenuItem key={kind} value={kind}>
              {translate(`app.policies.kinds.${kind}`)}
            </MenuItem>
          ))}
        </TextField>
        <TextField
          type="number"
          label={translate("app.policies.priority")}
          value={policy.priority}
          onChange={(event) => set({ priority: Number(event.target.value) })}
          helperText={translate("app.policies.priority_help")}
          slotProps={{ htmlInput: { min: 0, max: 10_000 } }}
        />
      </Stack>
      <FormControlLabel
        control={
          <Switch checked={policy.enabled} onChange={(event) => set({ enabled: event.target.checked })} />
        }
        label={translate("app.policies.enabled")}
      />
    </Section>
  );
}

function Editor({ initial }: { initial: Policy }) {
  const translate = useTranslate();
  const redirect = useRedirect();
  const [policy, setPolicy] = useState(initial);
  const [draft, setDraft] = useState<Draft>(() => draftOf(initial.condition));
  const { datasets } = useDatasets();
  const [chosen, setChosen] = useState<string | null>(null);
  const attributes = useAttributes();
  // Columns come from the dataset that is previewed: the first that the policy is about.
  const tagged = datasets.find(({ allTags }) => allTags.some((tag) => policy.tags.includes(tag)))?.id;
  const dataset = chosen ?? policy.datasets[0] ?? tagged ?? datasets[0]?.id ?? null;
  const columns = useColumns(dataset);
  const types = useMemo(() => new Map(columns.map(({ name, type }) => [name, type])), [columns]);
  const written = writtenOf(draft, types);
  const rows = onRows(policy.kind);
  const set = (part: Partial<Policy>) => setPolicy((before) => ({ ...before, ...part }));
  const keep = useChange(async () => {
    await save(policy, written);
    redirect("/policies");
  }, "app.policies.saved");
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (written === undefined)
      keep.setProblem({ message: translate("app.policies.condition_half"), field: "condition" });
    else keep.act();
  };
  return (
    <Stack direction={{ xs: "column", lg: "row" }} spacing={2} sx={{ alignItems: "flex-start" }}>
      <Stack component="form" spacing={2} onSubmit={submit} sx={{ flex: 3, minWidth: 0, width: "100%" }}>
        <Basics policy={policy} set={set} />
        <Scope policy={policy} set={set} />
        {policy.kind === "mask" && policy.mask && (
          <Section title={translate("app.policies.mask")} hint={translate("app.policies.mask_hint")}>
            <MaskField
              mask={policy.mask}
              onChange={(mask) => set({ mask })}
              columns={columns.map(({ name }) => name)}
            />
          </Section>
        )}
        <Section
          title={translate("app.policies.condition")}
          hint={translate(`app.policies.condition_hint.${policy.kind}`)}
        >
          <ConditionField
            draft={draft}
            onChange={setDraft}
            written={written}
            dataset={dataset}
            rows={rows}
            attributes={attributes}
          />
        </Section>
        {keep.problem && <ProblemAlert problem={keep.problem} />}
        <Box>
          <Button type="submit" variant="contained" loading={keep.busy}>
            {translate("app.policies.save")}
          </Button>
        </Box>
      </Stack>
      <Box sx={{ flex: 2, minWidth: 0, width: "100%", position: { lg: "sticky" }, top: 60 }}>
        <Preview
          kind={policy.kind}
          condition={written}
          mask={policy.mask}
          tags={policy.tags}
          dataset={dataset}
          onDataset={setChosen}
        />
      </Box>
    </Stack>
  );
}

/** A policy, new or there already: whom it binds, on what, when, and what it would do. */
export default function PolicyEdit() {
  const translate = useTranslate();
  const { id } = useParams();
  const { data, error } = useAccess<{ policies: Nodes<Policy> }>(ONE, { id }, { enabled: id !== undefined });
  const policy = id ? data?.policies.nodes[0] : NEW;
  const title = id ? (policy?.name ?? translate("app.policies.one")) : translate("app.policies.create");
  const gone = id !== undefined && data !== undefined && !policy;
  return (
    <Gate permissions={["role.security"]} title={title}>
      <Page title={title} crumbs={[{ label: translate("app.policies.title"), to: "/policies" }]}>
        {error ? <ProblemAlert problem={problemOf(error)} /> : null}
        {gone && <ProblemAlert problem={{ code: "AC044", message: translate("app.policies.gone") }} />}
        {policy && <Editor key={policy.id} initial={policy} />}
      </Page>
    </Gate>
  );
}
