import { Box, Button, Card, CardActionArea, Stack, TextField, Typography } from "@mui/material";
import { type FormEvent, useState } from "react";
import { useRedirect, useTranslate } from "react-admin";
import { change, useForget } from "../access/api.ts";
import { Gate } from "../access/Gate.tsx";
import { useAct } from "../account/useAct.ts";
import { Page } from "../components/Page.tsx";
import { ProblemAlert } from "../components/ProblemAlert.tsx";
import { Section } from "../components/Section.tsx";
import { useMay } from "../layout/useSession.ts";
import { kindIcon, useKindWords } from "./kinds.tsx";
import { PresetCards } from "./PresetCards.tsx";
import { Parameters } from "./PresetParameters.tsx";
import { fillIn, type Preset, parametersOf } from "./presets.ts";
import { SpecFields } from "./SpecFields.tsx";
import { ConnectSteps } from "./Steps.tsx";
import { putSecret } from "./secret.ts";
import { isAbout, type Texts, textsOf, valuesOf } from "./specs.ts";
import type { Kind } from "./types.ts";
import { useKinds } from "./useConnectors.ts";

function KindCards({ kinds, onChoose }: { kinds: Kind[]; onChoose: (kind: Kind) => void }) {
  const words = useKindWords();
  return (
    <Box
      sx={{ display: "grid", gap: 1.5, gridTemplateColumns: "repeat(auto-fill, minmax(270px, 1fr))" }}
      aria-busy={kinds.length === 0}
    >
      {kinds.map((kind) => {
        const { title, line } = words(kind.kind);
        return (
          <Card key={kind.kind}>
            <CardActionArea onClick={() => onChoose(kind)} sx={{ height: "100%", p: 2 }}>
              <Stack direction="row" spacing={1.5} sx={{ alignItems: "flex-start", height: "100%" }}>
                <Box aria-hidden sx={{ color: "primary.main", "& svg": { fontSize: 30 } }}>
                  {kindIcon(kind.kind)}
                </Box>
                <Box>
                  <Typography component="span" sx={{ fontWeight: 650, display: "block" }}>
                    {title}
                  </Typography>
                  <Typography component="span" variant="body2" color="textSecondary">
                    {line}
                  </Typography>
                </Box>
              </Stack>
            </CardActionArea>
          </Card>
        );
      })}
    </Box>
  );
}

interface ServerProps {
  kind: Kind;
  preset: Preset | null;
  onBack: () => void;
}

function ServerForm({ kind, preset, onBack }: ServerProps) {
  const translate = useTranslate();
  const redirect = useRedirect();
  const forget = useForget();
  const maySeal = useMay("connector.security");
  const [name, setName] = useState(preset?.name ?? "");
  const [settings, setSettings] = useState<Texts>(textsOf(preset?.connector.settings ?? {}));
  const [parameters, setParameters] = useState<Texts>({});
  const wanted = preset ? parametersOf(preset, settings) : [];
  const [secret, setSecret] = useState<Texts>({});
  const [made, setMade] = useState<string | null>(null);
  const save = useAct(async () => {
    const told = valuesOf(kind.settings, fillIn(settings, parameters));
    const sealed = valuesOf(kind.secret, secret);
    const wrong = told.wrong ?? sealed.wrong;
    if (wrong) {
      save.setProblem({ message: translate("app.ingest.not_json"), field: wrong });
      return;
    }
    // A try that came as far as the secret made the connector already.
    if (made === null) {
      await change("createConnector", { name, kind: kind.kind, settings: told.values });
      setMade(name);
    } else {
      await change("alterConnector", { name: made, newName: name, settings: told.values });
      setMade(name);
    }
    if (Object.keys(sealed.values).length > 0) await putSecret(name, sealed.values);
    await change("checkConnector", { name });
    await forget();
    redirect(`/connectors/${name}?new=1${preset ? `&preset=${preset.name}` : ""}`);
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    save.act();
  };
  const wrongName = isAbout(save.problem, "name");
  return (
    <Box component="form" onSubmit={submit} autoComplete="off">
      <Stack spacing={2}>
        {save.problem && <ProblemAlert problem={save.problem} />}
        <Section
          title={translate("app.ingest.connect.server")}
          hint={translate("app.ingest.connect.server_hint")}
        >
          <TextField
            required
            autoFocus
            label={translate("app.ingest.fields.name")}
            helperText={wrongName ? save.problem?.message : translate("app.ingest.connect.name_help")}
            error={wrongName}
            value={name}
            onChange={(event) => setName(event.target.value)}
            slotProps={{ htmlInput: { pattern: "[a-z][a-z0-9_\\-]{0,49}", spellCheck: false } }}
          />
          {preset && (
            <Parameters preset={preset} names={wanted} values={parameters} onChange={setParameters} />
          )}
          <SpecFields specs={kind.settings} values={settings} onChange={setSettings} problem={save.problem} />
        </Section>
        <Section
          title={translate("app.ingest.connect.secret")}
          hint={translate("app.ingest.connect.secret_hint")}
        >
          {maySeal ? (
            <SpecFields
              specs={kind.secret}
              values={secret}
              onChange={setSecret}
              problem={save.problem}
              secret
            />
          ) : (
            <Typography color="textSecondary">{translate("app.ingest.connect.secret_ask")}</Typography>
          )}
        </Section>
        <Stack direction="row" spacing={1} sx={{ justifyContent: "flex-end" }}>
          <Button onClick={onBack}>{translate("app.ingest.connect.other_kind")}</Button>
          <Button type="submit" variant="contained" loading={save.busy}>
            {translate("app.ingest.connect.submit")}
          </Button>
        </Stack>
      </Stack>
    </Box>
  );
}

/** The way to a new connector: what kind, where it is, then its page, where it is tested and looked into. */
export default function Connect() {
  const translate = useTranslate();
  const words = useKindWords();
  const kinds = useKinds();
  const [kind, setKind] = useState<Kind | null>(null);
  const [preset, setPreset] = useState<Preset | null>(null);
  const choose = (chosen: Kind | null, ready: Preset | null = null) => {
    setKind(chosen);
    setPreset(ready);
  };
  const title = kind
    ? translate("app.ingest.connect.to", { kind: words(kind.kind).title })
    : translate("app.ingest.connect.title");
  return (
    <Gate permissions={["connector.create"]} title={title}>
      <Page
        title={title}
        subtitle={
          preset ? preset.title : kind ? words(kind.kind).line : translate("app.ingest.connect.subtitle")
        }
        crumbs={[{ label: translate("app.menu.connectors"), to: "/connectors" }]}
      >
        <ConnectSteps active={kind ? 1 : 0} />
        {kind ? (
          <ServerForm
            key={`${kind.kind} ${preset?.name}`}
            kind={kind}
            preset={preset}
            onBack={() => choose(null)}
          />
        ) : (
          <Stack spacing={3}>
            <KindCards kinds={kinds} onChoose={choose} />
            <PresetCards
              onChoose={(ready) =>
                choose(kinds.find((one) => one.kind === ready.connector.kind) ?? null, ready)
              }
            />
          </Stack>
        )}
      </Page>
    </Gate>
  );
}
