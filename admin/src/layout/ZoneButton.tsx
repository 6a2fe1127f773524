import ZoneIcon from "@mui/icons-material/PublicOutlined";
import { IconButton, Tooltip } from "@mui/material";
import { useEffect } from "react";
import { useTranslate } from "react-admin";
import type { Nodes } from "../access/api.ts";
import { keepOrganizationZone, preferOwnZone, useZoneChoice, visitorsZone } from "../components/zone.ts";
import { useAsked } from "../connectors/useAsked.ts";
import { useSession } from "./useSession.ts";

const ZONE = `query OrganizationZone($id: UUID!) {
  organizations(first: 1, filter: { id: { equalTo: $id } }) { nodes { timeZone } }
}`;

/** Reads in which zone the organization tells moments, and keeps it for all that shows one. */
function useOrganizationZone(): void {
  const id = useSession()?.org?.id;
  const { data } = useAsked<{ organizations: Nodes<{ timeZone: string | null }> }>(
    ZONE,
    { id },
    { enabled: Boolean(id) },
  );
  // Another organization's zone does not stay until this one's is read.
  useEffect(() => keepOrganizationZone(null), [id]);
  const zone = id ? data?.organizations.nodes[0]?.timeZone : null;
  useEffect(() => {
    if (zone !== undefined) keepOrganizationZone(zone);
  }, [zone]);
}

/** From the organization's zone to the visitor's own and back: there is a choice only where they differ. */
export function ZoneButton() {
  const translate = useTranslate();
  useOrganizationZone();
  const { organization, own } = useZoneChoice();
  const mine = visitorsZone();
  if (!organization || organization === mine) return null;
  const label = translate(own ? "app.zone.own" : "app.zone.organization", { mine, organization });
  return (
    <Tooltip title={label}>
      <IconButton
        color={own ? "primary" : "inherit"}
        aria-label={label}
        aria-pressed={own}
        onClick={() => preferOwnZone(!own)}
      >
        <ZoneIcon />
      </IconButton>
    </Tooltip>
  );
}
