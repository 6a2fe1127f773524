import AddIcon from "@mui/icons-material/Add";
import EditIcon from "@mui/icons-material/EditOutlined";
import { Box, Button, IconButton, MenuItem, Stack, TextField, Typography } from "@mui/material";
import { useState } from "react";
import { useTranslate } from "react-admin";
import { Gate } from "../access/Gate.tsx";
import { useRoleName } from "../access/names.ts";
import {
  type Catalog,
  groupOf,
  type OwnRole,
  type Permission,
  type RoleId,
  useCatalog,
} from "../access/useCatalog.ts";
import { Page } from "../components/Page.tsx";
import { ProblemAlert } from "../components/ProblemAlert.tsx";
import { Section } from "../components/Section.tsx";
import { useMay } from "../layout/useSession.ts";
import { problemOf } from "../providers/errors.ts";
import { type Editing, RoleDialog } from "./RoleDialog.tsx";

interface RoleColumn {
  id: RoleId;
  name: string;
  own: OwnRole | null;
}

const keyOf = (id: RoleId): string => id.slice(id.indexOf(":") + 1);

interface CellProps {
  /** Whom the permission comes from: null for nobody, empty for the role itself. */
  from: string | null;
  words: { no: string; itself: string; from: (role: string) => string };
}

/** Held by itself: a full mark; inherited: an open one, with the role that it comes from. Plain: there are many. */
function Cell({ from, words }: CellProps) {
  if (from === null) return <td aria-label={words.no} />;
  if (from === "") {
    return (
      <td className="held" title={words.itself}>
        <span aria-hidden>●</span>
        <span className="said">{words.itself}</span>
      </td>
    );
  }
  return (
    <td className="inherited" title={words.from(from)}>
      <span aria-hidden>○</span>
      <span className="from">{from}</span>
    </td>
  );
}

const TABLE = {
  borderCollapse: "separate",
  borderSpacing: 0,
  fontSize: "0.85rem",
  "& th, & td": { borderBottom: 1, borderColor: "divider", px: 1, py: 0.5 },
  "& thead th": {
    position: "sticky",
    top: 0,
    zIndex: 2,
    bgcolor: "background.paper",
    textAlign: "center",
    verticalAlign: "bottom",
    fontWeight: 600,
  },
  "& tbody th[scope=row]": {
    position: "sticky",
    left: 0,
    zIndex: 1,
    bgcolor: "background.paper",
    textAlign: "left",
    minWidth: { xs: 160, md: 300 },
    fontWeight: 600,
  },
  "& thead th:first-of-type": { left: 0, zIndex: 3, textAlign: "left" },
  "& tbody th[scope=rowgroup]": {
    position: "sticky",
    left: 0,
    textAlign: "left",
    bgcolor: "background.default",
    fontWeight: 700,
  },
  "& td": { textAlign: "center", minWidth: 84 },
  "& .held": { color: "primary.main", fontWeight: 700 },
  "& .inherited": { color: "text.secondary" },
  "& .from": { display: "block", fontSize: "0.72rem", lineHeight: 1.2 },
  "& .said": { position: "absolute", width: 1, height: 1, overflow: "hidden", clip: "rect(0 0 0 0)" },
  "& tbody tr:hover td, & tbody tr:hover th[scope=row]": { bgcolor: "action.hover" },
} as const;

function Matrix({
  catalog,
  columns,
  group,
  onEdit,
}: {
  catalog: Catalog;
  columns: RoleColumn[];
  group: string;
  onEdit: ((role: OwnRole) => void) | null;
}) {
  const translate = useTranslate();
  const roleName = useRoleName();
  const groups = catalog.groups.filter((one) => group === "" || one === group);
  const words = {
    no: translate("app.access.no"),
    itself: translate("app.roles_page.itself"),
    from: (role: string) => translate("app.roles_page.from", { role }),
  };
  const fromOf = (role: RoleColumn, { key }: Permission): string | null => {
    const source = catalog.sourceOf(role.id, key);
    if (!source) return null;
    return source === role.id ? "" : roleName(keyOf(source), catalog);
  };
  return (
    <Box
      // A table that is wider and longer than the screen scrolls within itself, with the keyboard too.
      role="group"
      tabIndex={0}
      aria-label={translate("app.roles_page.matrix")}
      sx={{ position: "relative", overflow: "auto", maxHeight: "calc(100vh - 260px)", minHeight: 320 }}
    >
      <Box component="table" sx={TABLE}>
        <thead>
          <tr>
            <th scope="col">{translate("app.access.permission")}</th>
            {columns.map(({ id, name, own }) => (
              <th key={id} scope="col">
                {name}
                {own && onEdit && (
                  <IconButton
                    size="small"
                    onClick={() => onEdit(own)}
                    aria-label={translate("app.roles_page.edit", { role: name })}
                  >
                    <EditIcon fontSize="inherit" />
                  </IconButton>
                )}
              </th>
            ))}
          </tr>
        </thead>
        {groups.map((one) => (
          <tbody key={one}>
            <tr>
              <th scope="rowgroup" colSpan={columns.length + 1}>
                {translate(`app.access.groups.${one}`, { _: one })}
              </th>
            </tr>
            {catalog.permissions
              .filter(({ key }) => groupOf(key) === one)
              .map((permission) => (
                <tr key={permission.key}>
                  <th scope="row">
                    {permission.key}
                    <Typography variant="body2" color="textSecondary" lang="en">
                      {permission.description}
                    </Typography>
                  </th>
                  {columns.map((role) => (
                    <Cell key={role.id} from={fromOf(role, permission)} words={words} />
                  ))}
                </tr>
              ))}
          </tbody>
        ))}
      </Box>
    </Box>
  );
}

function useColumnsOf(catalog: Catalog | null): RoleColumn[] {
  const roleName = useRoleName();
  if (!catalog) return [];
  return [
    ...catalog.roles.map(({ key }): RoleColumn => ({ id: `system:${key}`, name: roleName(key), own: null })),
    ...catalog.ownRoles.map((own): RoleColumn => ({ id: `own:${own.key}`, name: own.title, own })),
  ];
}

/** What each role may do, and from whom it has that. */
export default function RolesPage() {
  const translate = useTranslate();
  const { catalog, error } = useCatalog();
  const columns = useColumnsOf(catalog);
  const mayCreate = useMay("role.create");
  const mayEdit = useMay("role.edit");
  const [group, setGroup] = useState("");
  const [editing, setEditing] = useState<Editing | null>(null);
  const title = translate("app.roles_page.title");
  return (
    <Gate permissions={["role.view"]} title={title}>
      <Page
        title={title}
        subtitle={translate("app.roles_page.subtitle")}
        actions={
          mayCreate && (
            <Button variant="contained" startIcon={<AddIcon />} onClick={() => setEditing({ role: null })}>
              {translate("app.roles_page.create")}
            </Button>
          )
        }
      >
        {error ? <ProblemAlert problem={problemOf(error)} /> : null}
        <Section
          title={translate("app.roles_page.matrix")}
          hint={translate("app.roles_page.legend")}
          actions={
            <Stack sx={{ width: 220 }}>
              <TextField
                select
                label={translate("app.access.group")}
                value={group}
                onChange={(event) => setGroup(event.target.value)}
              >
                <MenuItem value="">{translate("app.access.all_groups")}</MenuItem>
                {(catalog?.groups ?? []).map((one) => (
                  <MenuItem key={one} value={one}>
                    {translate(`app.access.groups.${one}`, { _: one })}
                  </MenuItem>
                ))}
              </TextField>
            </Stack>
          }
          flush
        >
          {catalog && (
            <Matrix
              catalog={catalog}
              columns={columns}
              group={group}
              onEdit={mayEdit ? (role) => setEditing({ role }) : null}
            />
          )}
        </Section>
        {editing && catalog && (
          <RoleDialog catalog={catalog} editing={editing} onClose={() => setEditing(null)} />
        )}
      </Page>
    </Gate>
  );
}
