import TableIcon from "@mui/icons-material/TableChartOutlined";
import { lazily } from "../components/lazily.ts";

export const datasets = {
  name: "datasets",
  icon: TableIcon,
  list: lazily(() => import("./List.tsx")),
  show: lazily(() => import("./Show.tsx")),
  recordRepresentation: "name",
};
