import { Box, Breadcrumbs, Link as MuiLink, Stack, Typography } from "@mui/material";
import { type ReactNode, useEffect } from "react";
import { Link } from "react-admin";

export interface Crumb {
  label: string;
  to: string;
}

interface Props {
  title: string;
  subtitle?: ReactNode;
  crumbs?: Crumb[];
  actions?: ReactNode;
  children: ReactNode;
}

/** A room: its heading, what it is about, what can be done, then its content. */
export function Page({ title, subtitle, crumbs = [], actions, children }: Props) {
  useEffect(() => {
    document.title = `${title} · Cadastre`;
  }, [title]);
  return (
    <Box sx={{ width: "100%", maxWidth: 1440, mx: "auto", px: { xs: 1, md: 3 }, py: 2.5 }}>
      {crumbs.length > 0 && (
        <Breadcrumbs sx={{ mb: 0.5, fontSize: "0.85rem" }} aria-label="breadcrumb">
          {crumbs.map((crumb) => (
            <MuiLink key={crumb.to} component={Link} to={crumb.to} color="textSecondary">
              {crumb.label}
            </MuiLink>
          ))}
        </Breadcrumbs>
      )}
      <Stack
        direction={{ xs: "column", sm: "row" }}
        spacing={2}
        useFlexGap
        sx={{
          alignItems: { sm: "flex-start" },
          justifyContent: "space-between",
          flexWrap: { sm: "wrap" },
          mb: 2.5,
        }}
      >
        {/* Many actions go below the heading rather than press it into a narrow column. */}
        <Box sx={{ minWidth: 0, flex: { sm: "1 1 320px" } }}>
          <Typography variant="h4" component="h1" sx={{ overflowWrap: "anywhere" }}>
            {title}
          </Typography>
          {subtitle && (
            <Typography component="div" color="textSecondary" sx={{ mt: 0.5 }}>
              {subtitle}
            </Typography>
          )}
        </Box>
        {actions && (
          <Stack direction="row" spacing={1} useFlexGap sx={{ flexWrap: "wrap", maxWidth: "100%" }}>
            {actions}
          </Stack>
        )}
      </Stack>
      {children}
    </Box>
  );
}
