import { Button, Chip, Stack, Typography } from "@mui/material";
import { useTranslate } from "react-admin";
import { Section } from "../components/Section.tsx";

const text = (value: unknown): string => (typeof value === "string" ? value : JSON.stringify(value));

export function Attributes({
  attributes,
  onEdit,
}: {
  attributes: Record<string, unknown>;
  onEdit: (() => void) | null;
}) {
  const translate = useTranslate();
  const pairs = Object.entries(attributes);
  return (
    <Section
      title={translate("app.members.attributes")}
      hint={translate("app.members.attributes_short")}
      actions={onEdit && <Button onClick={onEdit}>{translate("ra.action.edit")}</Button>}
    >
      <Stack direction="row" useFlexGap spacing={1} sx={{ flexWrap: "wrap" }}>
        {pairs.map(([name, value]) => (
          <Chip key={name} label={`${name}: ${text(value)}`} sx={{ fontFamily: "monospace" }} />
        ))}
        {pairs.length === 0 && (
          <Typography color="textSecondary">{translate("app.members.no_attributes")}</Typography>
        )}
      </Stack>
    </Section>
  );
}
