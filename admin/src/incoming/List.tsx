import WebhookIcon from "@mui/icons-material/WebhookOutlined";
import { Alert, Button, Chip, Stack, TextField, Typography } from "@mui/material";
import { useState } from "react";
import { Link, useTranslate } from "react-admin";
import { AskDialog } from "../access/AskDialog.tsx";
import { useChange } from "../access/api.ts";
import { FormDialog } from "../access/FormDialog.tsx";
import { Gate } from "../access/Gate.tsx";
import { PlainTable } from "../access/PlainTable.tsx";
import { personName, usePeopleById } from "../access/usePeople.ts";
import { CopyButton } from "../account/Secret.tsx";
import { EmptyState } from "../components/EmptyState.tsx";
import { Ago } from "../components/Figures.tsx";
import { Page } from "../components/Page.tsx";
import { ProblemAlert } from "../components/ProblemAlert.tsx";
import { Section } from "../components/Section.tsx";
import { ConnectorTabs } from "../connectors/Tabs.tsx";
import { useMay } from "../layout/useSession.ts";
import { capital, problemOf } from "../providers/errors.ts";
import { IncomingDialog } from "./IncomingDialog.tsx";
import { MadeDialog } from "./MadeDialog.tsx";
import {
  addressOf,
  type Incoming,
  type Made,
  removeIncoming,
  rotateIncoming,
  switchIncoming,
  useIncoming,
} from "./useIncoming.ts";

const DAY_HOURS = 24;
const MAX_OVERLAP_HOURS = 7 * DAY_HOURS;

type Asked = { kind: "put" | "rotate" | "remove"; webhook: Incoming | null };

function RotateDialog({
  webhook,
  onClose,
  onKept,
}: {
  webhook: Incoming;
  onClose: () => void;
  onKept: (made: Made) => void;
}) {
  const translate = useTranslate();
  const [secret, setSecret] = useState("");
  const [hours, setHours] = useState(String(DAY_HOURS));
  const rotate = useChange(async () => onKept(await rotateIncoming(webhook.id, secret, Number(hours))));
  return (
    <FormDialog
      title={translate("app.incoming.rotate")}
      submit={translate("app.incoming.rotate")}
      problem={rotate.problem}
      busy={rotate.busy}
      onSubmit={rotate.act}
      onClose={onClose}
    >
      <TextField
        type="number"
        required
        label={translate("app.incoming.overlap")}
        helperText={translate("app.incoming.overlap_help")}
        value={hours}
        onChange={(event) => setHours(event.target.value)}
        slotProps={{ htmlInput: { min: 0, max: MAX_OVERLAP_HOURS, step: "any" } }}
      />
      <TextField
        type="password"
        autoComplete="new-password"
        label={translate("app.incoming.own_secret")}
        helperText={translate("app.incoming.own_secret_help")}
        value={secret}
        onChange={(event) => setSecret(event.target.value)}
        slotProps={{ htmlInput: { minLength: 16, maxLength: 500 } }}
      />
    </FormDialog>
  );
}

/** Whether it takes events, when one came last, and why the last refused one was. */
function State({ webhook }: { webhook: Incoming }) {
  const translate = useTranslate();
  const { active, lastReceivedAt, lastRefusal, lastRefusedAt } = webhook;
  return (
    <Stack spacing={0.5} sx={{ alignItems: "flex-start", py: 0.5 }}>
      <Chip
        label={translate(active ? "app.incoming.on" : "app.incoming.off")}
        color={active ? "success" : "default"}
      />
      <Typography variant="body2" color="textSecondary">
        {lastReceivedAt ? (
          <>
            {translate("app.incoming.received")} <Ago at={lastReceivedAt} />
          </>
        ) : (
          translate("app.incoming.never")
        )}
      </Typography>
      {lastRefusal && (
        <Typography variant="body2" color="error">
          {translate("app.incoming.refused")} <Ago at={lastRefusedAt} />: {capital(lastRefusal)}
        </Typography>
      )}
    </Stack>
  );
}

function Actions({ webhook, onAsk }: { webhook: Incoming; onAsk: (asked: Asked) => void }) {
  const translate = useTranslate();
  const mayPut = useMay("connector.create");
  const mayEdit = useMay("connector.edit");
  const mayRemove = useMay("connector.delete");
  const flip = useChange(() => switchIncoming(webhook.id, !webhook.active), "app.ingest.saved");
  const name = webhook.title || (webhook.dataset?.name ?? webhook.id);
  const button = (text: string, act: () => void, danger = false) => (
    <Button
      size="small"
      color={danger ? "error" : "primary"}
      onClick={act}
      aria-label={`${translate(text)}: ${name}`}
    >
      {translate(text)}
    </Button>
  );
  return (
    <Stack direction="row" useFlexGap sx={{ justifyContent: "flex-end", flexWrap: "wrap" }}>
      {mayPut && button("ra.action.edit", () => onAsk({ kind: "put", webhook }))}
      {mayPut && button("app.incoming.rotate", () => onAsk({ kind: "rotate", webhook }))}
      {mayEdit && button(webhook.active ? "app.incoming.switch_off" : "app.incoming.switch_on", flip.act)}
      {mayRemove && button("ra.action.remove", () => onAsk({ kind: "remove", webhook }), true)}
      {flip.problem && <ProblemAlert problem={flip.problem} />}
    </Stack>
  );
}

function Table({ webhooks, onAsk }: { webhooks: Incoming[] | undefined; onAsk: (asked: Asked) => void }) {
  const translate = useTranslate();
  const people = usePeopleById((webhooks ?? []).map(({ actsFor }) => actsFor));
  return (
    <PlainTable
      rows={webhooks}
      keyOf={({ id }) => id}
      empty="app.incoming.empty"
      columns={[
        {
          label: "app.incoming.called",
          cell: ({ title, dataset, actsFor }) => (
            <>
              <strong>{title || dataset?.name}</strong>
              <Typography variant="body2" color="textSecondary">
                {dataset && (
                  <>
                    {translate("app.incoming.into")}{" "}
                    <Link to={`/records/${dataset.name}`} underline="always">
                      {dataset.name}
                    </Link>
                    <br />
                  </>
                )}
                {translate("app.incoming.acts_for", { name: personName(people.get(actsFor ?? ""), actsFor) })}
              </Typography>
            </>
          ),
        },
        {
          label: "app.incoming.address",
          cell: ({ id, scheme, title, dataset }) => (
            <Stack spacing={0.5} sx={{ alignItems: "flex-start", py: 0.5 }}>
              <Typography variant="body2" sx={{ fontFamily: "monospace", overflowWrap: "anywhere" }}>
                /hooks/{id}
              </Typography>
              <Stack direction="row" spacing={1} sx={{ alignItems: "center" }}>
                <Chip label={translate(`app.incoming.schemes.${scheme}`)} />
                <CopyButton text={addressOf(id)} label={title || (dataset?.name ?? id)} />
              </Stack>
            </Stack>
          ),
        },
        { label: "app.ingest.connector.state", cell: (webhook) => <State webhook={webhook} /> },
        { label: null, cell: (webhook) => <Actions webhook={webhook} onAsk={onAsk} /> },
      ]}
    />
  );
}

/** The dialog that was asked for. */
function Dialogs({
  asked,
  onClose,
  onKept,
}: {
  asked: Asked;
  onClose: () => void;
  onKept: (made: Made) => void;
}) {
  const translate = useTranslate();
  const { kind, webhook } = asked;
  if (kind === "put") return <IncomingDialog webhook={webhook} onClose={onClose} onKept={onKept} />;
  if (!webhook) return null;
  if (kind === "rotate") return <RotateDialog webhook={webhook} onClose={onClose} onKept={onKept} />;
  return (
    <AskDialog
      title={translate("app.incoming.remove")}
      text={translate("app.incoming.remove_text")}
      confirm={translate("ra.action.remove")}
      done="app.ingest.removed"
      act={() => removeIncoming(webhook.id)}
      onClose={onClose}
    />
  );
}

/** Addresses at which other systems deliver events into datasets. */
export default function IncomingWebhooks() {
  const translate = useTranslate();
  const { webhooks, error } = useIncoming();
  const mayAdd = useMay("connector.create");
  const [asked, setAsked] = useState<Asked | null>(null);
  const [made, setMade] = useState<Made | null>(null);
  const title = translate("app.ingest.rooms.incoming");
  const add = mayAdd && (
    <Button variant="contained" onClick={() => setAsked({ kind: "put", webhook: null })}>
      {translate("app.incoming.add")}
    </Button>
  );
  return (
    <Gate permissions={["connector.view"]} title={title}>
      <Page title={title} subtitle={translate("app.incoming.subtitle")} actions={add}>
        <ConnectorTabs current="incoming">
          {error ? <ProblemAlert problem={problemOf(error)} /> : null}
          <Section flush>
            {webhooks?.length === 0 ? (
              <EmptyState
                icon={<WebhookIcon />}
                title={translate("app.incoming.empty")}
                text={translate("app.incoming.empty_text")}
                action={add}
              />
            ) : (
              <Table webhooks={webhooks} onAsk={setAsked} />
            )}
          </Section>
          <Alert severity="info" variant="outlined" sx={{ mt: 2 }}>
            {translate("app.incoming.how")}
          </Alert>
        </ConnectorTabs>
      </Page>
      {asked && (
        <Dialogs
          asked={asked}
          onClose={() => setAsked(null)}
          onKept={(kept) => {
            setAsked(null);
            if (kept.secret || kept.url) setMade(kept);
          }}
        />
      )}
      {made && <MadeDialog made={made} onClose={() => setMade(null)} />}
    </Gate>
  );
}
