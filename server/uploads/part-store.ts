/** Unfinished uploads as files under the home folder, each beside what is known of it; for the tus protocol. */
import { createWriteStream } from "node:fs";
import { mkdir, readdir, readFile, rm, stat, truncate, writeFile } from "node:fs/promises";
import path from "node:path";
import type { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { DataStore, ERRORS, Upload } from "@tus/server";
import { AppError } from "../../lib/errors.ts";

/** Nobody goes on with an upload that was left for so long. */
const EXPIRES_MS = 24 * 3_600_000;
/** Unfinished uploads of one organization: their bytes lie on the server's own disk. */
export const MAX_UNFINISHED = 100;
const ID = /^[0-9a-f-]{36}\.[0-9a-f-]{36}$/;

/** A class because the protocol's library wants one. */
export class PartStore extends DataStore {
  readonly folder: string;
  /** The creation before: one after another, or two that count at once would both find room for the last one. */
  private last: Promise<unknown> = Promise.resolve();

  constructor(folder: string) {
    super();
    this.folder = folder;
    this.extensions = ["creation", "creation-with-upload", "expiration", "termination"];
  }

  /** Where an upload's bytes are. Errors: FILE_NOT_FOUND for what is no id. */
  pathOf(id: string): string {
    if (!ID.test(id)) throw ERRORS.FILE_NOT_FOUND;
    return path.join(this.folder, id);
  }

  override create(upload: Upload): Promise<Upload> {
    const made = this.last.then(() => this.make(upload));
    this.last = made.catch(() => undefined);
    return made;
  }

  private async make(upload: Upload): Promise<Upload> {
    const file = this.pathOf(upload.id);
    await mkdir(this.folder, { recursive: true, mode: 0o700 });
    await this.requireRoom(upload.id.slice(0, upload.id.indexOf(".")));
    upload.creation_date = new Date().toISOString();
    await writeFile(file, "", { flag: "wx", mode: 0o600 });
    await writeFile(`${file}.json`, JSON.stringify(upload), { flag: "wx", mode: 0o600 });
    return upload;
  }

  override async getUpload(id: string): Promise<Upload> {
    const file = this.pathOf(id);
    try {
      const known = JSON.parse(await readFile(`${file}.json`, "utf8"));
      return new Upload({ ...known, offset: (await stat(file)).size });
    } catch {
      throw ERRORS.FILE_NOT_FOUND;
    }
  }

  override async write(stream: Readable, id: string, offset: number): Promise<number> {
    const file = this.pathOf(id);
    // Appending: what a broken connection brought stays, and the next part goes on behind it.
    const out = createWriteStream(file, { flags: "r+", start: offset });
    await pipeline(stream, out);
    return offset + out.bytesWritten;
  }

  override async remove(id: string): Promise<void> {
    const file = this.pathOf(id);
    await rm(file, { force: true });
    await rm(`${file}.json`, { force: true });
  }

  /** Errors: TOO_MANY where an organization has as many unfinished uploads as it may. */
  private async requireRoom(orgId: string): Promise<void> {
    const names = await readdir(this.folder);
    if (names.filter((name) => ID.test(name) && name.startsWith(`${orgId}.`)).length < MAX_UNFINISHED) return;
    throw new AppError("TOO_MANY", `your organization has ${MAX_UNFINISHED} unfinished uploads`, {
      hint: "Finish or end some; what is left for a day goes by itself.",
    });
  }

  /** Takes back the end of an upload whose whole could not be handed on: its sender sends that again. */
  async reopen(id: string): Promise<void> {
    const file = this.pathOf(id);
    const { size } = await stat(file);
    await truncate(file, Math.max(0, size - 1));
  }

  override getExpiration(): number {
    return EXPIRES_MS;
  }

  override async deleteExpired(): Promise<number> {
    const names = await readdir(this.folder).catch(() => []);
    let gone = 0;
    for (const name of names) {
      if (!ID.test(name)) continue;
      const found = await stat(path.join(this.folder, name)).catch(() => null);
      if (found === null || found.mtimeMs > Date.now() - EXPIRES_MS) continue;
      await this.remove(name);
      gone++;
    }
    return gone;
  }
}
