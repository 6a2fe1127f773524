import PersonIcon from "@mui/icons-material/PersonOutlined";
import { ListItemIcon, ListItemText, MenuItem } from "@mui/material";
import { Logout, UserMenu, useTranslate, useUserMenu } from "react-admin";
import { Link } from "react-router-dom";
import { useSession } from "./useSession.ts";

function ToAccount() {
  const translate = useTranslate();
  const menu = useUserMenu();
  return (
    <MenuItem component={Link} to="/account" onClick={() => menu?.onClose()}>
      <ListItemIcon>
        <PersonIcon fontSize="small" />
      </ListItemIcon>
      <ListItemText>{translate("app.account.title")}</ListItemText>
    </MenuItem>
  );
}

export function AccountMenu() {
  const translate = useTranslate();
  const user = useSession()?.user;
  // What is read aloud holds what is to be seen.
  const label = translate("app.account.menu", { name: user?.displayName || user?.email || "" });
  return (
    <UserMenu label={label}>
      <ToAccount />
      <Logout />
    </UserMenu>
  );
}
