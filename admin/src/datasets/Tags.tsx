import EditIcon from "@mui/icons-material/SellOutlined";
import { Chip, IconButton, Stack } from "@mui/material";
import { useState } from "react";
import { useTranslate } from "react-admin";
import { useMay } from "../layout/useSession.ts";
import { TagsDialog } from "./TagsDialog.tsx";
import type { Dataset, Field } from "./types.ts";

/** Tags of a dataset or column as chips, to be changed where one may. */
export function Tags({ dataset, field = null }: { dataset: Dataset; field?: Field | null }) {
  const translate = useTranslate();
  const mayClassify = useMay("dataset.classify");
  const mayEdit = useMay("dataset.edit");
  const [editing, setEditing] = useState(false);
  const tags = field ? field.tags : dataset.tags;
  const name = field?.name ?? dataset.name;
  return (
    <Stack
      component="span"
      direction="row"
      useFlexGap
      spacing={0.5}
      sx={{ flexWrap: "wrap", alignItems: "center" }}
    >
      {tags.map((tag) => (
        <Chip key={tag} label={tag} color="secondary" />
      ))}
      {tags.length === 0 && !(mayClassify || mayEdit) && "–"}
      {(mayClassify || mayEdit) && (
        <IconButton
          size="small"
          onClick={() => setEditing(true)}
          aria-label={translate("app.protection.edit", { name })}
        >
          <EditIcon fontSize="inherit" />
        </IconButton>
      )}
      {editing && <TagsDialog dataset={dataset} field={field} onClose={() => setEditing(false)} />}
    </Stack>
  );
}
