import { Stack } from "@mui/material";
import { ApiKeys } from "./ApiKeys.tsx";
import { SqlLogin } from "./SqlLogin.tsx";

export default function Keys() {
  return (
    <Stack spacing={2}>
      <ApiKeys />
      <SqlLogin />
    </Stack>
  );
}
