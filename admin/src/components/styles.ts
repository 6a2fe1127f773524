/** A form that fills a dialog: its fields scroll, its buttons stay in sight. */
export const SCROLLING_FORM = { display: "flex", flexDirection: "column", minHeight: 0 } as const;
