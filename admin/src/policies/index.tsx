import PolicyIcon from "@mui/icons-material/PolicyOutlined";
import { lazy } from "react";

export const policies = {
  name: "policies",
  icon: PolicyIcon,
  list: lazy(() => import("./List.tsx")),
  create: lazy(() => import("./Edit.tsx")),
  edit: lazy(() => import("./Edit.tsx")),
};
