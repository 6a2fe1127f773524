import BellIcon from "@mui/icons-material/NotificationsNoneOutlined";
import { Button, Link as MuiLink } from "@mui/material";
import { Link, useTranslate } from "react-admin";
import { change, useChange } from "../access/api.ts";
import { PlainTable } from "../access/PlainTable.tsx";
import { EmptyState } from "../components/EmptyState.tsx";
import { ProblemAlert } from "../components/ProblemAlert.tsx";
import { Section } from "../components/Section.tsx";
import { NotificationItem } from "./Item.tsx";
import { pageOf, useNotifications } from "./useNotifications.ts";

const SHOWN = 200;

/** One's own notifications. */
export function Inbox() {
  const translate = useTranslate();
  const { unread, latest } = useNotifications(SHOWN);
  const read = useChange((ids: string[] | null) => change("markNotificationsRead", { ids }));
  return (
    <Section
      flush
      title={translate("app.ingest.notification.unread", { smart_count: unread })}
      actions={
        unread > 0 && (
          <Button loading={read.busy} onClick={() => read.act(null)}>
            {translate("app.ingest.notification.read_all")}
          </Button>
        )
      }
    >
      {read.problem && <ProblemAlert problem={read.problem} />}
      {latest?.length === 0 ? (
        <EmptyState
          icon={<BellIcon />}
          title={translate("app.ingest.notification.none")}
          text={translate("app.ingest.notification.none_text")}
        />
      ) : (
        <PlainTable
          rows={latest}
          keyOf={({ id }) => id}
          empty="app.ingest.notification.none"
          columns={[
            {
              label: "app.ingest.notification.what",
              cell: (notification) => <NotificationItem notification={notification} />,
            },
            { label: "app.ingest.notification.kind", cell: ({ eventKind }) => <code>{eventKind}</code> },
            {
              label: "app.ingest.notification.object",
              cell: ({ id, link, readAt, title }) =>
                link && (
                  <MuiLink
                    component={Link}
                    to={pageOf(link)}
                    onClick={() => !readAt && read.act([id])}
                    aria-label={`${translate("app.ingest.notification.open")}: ${title}`}
                  >
                    {translate("app.ingest.notification.open")}
                  </MuiLink>
                ),
            },
            {
              label: null,
              cell: ({ id, readAt, title }) =>
                !readAt && (
                  <Button
                    onClick={() => read.act([id])}
                    aria-label={`${translate("app.ingest.notification.read")}: ${title}`}
                  >
                    {translate("app.ingest.notification.read")}
                  </Button>
                ),
            },
          ]}
        />
      )}
    </Section>
  );
}
