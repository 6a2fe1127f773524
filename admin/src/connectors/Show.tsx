import { Box, Button, Chip, Stack, Typography } from "@mui/material";
import { useState } from "react";
import { useTranslate } from "react-admin";
import { useParams, useSearchParams } from "react-router-dom";
import { change, useChange } from "../access/api.ts";
import { Gate } from "../access/Gate.tsx";
import { Ago } from "../components/Figures.tsx";
import { Page } from "../components/Page.tsx";
import { ProblemAlert } from "../components/ProblemAlert.tsx";
import { Section } from "../components/Section.tsx";
import { useMay } from "../layout/useSession.ts";
import { problemOf } from "../providers/errors.ts";
import { SourceDialog } from "../sources/SourceDialog.tsx";
import { SourcesTable } from "../sources/SourcesTable.tsx";
import { useSources } from "../sources/useSources.ts";
import { Checks } from "./Checks.tsx";
import { RemoveConnector, SecretDialog, SettingsDialog } from "./Dialogs.tsx";
import { Finds } from "./Finds.tsx";
import { kindIcon, useKindWords } from "./kinds.tsx";
import { Outcome } from "./Outcome.tsx";
import { PresetOffer } from "./PresetOffer.tsx";
import type { Preset } from "./presets.ts";
import { StateChip } from "./StateChip.tsx";
import { ConnectSteps } from "./Steps.tsx";
import { type Check, type Connector, type Find, type Kind, underWay } from "./types.ts";
import { useConnector, useKinds } from "./useConnectors.ts";

function Subtitle({ connector }: { connector: Connector }) {
  const translate = useTranslate();
  const words = useKindWords();
  return (
    <Stack direction="row" useFlexGap spacing={1} sx={{ flexWrap: "wrap", alignItems: "center" }}>
      <Box aria-hidden sx={{ color: "primary.main", display: "flex" }}>
        {kindIcon(connector.kind)}
      </Box>
      {words(connector.kind).title}
      <StateChip status={connector.status} />
      {connector.checkedAt && (
        <Typography component="span" variant="body2">
          {translate("app.ingest.connector.checked")} <Ago at={connector.checkedAt} />
        </Typography>
      )}
    </Stack>
  );
}

function Settings({ connector, kind }: { connector: Connector; kind: Kind }) {
  const translate = useTranslate();
  const shown = Object.entries(connector.settings).filter(([name]) => name in kind.settings);
  return (
    <Section title={translate("app.ingest.connector.settings")}>
      <Box
        component="dl"
        sx={{ m: 0, display: "grid", gap: 1.5, gridTemplateColumns: "repeat(auto-fill, minmax(180px, 1fr))" }}
      >
        {shown.map(([name, value]) => (
          <Box key={name}>
            <Typography component="dt" variant="body2" color="textSecondary">
              {translate(`app.ingest.fields.${name}`, { _: name })}
            </Typography>
            <Box component="dd" sx={{ m: 0, overflowWrap: "anywhere" }}>
              {typeof value === "object" ? JSON.stringify(value) : String(value)}
            </Box>
          </Box>
        ))}
        <Box>
          <Typography component="dt" variant="body2" color="textSecondary">
            {translate("app.ingest.connector.secret")}
          </Typography>
          <Box component="dd" sx={{ m: 0 }}>
            <Chip
              label={translate(`app.ingest.connector.secret_${connector.hasSecret ? "sealed" : "none"}`)}
              color={connector.hasSecret ? "success" : "default"}
            />
          </Box>
        </Box>
      </Box>
    </Section>
  );
}

type Asking = "secret" | "settings" | "remove" | null;

function Dialogs({
  asking,
  connector,
  kind,
  onClose,
}: {
  asking: Asking;
  connector: Connector;
  kind: Kind;
  onClose: () => void;
}) {
  if (asking === "secret") return <SecretDialog connector={connector} kind={kind} onClose={onClose} />;
  if (asking === "settings") return <SettingsDialog connector={connector} kind={kind} onClose={onClose} />;
  if (asking === "remove") return <RemoveConnector connector={connector} onClose={onClose} />;
  return null;
}

function Sources({ connector }: { connector: Connector }) {
  const translate = useTranslate();
  const { sources } = useSources(connector.id);
  return (
    <Section flush title={translate("app.ingest.rooms.sources")} hint={translate("app.ingest.source.hint")}>
      <SourcesTable sources={sources} />
    </Section>
  );
}

function Room({ connector, checks, kind }: { connector: Connector; checks: Check[]; kind: Kind }) {
  const translate = useTranslate();
  const [search] = useSearchParams();
  const [asking, setAsking] = useState<Asking>(null);
  const [reading, setReading] = useState<Find | null>(null);
  const [preset, setPreset] = useState<Preset | null>(null);
  const wanted = search.get("preset");
  const may = {
    execute: useMay("connector.execute"),
    edit: useMay("connector.edit"),
    seal: useMay("connector.security"),
    remove: useMay("connector.delete"),
    read: useMay("datasource.create"),
    sources: useMay("datasource.view"),
  };
  const check = useChange((discover: boolean) =>
    change("checkConnector", { name: connector.name, discover }),
  );
  const moving = checks.some(underWay);
  const discovered = checks.find(({ kind: what, result }) => what === "discover" && result);
  const step = discovered ? 3 : 2;
  return (
    <Page
      title={connector.name}
      crumbs={[{ label: translate("app.menu.connectors"), to: "/connectors" }]}
      subtitle={<Subtitle connector={connector} />}
      actions={
        <>
          {may.remove && (
            <Button color="error" onClick={() => setAsking("remove")}>
              {translate("ra.action.remove")}
            </Button>
          )}
          {may.edit && (
            <Button onClick={() => setAsking("settings")}>{translate("app.ingest.settings")}</Button>
          )}
          {may.seal && <Button onClick={() => setAsking("secret")}>{translate("app.ingest.secret")}</Button>}
          {may.execute && (
            <Button variant="outlined" loading={check.busy || moving} onClick={() => check.act(false)}>
              {translate("app.ingest.connector.test")}
            </Button>
          )}
        </>
      }
    >
      {search.has("new") && <ConnectSteps active={step} />}
      <Stack spacing={2}>
        {check.problem && <ProblemAlert problem={check.problem} />}
        <Outcome
          connector={connector}
          checks={checks}
          busy={check.busy}
          onSecret={() => setAsking("secret")}
          onSettings={() => setAsking("settings")}
          onDiscover={() => check.act(true)}
        />
        {wanted && may.read && (
          <PresetOffer
            name={wanted}
            onRead={(ready) => {
              setPreset(ready);
              const { selection, key } = ready.source;
              setReading({ name: ready.name.replaceAll("-", "_"), selection, key });
            }}
          />
        )}
        {discovered && <Finds check={discovered} onRead={setReading} />}
        {may.sources && <Sources connector={connector} />}
        {may.read && (
          <Box>
            <Button onClick={() => setReading({ name: "", selection: {} })}>
              {translate("app.ingest.source.by_hand")}
            </Button>
          </Box>
        )}
        <Checks checks={checks} />
        <Settings connector={connector} kind={kind} />
      </Stack>
      <Dialogs asking={asking} connector={connector} kind={kind} onClose={() => setAsking(null)} />
      {reading && (
        <SourceDialog
          connector={connector}
          kind={kind}
          find={reading}
          preset={preset}
          onClose={() => {
            setReading(null);
            setPreset(null);
          }}
        />
      )}
    </Page>
  );
}

/** A connector: whether it works, what is there, what of it is read. */
export default function ConnectorShow() {
  const translate = useTranslate();
  const { name = "" } = useParams();
  const { connector, checks, error } = useConnector(name);
  const kind = useKinds().find((one) => one.kind === connector?.kind);
  return (
    <Gate permissions={["connector.view"]} title={name}>
      {connector && kind ? (
        <Room key={connector.id} connector={connector} checks={checks} kind={kind} />
      ) : (
        <Page title={name} crumbs={[{ label: translate("app.menu.connectors"), to: "/connectors" }]}>
          {error ? <ProblemAlert problem={problemOf(error)} /> : null}
          {connector === null && (
            <ProblemAlert
              severity="warning"
              problem={{ code: "NOT_FOUND", message: translate("app.ingest.connector.gone") }}
            />
          )}
        </Page>
      )}
    </Gate>
  );
}
