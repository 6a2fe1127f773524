import AddIcon from "@mui/icons-material/Add";
import KeyIcon from "@mui/icons-material/VpnKeyOutlined";
import { Button, Tab, Tabs } from "@mui/material";
import { useState } from "react";
import { useTranslate } from "react-admin";
import { type Nodes, useAccess } from "../access/api.ts";
import { Gate } from "../access/Gate.tsx";
import { EmptyState } from "../components/EmptyState.tsx";
import { Page } from "../components/Page.tsx";
import { ProblemAlert } from "../components/ProblemAlert.tsx";
import { Section } from "../components/Section.tsx";
import { useMay } from "../layout/useSession.ts";
import { problemOf } from "../providers/errors.ts";
import { GrantDialog } from "./GrantDialog.tsx";
import { GrantsTable } from "./GrantsTable.tsx";
import { GRANT_FIELDS, type Grant, type GrantState, stateOf } from "./types.ts";

/** What ends next comes first; of what has ended, the latest. */
function inOrder(grants: Grant[], state: GrantState): Grant[] {
  const end = (grant: Grant) => new Date(grant.revokedAt ?? grant.endsAt).getTime();
  const direction = state === "ended" ? -1 : 1;
  return grants.filter((grant) => stateOf(grant) === state).sort((a, b) => direction * (end(a) - end(b)));
}

const STATES: GrantState[] = ["in_force", "coming", "ended"];
/** Grants end by the clock alone, without anybody's doing. */
const LOOK_EVERY_MS = 10_000;

const GRANTS = `query Grants {
  live: grants(first: 1000, orderBy: [ENDS_AT_DESC, PRIMARY_KEY_ASC],
               filter: { revokedAt: { isNull: true } }) { nodes { ${GRANT_FIELDS} } }
  past: grants(first: 200, orderBy: [REVOKED_AT_DESC, PRIMARY_KEY_ASC],
               filter: { revokedAt: { isNull: false } }) { nodes { ${GRANT_FIELDS} } }
}`;

/** Who has something more, or less, than roles give: now, soon, before. */
export default function GrantList() {
  const translate = useTranslate();
  const mayGive = useMay("role.share");
  const [state, setState] = useState<GrantState>("in_force");
  const [giving, setGiving] = useState(false);
  const { data, error } = useAccess<{ live: Nodes<Grant>; past: Nodes<Grant> }>(
    GRANTS,
    {},
    { every: LOOK_EVERY_MS },
  );
  const all = data && [...data.live.nodes, ...data.past.nodes];
  const counted = (one: GrantState) => all?.filter((grant) => stateOf(grant) === one).length ?? 0;
  const title = translate("app.grants.title");
  const give = mayGive && (
    <Button variant="contained" startIcon={<AddIcon />} onClick={() => setGiving(true)}>
      {translate("app.grants.give")}
    </Button>
  );
  return (
    <Gate permissions={["role.share", "audit.view"]} title={title}>
      <Page title={title} subtitle={translate("app.grants.subtitle")} actions={give}>
        {error ? <ProblemAlert problem={problemOf(error)} /> : null}
        <Tabs
          value={state}
          onChange={(_event, chosen: GrantState) => setState(chosen)}
          aria-label={title}
          sx={{ mb: 1 }}
        >
          {STATES.map((one) => (
            <Tab
              key={one}
              value={one}
              id={`grants-tab-${one}`}
              aria-controls="grants-panel"
              label={`${translate(`app.grants.state.${one}`)} (${counted(one)})`}
            />
          ))}
        </Tabs>
        <div role="tabpanel" id="grants-panel" aria-labelledby={`grants-tab-${state}`}>
          <Section flush>
            {all?.length === 0 ? (
              <EmptyState
                icon={<KeyIcon />}
                title={translate("app.grants.none")}
                text={translate("app.grants.none_text")}
                action={give}
              />
            ) : (
              <GrantsTable grants={all && inOrder(all, state)} empty={`app.grants.none_${state}`} />
            )}
          </Section>
        </div>
        {giving && <GrantDialog onClose={() => setGiving(false)} />}
      </Page>
    </Gate>
  );
}
