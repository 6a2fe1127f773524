import GroupIcon from "@mui/icons-material/GroupOutlined";
import { lazily } from "../components/lazily.ts";

export const members = {
  name: "members",
  icon: GroupIcon,
  list: lazily(() => import("./List.tsx")),
  show: lazily(() => import("./Show.tsx")),
};
