import HistoryIcon from "@mui/icons-material/History";
import { Alert, Button } from "@mui/material";
import { Link, useTranslate } from "react-admin";
import { formatMoment } from "../components/format.ts";
import { useLanguage } from "../components/useLanguage.ts";
import { useLoads } from "./api.ts";
import type { Moment } from "./MomentChoice.tsx";

interface Props {
  dataset: { id: string; name: string };
  moment: Moment;
  onClear: () => void;
}

/** Over rows of the past, in sight however far one scrolls: of when, what differs, and the way back to now. */
export function AsOfBanner({ dataset, moment, onClear }: Props) {
  const translate = useTranslate();
  const locale = useLanguage();
  const { loads } = useLoads(dataset.id);
  if (!moment.iso) return null;
  const at = formatMoment(locale, new Date(moment.iso));
  const load = loads?.find(({ id }) => id === moment.load);
  const name = load?.file?.fileName ?? translate("app.history.a_load");
  return (
    <Alert
      severity="warning"
      variant="outlined"
      icon={<HistoryIcon />}
      sx={{
        position: "sticky",
        top: 56,
        zIndex: 2,
        bgcolor: "background.paper",
        borderWidth: 2,
        alignItems: "center",
        "& .MuiAlert-action": { flexShrink: 0, flexWrap: "wrap", gap: 1 },
        "& .MuiButton-root": { whiteSpace: "nowrap" },
      }}
      action={
        <>
          <Button
            color="inherit"
            component={Link}
            to={`/history/${dataset.name}?from=${encodeURIComponent(moment.iso)}`}
          >
            {translate("app.history.differs")}
          </Button>
          <Button color="inherit" variant="outlined" onClick={onClear}>
            {translate("app.record.back_to_now")}
          </Button>
        </>
      }
    >
      <strong>
        {moment.load
          ? translate("app.history.as_load_text", { name, moment: at })
          : translate("app.record.as_of_text", { moment: at })}
      </strong>{" "}
      {translate("app.history.read_only")}
    </Alert>
  );
}
