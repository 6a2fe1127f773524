import SourceIcon from "@mui/icons-material/MoveToInboxOutlined";
import { useTranslate } from "react-admin";
import { Gate } from "../access/Gate.tsx";
import { EmptyState } from "../components/EmptyState.tsx";
import { Page } from "../components/Page.tsx";
import { ProblemAlert } from "../components/ProblemAlert.tsx";
import { Section } from "../components/Section.tsx";
import { ConnectButton } from "../connectors/List.tsx";
import { ConnectorTabs } from "../connectors/Tabs.tsx";
import { problemOf } from "../providers/errors.ts";
import { SourcesTable } from "./SourcesTable.tsx";
import { useSources } from "./useSources.ts";

export default function Sources() {
  const translate = useTranslate();
  const { sources, error } = useSources();
  const title = translate("app.ingest.source.title");
  return (
    <Gate permissions={["datasource.view"]} title={title}>
      <Page title={title} subtitle={translate("app.ingest.source.subtitle")} actions={<ConnectButton />}>
        <ConnectorTabs current="sources">
          {error ? <ProblemAlert problem={problemOf(error)} /> : null}
          <Section flush>
            {sources?.length === 0 ? (
              <EmptyState
                icon={<SourceIcon />}
                title={translate("app.ingest.source.empty")}
                text={translate("app.ingest.source.empty_text")}
              />
            ) : (
              <SourcesTable sources={sources} all />
            )}
          </Section>
        </ConnectorTabs>
      </Page>
    </Gate>
  );
}
