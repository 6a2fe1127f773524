/** Rights in words. */
import { Box, Chip, Typography } from "@mui/material";
import { useTranslate } from "react-admin";
import type { AccessRequest, Interval, MyAccess, Right } from "./access.ts";
import { usePermissions } from "./usePermissions.ts";

const UNITS = ["years", "months", "days", "hours", "minutes", "seconds"] as const;

/** A span of time in words: 2 days 3 hours. */
export function useSpan(): (interval: Interval) => string {
  const translate = useTranslate();
  return (interval) =>
    UNITS.filter((unit) => interval[unit])
      .map((unit) => translate(`app.account.span.${unit}`, { smart_count: Math.round(interval[unit] ?? 0) }))
      .join(" ");
}

export function useRightName(): (right: Pick<Right, "permission" | "systemRole" | "ownRole">) => string {
  const translate = useTranslate();
  return ({ permission, systemRole, ownRole }) => {
    if (permission) return permission;
    const name = systemRole ? translate(`app.roles.${systemRole}`, { _: systemRole }) : (ownRole ?? "");
    return translate("app.account.access.role", { name });
  };
}

export function RightName({ right }: { right: Right }) {
  const name = useRightName();
  const meanings = usePermissions();
  return (
    <Box>
      <Typography sx={{ fontWeight: 600 }}>{name(right)}</Typography>
      {right.permission && (
        <Typography variant="body2" color="textSecondary">
          {meanings[right.permission]}
        </Typography>
      )}
    </Box>
  );
}

export function ObjectName({ right, access }: { right: Right; access: MyAccess }) {
  const translate = useTranslate();
  if (right.objectKind === "organization") return <>{translate("app.account.access.everywhere")}</>;
  const dataset = access.datasets?.nodes.find((one) => one.id === right.objectId);
  const name = dataset?.name ?? right.objectId ?? "";
  return <>{translate(`app.account.access.on_${right.objectKind}`, { name, _: name })}</>;
}

export function PersonName({ id, access }: { id: string | null; access: MyAccess }) {
  const person = access.people?.nodes.find((one) => one.id === id);
  return <>{person ? person.displayName || person.email : "–"}</>;
}

const COLOUR = { pending: "info", approved: "success", refused: "error", withdrawn: "default" } as const;

export function RequestStatus({ status }: { status: AccessRequest["status"] }) {
  const translate = useTranslate();
  return <Chip color={COLOUR[status]} label={translate(`app.account.request.${status}`)} />;
}
