import ArrowForwardIcon from "@mui/icons-material/ArrowForward";
import { Box, Card, CardActionArea, Typography } from "@mui/material";
import { Link, useTranslate } from "react-admin";
import { Section } from "../components/Section.tsx";
import { useSession } from "../layout/useSession.ts";
import { useHome } from "./useHome.ts";

/** What most organizations do after their first load; each goes once it is done. */
export function Start() {
  const translate = useTranslate();
  const held = useSession()?.permissions ?? [];
  const { figures } = useHome();
  if (!figures) return null;
  const ways = [
    {
      key: "schedule",
      to: "/connectors",
      open: held.includes("connector.create") && figures.due?.nodes.length === 0,
    },
    {
      key: "rules",
      to: "/quality",
      open: held.includes("quality.create") && figures.rules?.totalCount === 0,
    },
    {
      key: "invite",
      to: "/members",
      open: held.includes("member.create") && figures.members?.totalCount === 1,
    },
  ].filter(({ open }) => open);
  if (ways.length === 0) return null;
  return (
    <Section title={translate("app.home.start")}>
      <Box sx={{ display: "grid", gap: 1.5, gridTemplateColumns: "repeat(auto-fill, minmax(260px, 1fr))" }}>
        {ways.map(({ key, to }) => (
          <Card key={key}>
            <CardActionArea
              component={Link}
              to={to}
              sx={{ p: 1.5, height: "100%", display: "flex", alignItems: "center", gap: 1 }}
            >
              <Box sx={{ flex: 1 }}>
                <Typography sx={{ fontWeight: 650 }}>{translate(`app.home.start_${key}`)}</Typography>
                <Typography variant="body2" color="textSecondary">
                  {translate(`app.home.start_${key}_text`)}
                </Typography>
              </Box>
              <ArrowForwardIcon fontSize="small" color="action" />
            </CardActionArea>
          </Card>
        ))}
      </Box>
    </Section>
  );
}
