import InboxIcon from "@mui/icons-material/MarkEmailUnreadOutlined";
import { lazily } from "../components/lazily.ts";

export const requests = {
  name: "requests",
  icon: InboxIcon,
  list: lazily(() => import("./List.tsx")),
};
