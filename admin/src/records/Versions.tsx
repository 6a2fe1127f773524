import RestoreIcon from "@mui/icons-material/SettingsBackupRestore";
import { Box, Button, Chip, Link as MuiLink, Stack, Typography } from "@mui/material";
import { useState } from "react";
import { Confirm, Link, useGetMany, useNotify, useTranslate } from "react-admin";
import { DiffSide } from "../components/DiffSide.tsx";
import { Ago, Moment } from "../components/Figures.tsx";
import { Section } from "../components/Section.tsx";
import { useMay } from "../layout/useSession.ts";
import { problemOf, sentence } from "../providers/errors.ts";
import { restoreRow } from "../providers/operations.ts";
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

interface EntryProps {
  description: Description;
  version: Version;
  previous: Version | undefined;
  author: string | null;
  isCurrent: boolean;
  onRestore: (() => void) | null;
}

function Entry({ description, version, previous, author, isCurrent, onRestore }: EntryProps) {
  const translate = useTranslate();
  const { changeType, runId, sourceLine } = version.row;
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
        {runId ? (
          <MuiLink component={Link} underline="always" to={`/runs/${runId}/show`}>
            {sourceLine
              ? translate("app.record.from_line", { line: sourceLine })
              : translate("app.record.from_run")}
          </MuiLink>
        ) : (
          translate("app.record.by_hand")
        )}
      </Typography>
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

function useRestore({ description, onRestored }: Props) {
  const notify = useNotify();
  const [asking, setAsking] = useState<Version | null>(null);
  const [busy, setBusy] = useState(false);
  const restore = async () => {
    if (!asking) return;
    setBusy(true);
    try {
      const version = await restoreRow(
        description.dataset.id,
        sqlKey(description, asking.row),
        asking.row.version,
      );
      notify("app.record.restored", { type: "success", messageArgs: { version } });
      onRestored();
    } catch (error) {
      notify(sentence(problemOf(error)), { type: "error" });
    } finally {
      setBusy(false);
      setAsking(null);
    }
  };
  return { asking, setAsking, busy, restore };
}

/** How the row came to be as it is: every version with its author and what it changed. */
export function Versions(props: Props) {
  const { description, versions } = props;
  const translate = useTranslate();
  const mayRestore = useMay("record.restore");
  const { asking, setAsking, busy, restore } = useRestore(props);
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
            author={nameOf(version.row.changedBy)}
            isCurrent={index === 0}
            onRestore={
              mayRestore && index > 0 && version.row.changeType !== "delete" ? () => setAsking(version) : null
            }
          />
        ))}
      </Box>
      <Confirm
        isOpen={asking !== null}
        loading={busy}
        title={translate("app.record.restore_title", { version: asking?.row.version ?? 0 })}
        content="app.record.restore_text"
        confirm="app.record.restore"
        onConfirm={restore}
        onClose={() => setAsking(null)}
      />
    </Section>
  );
}
