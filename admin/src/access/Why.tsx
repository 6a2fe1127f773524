import { Alert, AlertTitle, Box, Button, Stack, TextField, Typography } from "@mui/material";
import { useState } from "react";
import { useTranslate } from "react-admin";
import { Page } from "../components/Page.tsx";
import { ProblemAlert } from "../components/ProblemAlert.tsx";
import { Section } from "../components/Section.tsx";
import { typedMoment } from "../components/zone.ts";
import { useMay } from "../layout/useSession.ts";
import { problemOf } from "../providers/errors.ts";
import { useAccess } from "./api.ts";
import { useRoleName } from "./names.ts";
import { PermissionPicker, PersonPicker, type Target, TargetPicker, WHOLE } from "./pickers.tsx";
import { type Reason, Reasons } from "./Reasons.tsx";
import { type Catalog, useCatalog } from "./useCatalog.ts";
import type { Person } from "./usePeople.ts";

interface Answer {
  allowed: boolean;
  decided_by: string;
  reasons: Reason[];
  needed?: { roles: string[]; own_roles: string[]; ask: string[] };
}

interface Question {
  permission: string;
  user: string | null;
  objectKind: string | null;
  objectId: string | null;
  at: string | null;
}

const EXPLAIN = `query Explain($permission: String!, $user: String, $objectKind: String, $objectId: String, $at: Datetime) {
  explain(permission: $permission, user: $user, objectKind: $objectKind, objectId: $objectId, at: $at)
}`;

function Needed({ needed, catalog }: { needed: NonNullable<Answer["needed"]>; catalog: Catalog | null }) {
  const translate = useTranslate();
  const roleName = useRoleName();
  const roles = [...needed.roles, ...needed.own_roles].map((role) => roleName(role, catalog));
  return (
    <Section title={translate("app.why.needed")}>
      <Stack spacing={1}>
        {roles.length > 0 && (
          <Typography>{translate("app.why.roles", { roles: roles.join(", ") })}</Typography>
        )}
        {needed.ask.length > 0 && (
          <Typography>{translate("app.why.ask", { people: needed.ask.join(", ") })}</Typography>
        )}
        {roles.length + needed.ask.length === 0 && (
          <Typography>{translate("app.why.nothing_helps")}</Typography>
        )}
      </Stack>
    </Section>
  );
}

function Decision({ question, catalog }: { question: Question; catalog: Catalog | null }) {
  const translate = useTranslate();
  const asked = Object.fromEntries(Object.entries(question).filter(([, value]) => value !== null));
  const { data, error } = useAccess<{ explain: Answer }>(EXPLAIN, asked);
  if (error) return <ProblemAlert problem={problemOf(error)} />;
  if (!data) return null;
  const { allowed, decided_by: decidedBy, reasons, needed } = data.explain;
  return (
    <Stack spacing={2} role="status">
      <Alert severity={allowed ? "success" : "error"}>
        <AlertTitle sx={{ fontWeight: 650, mb: 0 }}>
          {translate(allowed ? "app.why.allowed" : "app.why.refused")} ·{" "}
          {translate(`app.why.decided.${decidedBy}`, { _: decidedBy })}
        </AlertTitle>
      </Alert>
      <Section title={translate("app.why.reasons")}>
        <Reasons reasons={reasons} catalog={catalog} />
      </Section>
      {needed && <Needed needed={needed} catalog={catalog} />}
    </Stack>
  );
}

/** Person, permission, object, moment: yes or no, with every reason and what would be needed. */
export default function Why() {
  const translate = useTranslate();
  const { catalog } = useCatalog();
  const mayAskOthers = useMay("audit.view");
  const [person, setPerson] = useState<Person | null>(null);
  const [permission, setPermission] = useState<string | null>(null);
  const [target, setTarget] = useState<Target>(WHOLE);
  const [at, setAt] = useState("");
  const [question, setQuestion] = useState<Question | null>(null);
  const ask = () => {
    if (!permission) return;
    setQuestion({
      permission,
      user: person?.userId ?? null,
      objectKind: target.id ? target.kind : null,
      objectId: target.id,
      at: typedMoment(at)?.toISOString() ?? null,
    });
  };
  return (
    <Page title={translate("app.why.title")} subtitle={translate("app.why.subtitle")}>
      <Stack direction={{ xs: "column", lg: "row" }} spacing={2} sx={{ alignItems: "flex-start" }}>
        <Section title={translate("app.why.question")} sx={{ width: "100%", maxWidth: 520 }}>
          <Box
            component="form"
            onSubmit={(event) => {
              event.preventDefault();
              ask();
            }}
          >
            {mayAskOthers && (
              <PersonPicker
                label={translate("app.why.person")}
                helperText={translate("app.why.person_help")}
                value={person}
                onChange={setPerson}
              />
            )}
            <PermissionPicker catalog={catalog} value={permission} onChange={setPermission} required />
            <TargetPicker target={target} onChange={setTarget} />
            <TextField
              type="datetime-local"
              label={translate("app.why.at")}
              helperText={translate("app.why.at_help")}
              value={at}
              onChange={(event) => setAt(event.target.value)}
              slotProps={{ inputLabel: { shrink: true }, htmlInput: { step: 1 } }}
            />
            <Button type="submit" variant="contained" sx={{ mt: 1 }}>
              {translate("app.why.submit")}
            </Button>
          </Box>
        </Section>
        <Box sx={{ flex: 1, width: "100%" }}>
          {question && <Decision key={JSON.stringify(question)} question={question} catalog={catalog} />}
        </Box>
      </Stack>
    </Page>
  );
}
