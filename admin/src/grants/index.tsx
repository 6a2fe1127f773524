import KeyIcon from "@mui/icons-material/VpnKeyOutlined";
import { lazily } from "../components/lazily.ts";

export const grants = {
  name: "grants",
  icon: KeyIcon,
  list: lazily(() => import("./List.tsx")),
};
