import { Box, Paper, Stack, Typography } from "@mui/material";
import { type ReactNode, Suspense, useEffect } from "react";
import { LocalesMenuButton, Notification, ToggleThemeButton, useTranslate } from "react-admin";
import { Mark } from "./Brand.tsx";
import { useDocumentLanguage } from "./useDocumentLanguage.ts";

/** The frame of everything before the menu is there: signing in, and what mailed links open. */
export function Doorway({ title, children }: { title: string; children: ReactNode }) {
  const translate = useTranslate();
  useDocumentLanguage();
  useEffect(() => {
    document.title = `${title} · Cadastre`;
  }, [title]);
  return (
    <Box
      component="main"
      sx={{
        minHeight: "100vh",
        display: "flex",
        flexDirection: "column",
        bgcolor: "background.default",
        p: 2,
      }}
    >
      <Stack direction="row" sx={{ justifyContent: "flex-end" }}>
        <LocalesMenuButton />
        <ToggleThemeButton />
      </Stack>
      <Stack spacing={2.5} sx={{ width: "100%", maxWidth: 420, m: "auto", pb: 8 }}>
        <Stack direction="row" spacing={1.5} sx={{ alignItems: "center" }}>
          <Mark size={44} />
          <Box>
            <Typography variant="h4" component="h1">
              Cadastre
            </Typography>
            <Typography color="textSecondary">{translate("app.login.tagline")}</Typography>
          </Box>
        </Stack>
        <Paper variant="outlined" sx={{ p: 3 }}>
          <Suspense fallback={<Box sx={{ minHeight: 160 }} />}>{children}</Suspense>
        </Paper>
      </Stack>
      <Notification />
    </Box>
  );
}

/** What this step is about. */
export function StepTitle({ children, text }: { children: ReactNode; text?: ReactNode }) {
  return (
    <Box>
      <Typography variant="h6" component="h2">
        {children}
      </Typography>
      {text && <Typography color="textSecondary">{text}</Typography>}
    </Box>
  );
}
