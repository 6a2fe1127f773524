import CheckIcon from "@mui/icons-material/Check";
import UnfoldMoreIcon from "@mui/icons-material/UnfoldMore";
import { Box, Button, ListItemIcon, ListItemText, ListSubheader, Menu, MenuItem } from "@mui/material";
import { useState } from "react";
import { useNotify, useTranslate } from "react-admin";
import { useNavigate } from "react-router-dom";
import { problemOf, sentence } from "../providers/errors.ts";
import { myOrganizations, type Organization } from "../providers/operations.ts";
import { switchOrganization } from "../providers/session.ts";
import { useSession } from "./useSession.ts";

/** Where one is, and the way to one's other organizations. */
export function OrganizationMenu() {
  const translate = useTranslate();
  const notify = useNotify();
  const navigate = useNavigate();
  const session = useSession();
  const [anchor, setAnchor] = useState<HTMLElement | null>(null);
  const [organizations, setOrganizations] = useState<Organization[]>([]);
  const current = session?.org;
  if (!session || !current) return null;
  const fail = (error: unknown) => notify(sentence(problemOf(error)), { type: "error" });
  const show = (target: HTMLElement) => {
    setAnchor(target);
    myOrganizations().then(setOrganizations, fail);
  };
  const choose = (slug: string) => {
    setAnchor(null);
    if (slug === current.slug) return;
    // Addresses name things of the organization one leaves.
    navigate("/");
    switchOrganization(slug).catch(fail);
  };
  return (
    <>
      <Button
        color="inherit"
        onClick={(event) => show(event.currentTarget)}
        endIcon={<UnfoldMoreIcon />}
        aria-haspopup="menu"
        aria-expanded={anchor !== null}
        sx={{ border: 1, borderColor: "divider", minWidth: 0, maxWidth: { xs: 170, sm: 320 } }}
      >
        <Box component="span" sx={{ overflow: "hidden", textOverflow: "ellipsis", whiteSpace: "nowrap" }}>
          {current.name}
        </Box>
        <Box
          component="span"
          sx={{ ml: 1, color: "text.secondary", fontWeight: 400, display: { xs: "none", sm: "inline" } }}
        >
          {translate(`app.roles.${session.role}`, { _: session.role })}
        </Box>
      </Button>
      <Menu anchorEl={anchor} open={anchor !== null} onClose={() => setAnchor(null)}>
        <ListSubheader component="li" role="presentation" sx={{ lineHeight: "32px", background: "none" }}>
          {translate("app.organization.yours")}
        </ListSubheader>
        {organizations.map((organization) => (
          <MenuItem
            key={organization.slug}
            selected={organization.slug === current.slug}
            onClick={() => choose(organization.slug)}
          >
            <ListItemIcon>
              {organization.slug === current.slug && <CheckIcon fontSize="small" />}
            </ListItemIcon>
            <ListItemText
              primary={organization.name}
              secondary={translate(`app.roles.${organization.roleKey}`, { _: organization.roleKey })}
            />
          </MenuItem>
        ))}
      </Menu>
    </>
  );
}
