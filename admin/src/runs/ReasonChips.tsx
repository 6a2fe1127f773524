import { Chip, Stack, Typography } from "@mui/material";
import { useTranslate } from "react-admin";
import type { Reason } from "./useRejected.ts";

const MAX_SHOWN = 8;

/** The rules that were broken, with how often: the shape of the problem at a glance. */
export function ReasonChips({ reasons }: { reasons: { reasons: Reason[]; partial: boolean } }) {
  const translate = useTranslate();
  if (reasons.reasons.length === 0) return null;
  return (
    <Stack
      direction="row"
      useFlexGap
      spacing={1}
      sx={{ flexWrap: "wrap", px: 2, pb: 1.5, alignItems: "center" }}
    >
      {reasons.reasons.slice(0, MAX_SHOWN).map((reason) => (
        <Chip
          key={`${reason.rule} ${reason.column}`}
          label={
            <>
              <strong>{reason.count}</strong> × {translate(`app.rule.${reason.rule}`, { _: reason.rule })}
              {reason.column && <code> {reason.column}</code>}
            </>
          }
        />
      ))}
      {reasons.partial && (
        <Typography variant="body2" color="textSecondary">
          {translate("app.rejected.partial")}
        </Typography>
      )}
    </Stack>
  );
}
