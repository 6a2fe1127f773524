import { Box, Chip, Stack, Typography } from "@mui/material";
import { useTranslate } from "react-admin";
import { Moment } from "../components/Figures.tsx";
import { useRoleName } from "./names.ts";
import type { Catalog } from "./useCatalog.ts";

/** One reason for or against, as access.explain tells it. */
export interface Reason {
  source: "membership" | "role" | "own_role" | "grant" | "delegation" | "denial" | "policy";
  counts: boolean;
  name: string;
  via?: string;
  until?: string;
  by?: string;
  reason?: string;
  effect?: "allow" | "deny";
}

const against = (reason: Reason): boolean =>
  reason.source === "denial" || reason.source === "membership" || reason.effect === "deny";

function useWords(catalog: Catalog | null) {
  const translate = useTranslate();
  const roleName = useRoleName();
  return (reason: Reason): string => {
    const named =
      reason.source === "role" || reason.source === "own_role" ? roleName(reason.name, catalog) : reason.name;
    const via = reason.via && reason.via !== reason.name ? roleName(reason.via, catalog) : null;
    const said = translate(`app.access.reason.${reason.source}`, { name: named });
    return via ? `${said} ${translate("app.access.reason.via", { name: via })}` : said;
  };
}

export function Reasons({ reasons, catalog }: { reasons: Reason[]; catalog: Catalog | null }) {
  const translate = useTranslate();
  const words = useWords(catalog);
  if (reasons.length === 0)
    return <Typography color="textSecondary">{translate("app.access.reason.none")}</Typography>;
  return (
    <Stack component="ul" spacing={0.75} sx={{ m: 0, p: 0, listStyle: "none" }}>
      {reasons.map((reason) => (
        <Stack
          component="li"
          key={JSON.stringify(reason)}
          direction="row"
          spacing={1}
          useFlexGap
          sx={{ alignItems: "baseline", flexWrap: "wrap" }}
        >
          <Chip
            label={translate(against(reason) ? "app.access.reason.against" : "app.access.reason.for")}
            color={against(reason) ? "error" : "success"}
            sx={{ minWidth: 70 }}
          />
          <Box component="span" sx={reason.counts ? {} : { textDecoration: "line-through" }}>
            {words(reason)}
          </Box>
          {!reason.counts && (
            <Typography component="span" variant="body2" color="textSecondary">
              {translate("app.access.reason.idle")}
            </Typography>
          )}
          <Typography component="span" variant="body2" color="textSecondary">
            {reason.by && `${translate("app.access.reason.by", { name: reason.by })} `}
            {reason.until && (
              <>
                {translate("app.access.reason.until")} <Moment at={reason.until} />{" "}
              </>
            )}
            {reason.reason && `“${reason.reason}”`}
          </Typography>
        </Stack>
      ))}
    </Stack>
  );
}
