import ShieldIcon from "@mui/icons-material/ShieldOutlined";
import { lazily } from "../components/lazily.ts";

export const roles = {
  name: "roles",
  icon: ShieldIcon,
  list: lazily(() => import("./Matrix.tsx")),
};
