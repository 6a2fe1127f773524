import { Stack } from "@mui/material";
import { ApprovalSetting } from "../erasures/ApprovalSetting.tsx";
import { ReasonsSetting } from "../history/ReasonsSetting.tsx";
import { ZoneSetting } from "./ZoneSetting.tsx";

/** How the organization works, for whoever may change its settings. */
export function General() {
  return (
    <Stack spacing={2}>
      <ZoneSetting />
      <ReasonsSetting />
      <ApprovalSetting />
    </Stack>
  );
}
