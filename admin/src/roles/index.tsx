import ShieldIcon from "@mui/icons-material/ShieldOutlined";
import { lazy } from "react";

export const roles = {
  name: "roles",
  icon: ShieldIcon,
  list: lazy(() => import("./Matrix.tsx")),
};
