import PolicyIcon from "@mui/icons-material/PolicyOutlined";
import { lazily } from "../components/lazily.ts";

export const policies = {
  name: "policies",
  icon: PolicyIcon,
  list: lazily(() => import("./List.tsx")),
  create: lazily(() => import("./Edit.tsx")),
  edit: lazily(() => import("./Edit.tsx")),
};
