import InboxIcon from "@mui/icons-material/MarkEmailUnreadOutlined";
import { lazy } from "react";

export const requests = {
  name: "requests",
  icon: InboxIcon,
  list: lazy(() => import("./List.tsx")),
};
