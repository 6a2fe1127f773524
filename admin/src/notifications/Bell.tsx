import BellIcon from "@mui/icons-material/NotificationsOutlined";
import {
  Badge,
  Box,
  Button,
  Divider,
  IconButton,
  List,
  ListItem,
  ListItemButton,
  Popover,
  Stack,
  Typography,
} from "@mui/material";
import { useId, useState } from "react";
import { useTranslate } from "react-admin";
import { Link, useNavigate } from "react-router-dom";
import { change, useChange } from "../access/api.ts";
import { NotificationItem } from "./Item.tsx";
import { type Notification, pageOf, useNotifications } from "./useNotifications.ts";

const SHOWN = 8;

function Latest({
  latest,
  unread,
  onClose,
}: {
  latest: Notification[];
  unread: number;
  onClose: () => void;
}) {
  const translate = useTranslate();
  const navigate = useNavigate();
  const read = useChange((ids: string[] | null) => change("markNotificationsRead", { ids }));
  const open = (notification: Notification) => {
    if (!notification.readAt) read.act([notification.id]);
    onClose();
    if (notification.link) navigate(pageOf(notification.link));
  };
  return (
    <Box sx={{ width: 400, maxWidth: "90vw" }}>
      <Stack direction="row" sx={{ px: 2, py: 1, alignItems: "center", justifyContent: "space-between" }}>
        <Typography variant="h6" component="h2">
          {translate("app.ingest.notification.title")}
        </Typography>
        {unread > 0 && (
          <Button loading={read.busy} onClick={() => read.act(null)}>
            {translate("app.ingest.notification.read_all")}
          </Button>
        )}
      </Stack>
      <Divider />
      {latest.length === 0 ? (
        <Typography color="textSecondary" sx={{ p: 2 }}>
          {translate("app.ingest.notification.none")}
        </Typography>
      ) : (
        <List disablePadding sx={{ maxHeight: "60vh", overflowY: "auto" }}>
          {latest.map((notification) => (
            <ListItem key={notification.id} disablePadding divider>
              <ListItemButton
                onClick={() => open(notification)}
                sx={notification.readAt ? {} : { borderLeft: 3, borderColor: "primary.main" }}
              >
                <NotificationItem notification={notification} />
              </ListItemButton>
            </ListItem>
          ))}
        </List>
      )}
      <Box sx={{ p: 1, textAlign: "center" }}>
        <Button component={Link} to="/notifications" onClick={onClose}>
          {translate("app.ingest.notification.all")}
        </Button>
      </Box>
    </Box>
  );
}

/** What one was told and has not read yet, within reach on every page. */
export default function Bell() {
  const translate = useTranslate();
  const id = useId();
  const [anchor, setAnchor] = useState<HTMLElement | null>(null);
  const { unread, latest } = useNotifications(SHOWN);
  return (
    <>
      <IconButton
        color="inherit"
        aria-label={translate("app.ingest.notification.bell", { smart_count: unread })}
        aria-haspopup="dialog"
        aria-expanded={anchor !== null}
        {...(anchor ? { "aria-controls": id } : {})}
        onClick={(event) => setAnchor(event.currentTarget)}
      >
        <Badge
          badgeContent={unread}
          max={99}
          color="error"
          sx={{ "& .MuiBadge-badge": { top: 3, right: 2 } }}
        >
          <BellIcon />
        </Badge>
      </IconButton>
      <Popover
        id={id}
        open={anchor !== null}
        anchorEl={anchor}
        onClose={() => setAnchor(null)}
        anchorOrigin={{ vertical: "bottom", horizontal: "right" }}
        transformOrigin={{ vertical: "top", horizontal: "right" }}
        slotProps={{ paper: { role: "dialog", "aria-label": translate("app.ingest.notification.title") } }}
      >
        <Latest latest={latest ?? []} unread={unread} onClose={() => setAnchor(null)} />
      </Popover>
    </>
  );
}
