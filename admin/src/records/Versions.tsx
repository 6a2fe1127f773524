import RestoreIcon from "@mui/icons-material/SettingsBackupRestore";
import { Box, Button, Chip, Link as MuiLink, Stack, Typography } from "@mui/material";
import { useState } from "react";
import { Link, useGetMany, useTranslate } from "react-admin";
import { DiffSide } from "../components/DiffSide.tsx";
import { Ago, Moment } from "../components/Figures.tsx";
import { Section } from "../components/Section.tsx";
import { RestoreDialog } from "../history/RestoreDialog.tsx";
import { type Told, useTimeline } from "../history/useTimeline.ts";
import { useMay } from "../layout/useSession.ts";
import { inWords } from "../providers/in-language.ts";
import { type Description, sqlKey } from "../providers/records.ts";
import { type Difference, differences } from "./diff.ts";
import type { Version } from "./types.ts";

const LOOK: Record<string, "success" | "info" | "warning" | "error"> = {
  insert: "success",
  update: "info",
  restore: "warning",
  delete: "error",
};

function Diff({ found, whole }: { found: Difference[]; whole: boolean }) {
  return (
    <Box
      component="dl"
      sx={{
        m: 0,
        mt: 1,
        display: "grid",
        gridTemplateColumns: "minmax(90px, max-content) 1fr",
        columnGap: 2,
        rowGap: 0.75,
      }}
    >
      {found.map(({ column, before, after }) => (
        <Box key={column.attribute} sx={{ display: "contents" }}>
          <Typography component="dt" variant="body2" color="textSecondary" sx={{ fontFamily: "monospace" }}>
            {column.name}
          </Typography>
          <Typography component="dd" variant="body2" sx={{ m: 0 }}>
            {!whole && <DiffSide sign="−" text={before} tone="error" />}
            <DiffSide sign="+" text={after} tone="success" />
          </Typography>
        </Box>
      ))}
    </Box>
  );
}

/** By what a version was made: a load's file and line, an undo, or somebody's hand. */
function Origin({ version, told }: { version: Version; told: Told | undefined }) {
  const translate = useTranslate();
  const { runId, sourceLine } = version.row;
  if (!runId) return <>{translate("app.record.by_hand")}</>;
  const text =
    told?.runKind === "undo"
      ? translate("app.history.by_undo")
      : sourceLine
        ? translate("app.record.from_line", { line: sourceLine })
        : translate("app.record.from_run");
  return (
    <>
      <MuiLink component={Link} underline="always" to={`/runs/${runId}/show`}>
        {text}
      </MuiLink>
      {told?.fileName && ` · ${told.fileName}`}
    </>
  );
}

/** What the rules said of the line that a version was read from. */
function Issues({ told }: { told: Told | undefined }) {
  const translate = useTranslate();
  if (!told || told.issues.length === 0) return null;
  return (
    <Box component="ul" aria-label={translate("app.history.issues")} sx={{ m: 0, mt: 0.5, pl: 2.5 }}>
      {told.issues.map((issue) => (
        <Typography component="li" variant="body2" key={`${issue.column} ${issue.rule}`}>
          <strong>{translate(`app.rule.${issue.rule}`, { _: issue.rule })}</strong> {inWords(issue.message)}
        </Typography>
      ))}
    </Box>
  );
}

interface EntryProps {
  description: Description;
  version: Version;
  previous: Version | undefined;
  author: string | null;
  /** What the timeline tells of it, where it may. */
  told: Told | undefined;
  isCurrent: boolean;
  onRestore: (() => void) | null;
}

function Entry({ description, version, previous, author, told, isCurrent, onRestore }: EntryProps) {
  const translate = useTranslate();
  const { changeType } = version.row;
  const found = differences(description.columns, version, previous);
  const whole = changeType === "insert" || previous?.row.changeType === "delete";
  return (
    <Box
      component="li"
      sx={{ py: 1.5, borderTop: 1, borderColor: "divider", "&:first-of-type": { borderTop: 0, pt: 0 } }}
    >
      <Stack direction="row" useFlexGap spacing={1} sx={{ alignItems: "center", flexWrap: "wrap" }}>
        <Typography component="h3" sx={{ fontWeight: 650 }}>
          {translate("app.record.version", { version: version.row.version })}
        </Typography>
        <Chip label={translate(`app.change.${changeType}`)} color={LOOK[changeType] ?? "info"} />
        {isCurrent && changeType !== "delete" && <Chip label={translate("app.record.current")} />}
        <Box sx={{ flex: 1 }} />
        {onRestore && (
          <Button
            startIcon={<RestoreIcon />}
            onClick={onRestore}
            aria-label={translate("app.record.restore_version", { version: version.row.version })}
          >
            {translate("app.record.restore")}
          </Button>
        )}
      </Stack>
      <Typography variant="body2" color="textSecondary">
        <Moment at={version.row.validFrom} /> (<Ago at={version.row.validFrom} />){author && ` · ${author}`}
        {" · "}
        <Origin version={version} told={told} />
      </Typography>
      {told?.reason && (
        <Typography variant="body2" sx={{ mt: 0.5 }}>
          {translate("app.history.reason")}: “{told.reason}”
        </Typography>
      )}
      <Issues told={told} />
      {found.length > 0 ? (
        <Diff found={found} whole={whole} />
      ) : (
        changeType !== "delete" && (
          <Typography variant="body2" sx={{ mt: 1 }}>
            {translate("app.record.no_difference")}
          </Typography>
        )
      )}
    </Box>
  );
}

interface Props {
  description: Description;
  /** Newest first. */
  versions: Version[];
  onRestored: () => void;
}

/** How the row came to be as it is: every version with its author and what it changed. */
export function Versions({ description, versions, onRestored }: Props) {
  const translate = useTranslate();
  const mayRestore = useMay("record.restore");
  const [asking, setAsking] = useState<Version | null>(null);
  const newest = versions[0]?.row;
  const timeline = useTimeline(
    description.dataset.name,
    newest ? sqlKey(description, newest) : undefined,
    newest?.version ?? 0,
    versions.length,
  );
  const authors = [...new Set(versions.map((version) => version.row.changedBy).filter((id) => id !== null))];
  const { data: users } = useGetMany("users", { ids: authors });
  const nameOf = (id: string | null) => {
    const user = users?.find((one) => one?.id === id);
    return user ? String(user.displayName || user.email) : null;
  };
  return (
    <Section
      title={translate("app.record.versions")}
      hint={translate("app.record.versions_hint", { smart_count: versions.length })}
      sx={{ flex: "1 1 55%", width: "100%" }}
    >
      <Box component="ol" sx={{ listStyle: "none", m: 0, p: 0 }}>
        {versions.map((version, index) => (
          <Entry
            key={version.id}
            description={description}
            version={version}
            previous={versions[index + 1]}
            author={timeline.get(version.row.version)?.author ?? nameOf(version.row.changedBy)}
            told={timeline.get(version.row.version)}
            isCurrent={index === 0}
            onRestore={
              mayRestore && index > 0 && version.row.changeType !== "delete" ? () => setAsking(version) : null
            }
          />
        ))}
      </Box>
      {asking && (
        <RestoreDialog
          description={description}
          version={asking}
          onRestored={onRestored}
          onClose={() => setAsking(null)}
        />
      )}
    </Section>
  );
}
