import { Step, StepLabel, Stepper } from "@mui/material";
import { useTranslate } from "react-admin";

const STEPS = ["kind", "server", "test", "read"] as const;

/** Where somebody who connects a source is on the way. */
export function ConnectSteps({ active }: { active: number }) {
  const translate = useTranslate();
  return (
    <Stepper
      activeStep={active}
      sx={{ mb: 3, overflowX: "auto" }}
      aria-label={translate("app.ingest.connect.steps")}
    >
      {STEPS.map((step) => (
        <Step key={step}>
          <StepLabel>{translate(`app.ingest.connect.step_${step}`)}</StepLabel>
        </Step>
      ))}
    </Stepper>
  );
}
