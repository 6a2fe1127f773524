import { Button, Chip, Link as MuiLink, Stack, Typography } from "@mui/material";
import { useState } from "react";
import { useRedirect, useTranslate } from "react-admin";
import { useParams } from "react-router-dom";
import { AskDialog } from "../access/AskDialog.tsx";
import { change, useChange } from "../access/api.ts";
import { Gate } from "../access/Gate.tsx";
import { PlainTable } from "../access/PlainTable.tsx";
import { Ago } from "../components/Figures.tsx";
import { Page } from "../components/Page.tsx";
import { ProblemAlert } from "../components/ProblemAlert.tsx";
import { Section } from "../components/Section.tsx";
import { useMay } from "../layout/useSession.ts";
import { problemOf } from "../providers/errors.ts";
import { type Delivery, useWebhook, type Webhook } from "./useWebhooks.ts";
import { rotate, SecretOnce, WebhookDialog } from "./WebhookDialog.tsx";
import { WebhookState } from "./Webhooks.tsx";

const COLOURS = { pending: "info", delivered: "success", failed: "error", cancelled: "default" } as const;

function Deliveries({ deliveries }: { deliveries: Delivery[] | undefined }) {
  const translate = useTranslate();
  const mayReplay = useMay("ops.execute");
  const replay = useChange(
    (deliveryId: string) => change("replayDelivery", { deliveryId }),
    "app.ingest.webhook.replayed",
  );
  return (
    <Section
      flush
      title={translate("app.ingest.webhook.deliveries")}
      hint={translate("app.ingest.webhook.deliveries_hint")}
    >
      {replay.problem && <ProblemAlert problem={replay.problem} />}
      <PlainTable
        rows={deliveries}
        keyOf={({ id }) => id}
        empty="app.ingest.webhook.no_deliveries"
        columns={[
          {
            label: "app.run.status.label",
            cell: ({ status, replayOf }) => (
              <Stack direction="row" spacing={0.5}>
                <Chip
                  label={translate(`app.ingest.webhook.delivery.${status}`)}
                  color={COLOURS[status] ?? "default"}
                />
                {replayOf && <Chip label={translate("app.run.replay")} />}
              </Stack>
            ),
          },
          { label: "app.ingest.rule.event", cell: ({ eventKind }) => <code>{eventKind}</code> },
          {
            label: "app.ingest.webhook.answer",
            cell: ({ responseStatus, error }) => (
              <Typography variant="body2" color={error ? "error" : "textPrimary"}>
                {[responseStatus, error].filter(Boolean).join(" · ") || "–"}
              </Typography>
            ),
          },
          { label: "app.ingest.webhook.attempts", align: "right", cell: ({ attempts }) => attempts },
          { label: "app.run.when", cell: ({ createdAt }) => <Ago at={createdAt} /> },
          {
            label: "app.ingest.next_try",
            cell: ({ status, dueAt }) => (status === "pending" ? <Ago at={dueAt} /> : "–"),
          },
          {
            label: null,
            cell: ({ id, status, eventKind }) =>
              mayReplay &&
              status !== "pending" && (
                <Button
                  loading={replay.busy}
                  onClick={() => replay.act(id)}
                  aria-label={`${translate("app.ingest.webhook.replay")}: ${eventKind}`}
                >
                  {translate("app.ingest.webhook.replay")}
                </Button>
              ),
          },
        ]}
      />
    </Section>
  );
}

function Room({ webhook, deliveries }: { webhook: Webhook; deliveries: Delivery[] | undefined }) {
  const translate = useTranslate();
  const redirect = useRedirect();
  const may = { edit: useMay("ops.edit"), execute: useMay("ops.execute") };
  const [asking, setAsking] = useState<"edit" | "remove" | null>(null);
  const [secret, setSecret] = useState<string | null>(null);
  const webhookId = webhook.id;
  const test = useChange(() => change("testWebhook", { webhookId }), "app.ingest.webhook.tested");
  const flip = useChange(
    () => change("switchWebhook", { webhookId, active: !webhook.active }),
    "app.ingest.saved",
  );
  const renew = useChange(async () => setSecret((await rotate(webhookId)).secret ?? null));
  const problem = test.problem ?? flip.problem ?? renew.problem;
  const called = webhook.title || webhook.url;
  return (
    <Page
      title={called}
      crumbs={[{ label: translate("app.ingest.notification.parts.webhooks"), to: "/notifications/webhooks" }]}
      subtitle={
        <Stack spacing={0.5}>
          <MuiLink component="span" underline="none" color="textSecondary" sx={{ overflowWrap: "anywhere" }}>
            {webhook.url}
          </MuiLink>
          <WebhookState webhook={webhook} />
        </Stack>
      }
      actions={
        <>
          {may.edit && (
            <>
              <Button color="error" onClick={() => setAsking("remove")}>
                {translate("ra.action.remove")}
              </Button>
              <Button onClick={() => setAsking("edit")}>{translate("ra.action.edit")}</Button>
              <Button loading={renew.busy} onClick={renew.act}>
                {translate("app.ingest.webhook.rotate")}
              </Button>
              <Button variant="outlined" loading={flip.busy} onClick={flip.act}>
                {translate(webhook.active ? "app.ingest.webhook.off" : "app.ingest.webhook.on")}
              </Button>
            </>
          )}
          {may.execute && (
            <Button variant="contained" loading={test.busy} disabled={!webhook.active} onClick={test.act}>
              {translate("app.ingest.webhook.test")}
            </Button>
          )}
        </>
      }
    >
      <Stack spacing={2}>
        {problem && <ProblemAlert problem={problem} />}
        <Deliveries deliveries={deliveries} />
      </Stack>
      {asking === "edit" && (
        <WebhookDialog
          webhook={webhook}
          onClose={() => setAsking(null)}
          onKept={(kept) => {
            setAsking(null);
            setSecret(kept.secret ?? null);
          }}
        />
      )}
      {asking === "remove" && (
        <AskDialog
          title={translate("app.ingest.webhook.remove", { name: called })}
          text={translate("app.ingest.webhook.remove_text")}
          confirm={translate("ra.action.remove")}
          done="app.ingest.removed"
          act={async () => {
            await change("removeWebhook", { webhookId });
            redirect("/notifications/webhooks");
          }}
          onClose={() => setAsking(null)}
        />
      )}
      {secret && <SecretOnce secret={secret} onClose={() => setSecret(null)} />}
    </Page>
  );
}

/** A webhook and what was sent to it. */
export default function WebhookShow() {
  const translate = useTranslate();
  const { id = "" } = useParams();
  const { webhook, deliveries, error } = useWebhook(id);
  const title = translate("app.ingest.webhook.one");
  return (
    <Gate permissions={["ops.view"]} title={title}>
      {webhook ? (
        <Room webhook={webhook} deliveries={deliveries} />
      ) : (
        <Page title={title}>
          {error ? <ProblemAlert problem={problemOf(error)} /> : null}
          {webhook === null && (
            <ProblemAlert
              severity="warning"
              problem={{ code: "NOT_FOUND", message: translate("app.ingest.webhook.gone") }}
            />
          )}
        </Page>
      )}
    </Gate>
  );
}
