import { Box, Typography } from "@mui/material";

/** The mark: a parcel map, one parcel taken. */
export function Mark({ size = 26 }: { size?: number }) {
  return (
    <Box
      component="svg"
      viewBox="0 0 32 32"
      aria-hidden
      sx={{ width: size, height: size, color: "primary.main", flexShrink: 0 }}
    >
      <path
        d="M4 5h11v9H4zM17 5h11v6H17zM17 13h11v14H17zM4 16h11v11H4z"
        fill="none"
        stroke="currentColor"
        strokeWidth="2"
        strokeLinejoin="round"
      />
      <path d="M17 13h11v14H17z" fill="currentColor" />
    </Box>
  );
}

export function Brand() {
  return (
    <Box sx={{ display: "flex", alignItems: "center", gap: 1, px: 0.5 }}>
      <Mark />
      <Typography
        component="span"
        sx={{
          fontWeight: 750,
          fontSize: "1.05rem",
          letterSpacing: "-0.02em",
          display: { xs: "none", sm: "block" },
        }}
      >
        Cadastre
      </Typography>
    </Box>
  );
}
