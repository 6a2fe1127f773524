import { QueryClient } from "@tanstack/react-query";
import { lazy, useMemo } from "react";
import { Admin, CustomRoutes, Resource } from "react-admin";
import { BrowserRouter, Route } from "react-router-dom";
import { datasets } from "./datasets/index.tsx";
import { i18nProvider } from "./i18n/index.ts";
import { Layout } from "./layout/Layout.tsx";
import { LoginPage } from "./layout/LoginPage.tsx";
import { useSession } from "./layout/useSession.ts";
import { members } from "./members/index.tsx";
import { authProvider } from "./providers/authProvider.ts";
import { dataProvider } from "./providers/dataProvider.ts";
import { ApiError } from "./providers/errors.ts";
import { store } from "./providers/store.ts";
import { runs } from "./runs/index.tsx";
import { darkTheme, lightTheme } from "./theme.ts";

const Home = lazy(() => import("./home/Home.tsx"));
const Upload = lazy(() => import("./upload/Upload.tsx"));
const Records = lazy(() => import("./records/Records.tsx"));
const RecordPage = lazy(() => import("./records/RecordPage.tsx"));

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
  const organization = useSession()?.org?.id ?? null;
  // Nothing that was read as a member of one organization may be shown in another.
  const queryClient = useMemo(() => createQueryClient(), [organization]);
  return (
    // In a transition, the way to the login page would be overtaken again and again by the failing check behind it.
    <BrowserRouter useTransitions={false}>
      <Admin
        key={organization ?? "nobody"}
        dataProvider={dataProvider}
        authProvider={authProvider}
        i18nProvider={i18nProvider}
        queryClient={queryClient}
        store={store}
        layout={Layout}
        loginPage={LoginPage}
        dashboard={Home}
        theme={lightTheme}
        darkTheme={darkTheme}
        title="Cadastre"
        disableTelemetry
        requireAuth
      >
        <Resource {...datasets} />
        <Resource {...runs} />
        <Resource {...members} />
        <CustomRoutes>
          <Route path="/upload" element={<Upload />} />
          <Route path="/records/:dataset" element={<Records />} />
          <Route path="/records/:dataset/:id" element={<RecordPage />} />
        </CustomRoutes>
      </Admin>
    </BrowserRouter>
  );
}
