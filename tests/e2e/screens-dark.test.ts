/** Every screen, dark in French, has no accessibility violation; SCREENSHOTS keeps pictures. */
import { lookAtAll, useScreens } from "./screens-look.ts";

lookAtAll(useScreens(), { scheme: "dark", locale: "fr-FR", language: "fr" });
