import { fileURLToPath } from "node:url";
import react from "@vitejs/plugin-react";
import { defineConfig } from "vite";

// The API that `vite admin` (development) talks to; the built files are served by the API's own server.
const api = process.env.CADASTRE_URL ?? "http://127.0.0.1:5400";

export default defineConfig({
  root: fileURLToPath(new URL(".", import.meta.url)),
  plugins: [react()],
  build: {
    outDir: "dist",
    emptyOutDir: true,
    target: "es2022",
    // The entry is bounded by tests/e2e/bundle.test.ts (gzip), so Vite's own warning about raw size says nothing.
    chunkSizeWarningLimit: 2_000,
  },
  server: {
    port: 5401,
    proxy: {
      "/auth": api,
      "/graphql": { target: api, ws: true },
      "/orgs": { target: api, ws: true },
    },
  },
});
