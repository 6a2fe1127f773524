/** Nano, with type that is easier to read, colours that pass WCAG AA in both modes, and corners slightly round. */
import { createTheme, type Theme, type ThemeOptions } from "@mui/material/styles";
import { nanoDarkTheme, nanoLightTheme } from "react-admin";

/** What became of a file's rows, in the order of the counts bar. Chosen apart in hue and in lightness. */
export interface OutcomeColours {
  inserted: string;
  updated: string;
  unchanged: string;
  rejected: string;
  duplicate: string;
}

export const outcomeColours: Record<"light" | "dark", OutcomeColours> = {
  light: {
    inserted: "#00796b",
    updated: "#3566b8",
    unchanged: "#aab4bd",
    rejected: "#c0392b",
    duplicate: "#d9a227",
  },
  dark: {
    inserted: "#4db6a7",
    updated: "#7ea6ea",
    unchanged: "#6d7a84",
    rejected: "#ef8175",
    duplicate: "#e6bd55",
  },
};

const light = {
  primary: { main: "#00585c", dark: "#003f42", contrastText: "#ffffff" },
  secondary: { main: "#00585c", contrastText: "#ffffff" },
  error: { main: "#b3261e" },
  warning: { main: "#8a5a00" },
  info: { main: "#1d5f8a" },
  success: { main: "#00685a" },
  background: { default: "#f3f5f5", paper: "#ffffff" },
  text: { primary: "#1d272c", secondary: "#4f5b62" },
  divider: "#dde3e4",
};

const dark = {
  primary: { main: "#7fd0cb", dark: "#a9e3df", contrastText: "#0c1a1b" },
  secondary: { main: "#7fd0cb", contrastText: "#0c1a1b" },
  error: { main: "#ff9d94" },
  warning: { main: "#f0c268" },
  info: { main: "#8fc3e8" },
  success: { main: "#7fd6c4" },
  background: { default: "#14191b", paper: "#1c2326" },
  text: { primary: "#e8eef0", secondary: "#abb8bd" },
  divider: "#313b3f",
};

const FONTS =
  'Inter, system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", "Helvetica Neue", Arial, sans-serif';

function components(base: ThemeOptions, palette: typeof light): ThemeOptions["components"] {
  const inherited = base.components ?? {};
  return {
    ...inherited,
    MuiCheckbox: {
      defaultProps: {
        // react-admin names the wrapper and not the input, which is what assistive technology reads.
        slotProps: {
          root: () => ({ "aria-label": undefined }),
          input: (owner: object) => ({
            "aria-label": (owner as Record<string, string | undefined>)["aria-label"],
          }),
        },
      },
    },
    MuiButton: {
      defaultProps: { variant: "text", size: "small", disableElevation: true },
      styleOverrides: { root: { padding: "4px 12px", fontWeight: 600, textTransform: "none" } },
    },
    MuiCard: { defaultProps: { variant: "outlined" } },
    MuiPaper: { styleOverrides: { outlined: { borderColor: palette.divider } } },
    MuiChip: { defaultProps: { variant: "outlined", size: "small" } },
    MuiAlert: {
      defaultProps: { variant: "outlined" },
      styleOverrides: { root: { backgroundColor: palette.background.paper } },
    },
    MuiTableCell: {
      styleOverrides: {
        root: { padding: "6px 12px", borderColor: palette.divider },
        sizeSmall: { padding: "6px 12px" },
        paddingCheckbox: { padding: "0 0 0 4px" },
        head: { color: palette.text.secondary, fontWeight: 600, whiteSpace: "nowrap" },
      },
    },
    // Dark surfaces stay the colour they are, whatever their height.
    MuiDialog: { styleOverrides: { paper: { backgroundImage: "none" } } },
    MuiDialogActions: { styleOverrides: { root: { padding: "8px 24px 20px" } } },
    MuiPopover: { styleOverrides: { paper: { backgroundImage: "none" } } },
    MuiToolbar: { defaultProps: { variant: "dense" } },
    MuiTooltip: { defaultProps: { arrow: true, enterDelay: 400 } },
    MuiTab: { styleOverrides: { root: { textTransform: "none", fontWeight: 600, minHeight: 40 } } },
    MuiLink: { defaultProps: { underline: "hover" } },
    MuiToggleButton: { styleOverrides: { root: { color: palette.text.secondary, textTransform: "none" } } },
    MuiTextField: { defaultProps: { variant: "outlined", margin: "dense", size: "small", fullWidth: true } },
    MuiFormControl: {
      defaultProps: { variant: "outlined", margin: "dense", size: "small", fullWidth: true },
    },
    MuiOutlinedInput: {},
    MuiInputLabel: {},
    MuiInputBase: {},
    MuiAutocomplete: { defaultProps: { fullWidth: true } },
    MuiSnackbar: notices(palette),
    RaMenuItemLink: menuLink(palette),
    RaLayout: {
      styleOverrides: {
        root: {
          // A wide table scrolls within its surface; the page keeps its width.
          minWidth: 0,
          "& .RaLayout-appFrame": { marginTop: 48 },
          "& .RaLayout-content": { minWidth: 0 },
          "& .list-page, & .RaList-main": { minWidth: 0 },
        },
      },
    },
    RaDataTable: {
      styleOverrides: { root: { "& .RaDataTable-headerCell": { color: palette.text.secondary } } },
    },
    RaToolbar: { styleOverrides: { root: { backgroundColor: "transparent" } } },
  } as ThemeOptions["components"];
}

function notices(palette: typeof light): object {
  const notice = (colour: string) => ({
    border: `1px solid ${colour}`,
    backgroundColor: `${palette.background.paper} !important`,
    color: `${palette.text.primary} !important`,
  });
  return {
    styleOverrides: {
      root: {
        "& .RaNotification-error": notice(palette.error.main),
        "& .RaNotification-warning": notice(palette.warning.main),
        "& .RaNotification-info": notice(palette.info.main),
        "& .RaNotification-success": notice(palette.success.main),
      },
    },
  };
}

function menuLink(palette: typeof light): object {
  return {
    styleOverrides: {
      root: {
        borderRadius: 6,
        margin: "1px 8px",
        padding: "6px 10px",
        color: palette.text.secondary,
        "&.RaMenuItemLink-active": {
          color: palette.primary.main,
          fontWeight: 700,
          backgroundColor: `${palette.primary.main}1a`,
          "& .MuiSvgIcon-root": { color: palette.primary.main, fill: "currentcolor" },
        },
      },
    },
  };
}

function build(base: ThemeOptions, mode: "light" | "dark"): Theme {
  const palette = mode === "light" ? light : dark;
  return createTheme({
    ...base,
    palette: { mode, ...palette },
    shape: { borderRadius: 6 },
    sidebar: { width: 208, closedWidth: 48 },
    typography: {
      fontFamily: FONTS,
      fontSize: 13,
      h4: { fontSize: "1.75rem", fontWeight: 700, letterSpacing: "-0.02em" },
      h5: { fontSize: "1.35rem", fontWeight: 700, letterSpacing: "-0.01em" },
      h6: { fontSize: "1rem", fontWeight: 650 },
      subtitle2: { fontWeight: 650 },
      button: { textTransform: "none" },
    },
    components: components(base, palette),
  } as ThemeOptions);
}

export const lightTheme = build(nanoLightTheme as ThemeOptions, "light");
export const darkTheme = build(nanoDarkTheme as ThemeOptions, "dark");
