import { it } from "vitest";
import { createTestDatabase } from "../../support/database.ts";
it("x", async () => { const db = await createTestDatabase(); await db.drop(); });
