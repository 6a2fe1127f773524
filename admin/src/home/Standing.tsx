import { Link as MuiLink, Stack, Typography } from "@mui/material";
import type { ReactNode } from "react";
import { Link, useTranslate } from "react-admin";
import { Ago, Count } from "../components/Figures.tsx";
import { Tile, Tiles } from "../components/Tiles.tsx";
import { useMay } from "../layout/useSession.ts";
import { toneColour } from "../quality/Chips.tsx";
import { useShare } from "../quality/share.ts";
import { useHome } from "./useHome.ts";

function Figure({ to, children, under }: { to: string; children: ReactNode; under?: ReactNode }) {
  return (
    <Stack>
      <MuiLink component={Link} to={to} color="inherit">
        {children}
      </MuiLink>
      {under && (
        <Typography component="span" variant="body2" color="textSecondary">
          {under}
        </Typography>
      )}
    </Stack>
  );
}

/** How things stand: quality, incidents, what comes next, whether all is sealed. */
export function Standing({ lastLoad }: { lastLoad: string | null | undefined }) {
  const translate = useTranslate();
  const share = useShare();
  const { figures } = useHome();
  const maySeeRuns = useMay("run.view");
  if (!figures) return null;
  const { score, incidents, due, sealing } = figures;
  const next = due?.nodes[0];
  const seal = sealing?.nodes[0];
  const word = (key: string) => translate(`app.home.${key}`);
  if (!score && !due && !seal) return null;
  return (
    <Tiles>
      {maySeeRuns && (
        <Tile label={word("last_load")}>
          <Figure to="/runs">
            <Ago at={lastLoad} />
          </Figure>
        </Tile>
      )}
      {due && (
        <Tile label={word("next_load")}>
          {next ? (
            <Figure to={`/schedules/${next.name}`} under={next.name}>
              <Ago at={next.nextDueAt} />
            </Figure>
          ) : (
            <Figure to="/schedules">{word("nothing_planned")}</Figure>
          )}
        </Tile>
      )}
      {score && (
        <Tile label={word("score")}>
          <Figure to="/quality">
            {score.score === null ? (
              word("not_rated")
            ) : (
              <Typography component="span" sx={{ font: "inherit", color: toneColour(score.score) }}>
                {share(score.score)}
              </Typography>
            )}
          </Figure>
        </Tile>
      )}
      {incidents && (
        <Tile label={word("incidents")}>
          <Figure to="/incidents">
            <Count value={incidents.totalCount} />
          </Figure>
        </Tile>
      )}
      {seal && (
        <Tile label={word("sealed")}>
          <Figure to="/audit" under={<Ago at={seal.checkpointAt} />}>
            {seal.unsealed === 0
              ? word("all_sealed")
              : translate("app.home.sealing", { smart_count: seal.unsealed })}
          </Figure>
        </Tile>
      )}
    </Tiles>
  );
}
