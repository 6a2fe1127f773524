import TableIcon from "@mui/icons-material/TableChartOutlined";
import { lazy } from "react";

export const datasets = {
  name: "datasets",
  icon: TableIcon,
  list: lazy(() => import("./List.tsx")),
  show: lazy(() => import("./Show.tsx")),
  recordRepresentation: "name",
};
