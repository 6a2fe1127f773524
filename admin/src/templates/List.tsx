import TemplateIcon from "@mui/icons-material/DashboardCustomizeOutlined";
import { Box, Button, Card, Chip, Link as MuiLink, Stack, Typography } from "@mui/material";
import { useState } from "react";
import { Link, useTranslate } from "react-admin";
import { AskDialog } from "../access/AskDialog.tsx";
import { change, useChange } from "../access/api.ts";
import { Gate } from "../access/Gate.tsx";
import { PlainTable } from "../access/PlainTable.tsx";
import { EmptyState } from "../components/EmptyState.tsx";
import { Count } from "../components/Figures.tsx";
import { Page } from "../components/Page.tsx";
import { ProblemAlert } from "../components/ProblemAlert.tsx";
import { Section } from "../components/Section.tsx";
import { useMay } from "../layout/useSession.ts";
import { problemOf } from "../providers/errors.ts";
import { InstallDialog } from "./InstallDialog.tsx";
import { type Installed, type Origin, stepsOf, type Template, useTemplateList } from "./useTemplateList.ts";

const ORIGINS: Origin[] = ["organization", "system", "marketplace"];

function Own({ template, onRemove }: { template: Template; onRemove: () => void }) {
  const translate = useTranslate();
  const mayShare = useMay("pipeline.approve");
  const mayRemove = useMay("pipeline.delete");
  const share = useChange(
    () => change("shareTemplate", { name: template.name, shared: !template.shared }),
    template.shared ? "app.template.unshared" : "app.template.shared_done",
  );
  return (
    <>
      {mayShare && (
        <Button loading={share.busy} onClick={() => share.act()}>
          {translate(template.shared ? "app.template.unshare" : "app.template.share")}
        </Button>
      )}
      {mayRemove && (
        <Button color="error" onClick={onRemove}>
          {translate("ra.action.remove")}
        </Button>
      )}
      {share.problem && <ProblemAlert problem={share.problem} />}
    </>
  );
}

function TemplateCard({
  template,
  onInstall,
  onRemove,
}: {
  template: Template;
  onInstall: () => void;
  onRemove: () => void;
}) {
  const translate = useTranslate();
  const mayInstall = useMay("pipeline.create");
  const title = template.title || template.name;
  return (
    <Card component="li" sx={{ p: 2, display: "flex", flexDirection: "column", gap: 1, overflow: "visible" }}>
      <Box>
        <Typography component="h3" sx={{ fontWeight: 650 }}>
          {title}
        </Typography>
        <Typography variant="body2" color="textSecondary">
          {template.publisher} · {translate("app.template.version", { version: template.version })} ·{" "}
          {translate("app.template.installs", { smart_count: Number(template.installs) })}
        </Typography>
      </Box>
      <Typography variant="body2" sx={{ flex: 1 }}>
        {template.description || translate("app.template.no_description")}
      </Typography>
      <Stack direction="row" useFlexGap spacing={0.5} sx={{ flexWrap: "wrap" }}>
        {stepsOf(template.definition).map((kind, index) => (
          <Chip key={index} label={translate(`app.ingest.pipeline.kinds.${kind}`, { _: kind })} />
        ))}
        {template.origin === "organization" && template.shared && (
          <Chip color="success" label={translate("app.template.is_shared")} />
        )}
      </Stack>
      <Stack direction="row" useFlexGap spacing={1} sx={{ flexWrap: "wrap" }}>
        {mayInstall && (
          <Button
            variant="outlined"
            onClick={onInstall}
            aria-label={translate("app.template.install_one", { name: title })}
          >
            {translate("app.template.install")}
          </Button>
        )}
        {template.origin === "organization" && <Own template={template} onRemove={onRemove} />}
      </Stack>
    </Card>
  );
}

/** Pipelines that came from a template, and whether there is a newer version of it. */
function InstalledList({ installed, templates }: { installed: Installed[]; templates: Template[] }) {
  const translate = useTranslate();
  const mayUpdate = useMay("pipeline.edit");
  const [forcing, setForcing] = useState<string | null>(null);
  const update = useChange((name: string) => change("updateFromTemplate", { name }), "app.template.updated");
  const byKey = new Map(templates.map((template) => [template.template, template]));
  const last = update.problem?.code === "IN071";
  return (
    <Section
      flush
      title={translate("app.template.installed")}
      hint={translate("app.template.installed_hint")}
    >
      {update.problem && <ProblemAlert problem={update.problem} />}
      <PlainTable
        rows={installed}
        keyOf={({ id }) => id}
        empty="app.template.none_installed"
        columns={[
          {
            label: "app.template.pipeline",
            cell: ({ name, title }) => (
              <MuiLink component={Link} to={`/pipelines/${name}`} sx={{ fontWeight: 600 }}>
                {title || name}
              </MuiLink>
            ),
          },
          {
            label: "app.template.one",
            cell: ({ originTemplate }) => {
              const template = byKey.get(originTemplate ?? "");
              return template ? template.title || template.name : translate("app.template.gone");
            },
          },
          { label: "app.template.has", align: "right", cell: ({ originVersion }) => originVersion },
          {
            label: "app.template.newest",
            align: "right",
            cell: ({ originTemplate }) => byKey.get(originTemplate ?? "")?.version ?? "–",
          },
          {
            label: null,
            cell: ({ name, originTemplate, originVersion }) => {
              const newest = byKey.get(originTemplate ?? "")?.version ?? 0;
              if (!mayUpdate || newest <= (originVersion ?? 0)) return null;
              return (
                <>
                  <Button loading={update.busy} onClick={() => update.act(name)}>
                    {translate("app.template.update")}
                  </Button>
                  {last && (
                    <Button onClick={() => setForcing(name)}>{translate("app.template.force")}</Button>
                  )}
                </>
              );
            },
          },
        ]}
      />
      {forcing && (
        <AskDialog
          title={translate("app.template.force_title", { name: forcing })}
          text={translate("app.template.force_text")}
          confirm={translate("app.template.update")}
          done="app.template.updated"
          act={() => change("updateFromTemplate", { name: forcing, force: true })}
          onClose={() => setForcing(null)}
        />
      )}
    </Section>
  );
}

/** Ready-made pipelines: the organization's own, the product's, and those that others share. */
export default function Templates() {
  const translate = useTranslate();
  const { templates, installed, error } = useTemplateList();
  const [installing, setInstalling] = useState<Template | null>(null);
  const [removing, setRemoving] = useState<Template | null>(null);
  const title = translate("app.template.title");
  const groups = ORIGINS.map((origin) => ({
    origin,
    own: (templates ?? []).filter((template) => template.origin === origin),
  })).filter(({ own }) => own.length > 0);
  return (
    <Gate permissions={["pipeline.view"]} title={title}>
      <Page
        title={title}
        subtitle={translate("app.template.subtitle")}
        crumbs={[{ label: translate("app.menu.pipelines"), to: "/pipelines" }]}
      >
        <Stack spacing={2}>
          {error ? <ProblemAlert problem={problemOf(error)} /> : null}
          {templates?.length === 0 && (
            <Section>
              <EmptyState
                icon={<TemplateIcon />}
                title={translate("app.template.empty")}
                text={translate("app.template.empty_text")}
              />
            </Section>
          )}
          {groups.map(({ origin, own }) => (
            <Section
              key={origin}
              title={translate(`app.template.origin.${origin}`)}
              hint={translate(`app.template.origin_hint.${origin}`)}
              actions={<Count value={own.length} />}
            >
              <Box
                component="ul"
                sx={{
                  m: 0,
                  p: 0,
                  listStyle: "none",
                  display: "grid",
                  gap: 1.5,
                  gridTemplateColumns: "repeat(auto-fill, minmax(300px, 1fr))",
                }}
              >
                {own.map((template) => (
                  <TemplateCard
                    key={template.template}
                    template={template}
                    onInstall={() => setInstalling(template)}
                    onRemove={() => setRemoving(template)}
                  />
                ))}
              </Box>
            </Section>
          ))}
          {installed.length > 0 && <InstalledList installed={installed} templates={templates ?? []} />}
        </Stack>
        {installing && <InstallDialog template={installing} onClose={() => setInstalling(null)} />}
        {removing && (
          <AskDialog
            title={translate("app.ingest.source.remove", { name: removing.title || removing.name })}
            text={translate("app.template.remove_text")}
            confirm={translate("ra.action.remove")}
            done="app.ingest.removed"
            act={() => change("dropTemplate", { name: removing.name })}
            onClose={() => setRemoving(null)}
          />
        )}
      </Page>
    </Gate>
  );
}
