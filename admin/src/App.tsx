import { QueryClient } from "@tanstack/react-query";
import { useMemo } from "react";
import { Admin, CustomRoutes, Resource } from "react-admin";
import { BrowserRouter, Navigate, Route } from "react-router-dom";
import { lazily } from "./components/lazily.ts";
import { datasets } from "./datasets/index.tsx";
import { grants } from "./grants/index.tsx";
import { i18nProvider } from "./i18n/index.ts";
import { Layout } from "./layout/Layout.tsx";
import { LoginPage } from "./layout/LoginPage.tsx";
import { NotFound } from "./layout/NotFound.tsx";
import { useSession } from "./layout/useSession.ts";
import { members } from "./members/index.tsx";
import { policies } from "./policies/index.tsx";
import { authProvider } from "./providers/authProvider.ts";
import { dataProvider } from "./providers/dataProvider.ts";
import { ApiError } from "./providers/errors.ts";
import { store } from "./providers/store.ts";
import { requests } from "./requests/index.tsx";
import { roles } from "./roles/index.tsx";
import { runs } from "./runs/index.tsx";
import { SecurityPage } from "./security/index.tsx";
import { darkTheme, lightTheme } from "./theme.ts";

const Home = lazily(() => import("./home/Home.tsx"));
const Upload = lazily(() => import("./upload/Upload.tsx"));
const Records = lazily(() => import("./records/Records.tsx"));
const RecordPage = lazily(() => import("./records/RecordPage.tsx"));
const Comparison = lazily(() => import("./history/Comparison.tsx"));
const Lineage = lazily(() => import("./lineage/Lineage.tsx"));
const Connectors = lazily(() => import("./connectors/List.tsx"));
const Connect = lazily(() => import("./connectors/Connect.tsx"));
const ConnectorShow = lazily(() => import("./connectors/Show.tsx"));
const IncomingWebhooks = lazily(() => import("./incoming/List.tsx"));
const Sources = lazily(() => import("./sources/List.tsx"));
const SourceShow = lazily(() => import("./sources/Show.tsx"));
const Pipelines = lazily(() => import("./pipelines/List.tsx"));
const CreatePipeline = lazily(() => import("./pipelines/Create.tsx"));
const PipelineShow = lazily(() => import("./pipelines/Show.tsx"));
const NotificationRoom = lazily(() => import("./notifications/Room.tsx"));
const WebhookShow = lazily(() => import("./webhooks/Show.tsx"));
const Workbench = lazily(() => import("./rejected/Workbench.tsx"));
const QualityOverview = lazily(() => import("./quality/Overview.tsx"));
const QualityRoom = lazily(() => import("./quality/Room.tsx"));
const RuleEditor = lazily(() => import("./quality/RuleEditor.tsx"));
const Incidents = lazily(() => import("./incidents/List.tsx"));
const IncidentShow = lazily(() => import("./incidents/Show.tsx"));
const Schedules = lazily(() => import("./schedules/List.tsx"));
const ScheduleShow = lazily(() => import("./schedules/Show.tsx"));
const Backfills = lazily(() => import("./backfills/List.tsx"));
const BackfillShow = lazily(() => import("./backfills/Show.tsx"));
const Freshness = lazily(() => import("./freshness/List.tsx"));
const Limits = lazily(() => import("./limits/Limits.tsx"));
const Retention = lazily(() => import("./retention/List.tsx"));
const RetentionShow = lazily(() => import("./retention/Show.tsx"));
const Holds = lazily(() => import("./holds/List.tsx"));
const Erasures = lazily(() => import("./erasures/List.tsx"));
const NewErasure = lazily(() => import("./erasures/New.tsx"));
const ErasureShow = lazily(() => import("./erasures/Show.tsx"));
const NewRecord = lazily(() => import("./records/NewRecord.tsx"));
const Templates = lazily(() => import("./templates/List.tsx"));
const AuditRoom = lazily(() => import("./audit/Room.tsx"));
const AuditEvent = lazily(() => import("./audit/Show.tsx"));
const Streams = lazily(() => import("./streams/Streams.tsx"));
const Why = lazily(() => import("./access/Why.tsx"));
const AccountPage = lazily(() => import("./account/Account.tsx"));
const Outbox = lazily(() => import("./operator/Outbox.tsx"));
const Invitation = lazily(() => import("./layout/links/Invitation.tsx"));
const NewPassword = lazily(() => import("./layout/links/NewPassword.tsx"));
const ConfirmEmail = lazily(() => import("./layout/links/ConfirmEmail.tsx"));

const MAX_RETRIES = 2;

function createQueryClient(): QueryClient {
  return new QueryClient({
    defaultOptions: {
      queries: {
        // What was refused or is not there will be so again; only an unreachable server is worth another try.
        retry: (failures, error) =>
          failures < MAX_RETRIES && error instanceof ApiError && error.status >= 500,
      },
    },
  });
}

export function App() {
  const session = useSession();
  const who = session
    ? [session.user.id, session.org?.id, session.pending, session.viewAs?.userId].join(" ")
    : "nobody";
  // Nothing that was read as one person, or as a member of one organization, may be shown as another.
  const queryClient = useMemo(() => createQueryClient(), [who]);
  return (
    // In a transition, the way to the login page would be overtaken again and again by the failing check behind it.
    <BrowserRouter useTransitions={false}>
      <Admin
        key={who}
        dataProvider={dataProvider}
        authProvider={authProvider}
        i18nProvider={i18nProvider}
        queryClient={queryClient}
        store={store}
        layout={Layout}
        loginPage={LoginPage}
        catchAll={NotFound}
        dashboard={session && !session.org ? Outbox : Home}
        theme={lightTheme}
        darkTheme={darkTheme}
        title="Cadastre"
        disableTelemetry
        requireAuth
      >
        <Resource {...datasets} />
        <Resource {...runs} />
        <Resource {...members} />
        <Resource {...roles} />
        <Resource {...grants} />
        <Resource {...requests} />
        <Resource {...policies} />
        <CustomRoutes>
          <Route path="/connect" element={<Connect />} />
          <Route path="/connectors" element={<Connectors />} />
          <Route path="/connectors/:name" element={<ConnectorShow />} />
          <Route path="/incoming" element={<IncomingWebhooks />} />
          <Route path="/sources" element={<Sources />} />
          <Route path="/sources/:name" element={<SourceShow />} />
          <Route path="/pipelines" element={<Pipelines />} />
          <Route path="/new-pipeline" element={<CreatePipeline />} />
          <Route path="/pipelines/:name" element={<PipelineShow />} />
          <Route path="/schedules" element={<Schedules />} />
          <Route path="/schedules/:name" element={<ScheduleShow />} />
          <Route path="/backfills" element={<Backfills />} />
          <Route path="/backfills/:id" element={<BackfillShow />} />
          <Route path="/freshness" element={<Freshness />} />
          <Route path="/retention" element={<Retention />} />
          <Route path="/retention/:dataset" element={<RetentionShow />} />
          <Route path="/holds" element={<Holds />} />
          <Route path="/erasures" element={<Erasures />} />
          <Route path="/erasures/new" element={<NewErasure />} />
          <Route path="/erasures/:id" element={<ErasureShow />} />
          <Route path="/limits" element={<Limits />} />
          <Route path="/templates" element={<Templates />} />
          <Route path="/rejected" element={<Workbench />} />
          <Route path="/streams" element={<Streams />} />
          <Route path="/quality" element={<QualityOverview />} />
          <Route path="/quality/:dataset/new-rule" element={<RuleEditor />} />
          <Route path="/quality/:dataset/rules/:rule" element={<RuleEditor />} />
          <Route path="/quality/:dataset/:part?" element={<QualityRoom />} />
          <Route path="/audit/event/:id" element={<AuditEvent />} />
          <Route path="/audit/:room?" element={<AuditRoom />} />
          <Route path="/incidents" element={<Incidents />} />
          <Route path="/incidents/:id" element={<IncidentShow />} />
          <Route path="/notifications/:room?" element={<NotificationRoom />} />
          <Route path="/webhooks/:id" element={<WebhookShow />} />
          {/* What mails link to. */}
          <Route path="/runs/:id" element={<Navigate to="show" replace />} />
          <Route path="/datasets/:id" element={<Navigate to="show" replace />} />
          <Route path="/why" element={<Why />} />
          <Route path="/security" element={<SecurityPage />} />
          <Route path="/security/:room" element={<SecurityPage />} />
          <Route path="/lineage/:dataset" element={<Lineage />} />
          <Route path="/history/:dataset" element={<Comparison />} />
          <Route path="/upload" element={<Upload />} />
          <Route path="/records/:dataset" element={<Records />} />
          <Route path="/records/:dataset/new" element={<NewRecord />} />
          <Route path="/records/:dataset/as-of/:at/:load?" element={<Records />} />
          <Route path="/records/:dataset/:id" element={<RecordPage />} />
          <Route path="/account/:room?" element={<AccountPage />} />
          <Route path="/outbox" element={<Outbox />} />
        </CustomRoutes>
        {/* What mailed links open, whoever is signed in. */}
        <CustomRoutes noLayout>
          <Route path="/invitation" element={<Invitation />} />
          <Route path="/new-password" element={<NewPassword />} />
          <Route path="/confirm-email" element={<ConfirmEmail />} />
        </CustomRoutes>
      </Admin>
    </BrowserRouter>
  );
}
