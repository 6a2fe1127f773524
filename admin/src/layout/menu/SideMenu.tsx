import CollapseIcon from "@mui/icons-material/ExpandMore";
import HomeIcon from "@mui/icons-material/SpaceDashboardOutlined";
import {
  Box,
  ButtonBase,
  Collapse,
  List,
  ListItem,
  ListItemButton,
  ListItemIcon,
  ListItemText,
  type Theme,
  Tooltip,
  useMediaQuery,
} from "@mui/material";
import { type ReactNode, useId } from "react";
import { useSidebarState, useStore, useTranslate } from "react-admin";
import { Link, useLocation } from "react-router-dom";
import { useSession } from "../useSession.ts";
import { currentOf, type Group, groupsOf } from "./groups.tsx";

interface RowProps {
  to: string;
  label: string;
  icon: ReactNode;
  current: "page" | "true" | undefined;
}

function Row({ to, label, icon, current }: RowProps) {
  const [open, setOpen] = useSidebarState();
  const narrow = useMediaQuery<Theme>((theme) => theme.breakpoints.down("md"));
  return (
    <ListItem disablePadding>
      {/* On the narrow rail the icon stands alone: its name is on hover, and read aloud. */}
      <Tooltip title={open ? "" : label} placement="right">
        <ListItemButton
          component={Link}
          to={to}
          selected={current !== undefined}
          {...(current ? { "aria-current": current } : {})}
          {...(open ? {} : { "aria-label": label })}
          onClick={() => narrow && setOpen(false)}
          sx={{
            mx: open ? 1 : 0.5,
            my: "1px",
            px: 1,
            py: 0,
            minHeight: { xs: 40, sm: 31 },
            borderRadius: 1,
            color: "text.secondary",
            "& .MuiListItemIcon-root": { minWidth: 30, color: "inherit" },
            "& .MuiSvgIcon-root": { fontSize: 20 },
            "&.Mui-selected": { color: "primary.main", fontWeight: 700 },
          }}
        >
          <ListItemIcon>{icon}</ListItemIcon>
          {open && (
            <ListItemText
              primary={label}
              slotProps={{ primary: { noWrap: true, sx: { fontWeight: "inherit", fontSize: "0.9rem" } } }}
            />
          )}
        </ListItemButton>
      </Tooltip>
    </ListItem>
  );
}

interface HeadingProps {
  name: string;
  label: string;
  folded: boolean;
  list: string;
  onFold: () => void;
}

/** A group's name is the button that folds and unfolds it. */
function Heading({ label, folded, list, onFold }: HeadingProps) {
  return (
    <ButtonBase
      onClick={onFold}
      aria-expanded={!folded}
      aria-controls={list}
      sx={{
        width: "calc(100% - 16px)",
        mx: 1,
        mt: 1,
        px: 1,
        minHeight: { xs: 40, sm: 28 },
        borderRadius: 1,
        justifyContent: "space-between",
        fontSize: "0.8rem",
        fontWeight: 700,
        color: "text.secondary",
        "&:hover, &.Mui-focusVisible": { bgcolor: "action.hover" },
      }}
    >
      {label}
      <CollapseIcon
        aria-hidden
        sx={{ fontSize: 18, transform: folded ? "rotate(-90deg)" : "none", transition: "transform 0.15s" }}
      />
    </ButtonBase>
  );
}

function MenuGroup({ group, path }: { group: Group; path: string }) {
  const translate = useTranslate();
  const list = useId();
  const [open] = useSidebarState();
  const [kept, setKept] = useStore(`menu.${group.name}.folded`, false);
  const label = translate(`app.menu.group.${group.name}`);
  // The rail has no headings to unfold a group by.
  const folded = kept && open;
  return (
    <Box component="li">
      {open ? (
        <Heading name={group.name} label={label} folded={folded} list={list} onFold={() => setKept(!kept)} />
      ) : (
        <Box aria-hidden sx={{ borderTop: 1, borderColor: "divider", mx: 1.5, my: 0.75 }} />
      )}
      <Collapse in={!folded} id={list} timeout={150} unmountOnExit>
        <List disablePadding aria-label={label}>
          {group.entries.map((entry) => (
            <Row
              key={entry.name}
              to={`/${entry.name}`}
              label={translate(`app.menu.${entry.name}`)}
              icon={entry.icon}
              current={currentOf(entry, path)}
            />
          ))}
        </List>
      </Collapse>
    </Box>
  );
}

/** The rooms, in groups that fold and stay as they were left; a list of links, as menus of sites are. */
export function SideMenu() {
  const translate = useTranslate();
  const { pathname } = useLocation();
  const groups = groupsOf(useSession());
  const [open] = useSidebarState();
  return (
    <Box
      component="nav"
      aria-label={translate("app.menu.label")}
      sx={{ pt: { xs: 7, sm: 1 }, pb: 2, width: open ? 208 : 48, overflowX: "hidden" }}
    >
      <List disablePadding>
        <Row
          to="/"
          label={translate("app.menu.home")}
          icon={<HomeIcon />}
          current={pathname === "/" ? "page" : undefined}
        />
        {groups.map((group) => (
          <MenuGroup key={group.name} group={group} path={pathname} />
        ))}
      </List>
    </Box>
  );
}
