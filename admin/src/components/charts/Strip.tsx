import { Box } from "@mui/material";

export interface StripItem {
  key: string;
  good: boolean;
  title: string;
}

/** One cell each, good or not, in order: what a glance should tell of many. */
export function Strip({ items, label }: { items: readonly StripItem[]; label: string }) {
  return (
    <Box role="img" aria-label={label} sx={{ display: "flex", flexWrap: "wrap", gap: "3px" }}>
      {items.map(({ key, good, title }) => (
        <Box
          key={key}
          title={title}
          sx={{
            width: 14,
            height: good ? 12 : 20,
            alignSelf: "flex-end",
            borderRadius: "2px",
            bgcolor: good ? "success.main" : "error.main",
            opacity: good ? 0.55 : 1,
          }}
        />
      ))}
    </Box>
  );
}
