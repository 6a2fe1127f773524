import GroupIcon from "@mui/icons-material/GroupOutlined";
import { lazy } from "react";

export const members = {
  name: "members",
  icon: GroupIcon,
  list: lazy(() => import("./List.tsx")),
  show: lazy(() => import("./Show.tsx")),
};
