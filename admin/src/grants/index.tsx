import KeyIcon from "@mui/icons-material/VpnKeyOutlined";
import { lazy } from "react";

export const grants = {
  name: "grants",
  icon: KeyIcon,
  list: lazy(() => import("./List.tsx")),
};
