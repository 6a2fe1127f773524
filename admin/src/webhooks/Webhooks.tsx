import { Button, Chip, Link as MuiLink, Stack, Typography } from "@mui/material";
import { useState } from "react";
import { Link, useTranslate } from "react-admin";
import { PlainTable } from "../access/PlainTable.tsx";
import { Ago } from "../components/Figures.tsx";
import { Section } from "../components/Section.tsx";
import { useMay } from "../layout/useSession.ts";
import { useWebhooks, type Webhook } from "./useWebhooks.ts";
import { SecretOnce, WebhookDialog } from "./WebhookDialog.tsx";

export function WebhookState({ webhook }: { webhook: Webhook }) {
  const translate = useTranslate();
  const state = !webhook.active ? "off" : webhook.failingSince ? "failing" : "on";
  return (
    <Stack spacing={0.5} sx={{ alignItems: "flex-start" }}>
      <Chip
        label={translate(`app.ingest.webhook.state.${state}`)}
        color={state === "on" ? "success" : state === "failing" ? "error" : "default"}
      />
      {state === "failing" && (
        <Typography component="span" variant="body2" color="textSecondary">
          {translate("app.ingest.connector.since")} <Ago at={webhook.failingSince} />
        </Typography>
      )}
      {webhook.disabledReason && (
        <Typography component="span" variant="body2" color="error">
          {webhook.disabledReason}
        </Typography>
      )}
    </Stack>
  );
}

/** Addresses of other systems that events are sent to. */
export function Webhooks() {
  const translate = useTranslate();
  const mayEdit = useMay("ops.edit");
  const { webhooks } = useWebhooks();
  const [adding, setAdding] = useState(false);
  const [secret, setSecret] = useState<string | null>(null);
  return (
    <Section
      flush
      title={translate("app.ingest.notification.parts.webhooks")}
      hint={translate("app.ingest.webhook.hint")}
      actions={
        mayEdit && <Button onClick={() => setAdding(true)}>{translate("app.ingest.webhook.add")}</Button>
      }
    >
      <PlainTable
        rows={webhooks}
        keyOf={({ id }) => id}
        empty="app.ingest.webhook.none"
        columns={[
          {
            label: "app.ingest.webhook.called",
            cell: ({ id, title, url }) => (
              <>
                <MuiLink component={Link} to={`/webhooks/${id}`} sx={{ fontWeight: 600 }}>
                  {title || url}
                </MuiLink>
                {title && (
                  <Typography variant="body2" color="textSecondary" sx={{ overflowWrap: "anywhere" }}>
                    {url}
                  </Typography>
                )}
              </>
            ),
          },
          {
            label: "app.ingest.webhook.kinds",
            cell: ({ eventKinds }) => (
              <Stack direction="row" useFlexGap spacing={0.5} sx={{ flexWrap: "wrap" }}>
                {eventKinds.map((kind) => (
                  <Chip key={kind} label={kind} />
                ))}
              </Stack>
            ),
          },
          { label: "app.ingest.connector.state", cell: (webhook) => <WebhookState webhook={webhook} /> },
        ]}
      />
      {adding && (
        <WebhookDialog
          onClose={() => setAdding(false)}
          onKept={(kept) => {
            setAdding(false);
            setSecret(kept.secret ?? null);
          }}
        />
      )}
      {secret && <SecretOnce secret={secret} onClose={() => setSecret(null)} />}
    </Section>
  );
}
