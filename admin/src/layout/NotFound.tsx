import TravelExploreIcon from "@mui/icons-material/TravelExploreOutlined";
import { Button } from "@mui/material";
import { Link, useTranslate } from "react-admin";
import { EmptyState } from "../components/EmptyState.tsx";
import { Page } from "../components/Page.tsx";

/** An address that leads to no room. */
export function NotFound() {
  const translate = useTranslate();
  return (
    <Page title={translate("app.problem.absent")}>
      <EmptyState
        icon={<TravelExploreIcon />}
        title={window.location.pathname}
        text={translate("app.problem.absent_help")}
        action={
          <Button variant="contained" component={Link} to="/">
            {translate("app.problem.home")}
          </Button>
        }
      />
    </Page>
  );
}
