import HistoryIcon from "@mui/icons-material/ManageHistoryOutlined";
import { lazily } from "../components/lazily.ts";

export const runs = {
  name: "runs",
  icon: HistoryIcon,
  list: lazily(() => import("./List.tsx")),
  show: lazily(() => import("./Show.tsx")),
};
