import HistoryIcon from "@mui/icons-material/ManageHistoryOutlined";
import { lazy } from "react";

export const runs = {
  name: "runs",
  icon: HistoryIcon,
  list: lazy(() => import("./List.tsx")),
  show: lazy(() => import("./Show.tsx")),
};
