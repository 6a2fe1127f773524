/** What a dataset's history should hold, as plainly as it can be told: every version of every row, in memory. */

/** Values by column, a column by the name it began with. */
export type Values = Record<string, string | null>;

interface Version {
  step: number;
  /** Null: a tombstone; what was there before it is the version before. */
  values: Values | null;
  run: string | null;
  restored: boolean;
}

export interface Done {
  inserted: number;
  updated: number;
  deleted: number;
  unchanged: number;
  conflicts: number;
}

export interface Differing {
  id: number;
  change: string;
  changed_fields: string[];
}

export class HistoryModel {
  #now = 0;
  #extras = 0;
  readonly #rows = new Map<number, Version[]>();
  readonly #names = new Map([
    ["name", "name"],
    ["amount", "amount"],
  ]);
  readonly #retired = new Set<string>();

  step(): void {
    this.#now++;
  }

  nameOf(column: string): string {
    return this.#names.get(column)!;
  }

  /** Columns that are shown. */
  active(): string[] {
    return [...this.#names.keys()].filter((column) => !this.#retired.has(column));
  }

  add(): string {
    const column = `extra_${++this.#extras}`;
    this.#names.set(column, column);
    return column;
  }

  rename(column: string, to: string): void {
    this.#names.set(column, to);
  }

  retire(column: string): void {
    this.#retired.add(column);
  }

  erase(id: number): void {
    this.#rows.delete(id);
  }

  #last(id: number): Version | undefined {
    return this.#rows.get(id)?.at(-1);
  }

  #write(id: number, values: Values | null, run: string | null, restored = false): void {
    const versions = this.#rows.get(id) ?? [];
    versions.push({ step: this.#now, values, run, restored });
    this.#rows.set(id, versions);
  }

  #same(a: Values, b: Values): boolean {
    return [...this.#names.keys()].every((column) => (a[column] ?? null) === (b[column] ?? null));
  }

  load(run: string, rows: [number, Values][], snapshot: boolean): void {
    const present = new Set(rows.map(([id]) => id));
    if (snapshot) {
      for (const id of this.#rows.keys())
        if (this.#last(id)?.values && !present.has(id)) this.#write(id, null, run);
    }
    for (const [id, values] of rows) {
      const now = this.#last(id)?.values;
      const next = { ...now, ...values };
      if (!now || !this.#same(now, next)) this.#write(id, next, run);
    }
  }

  edit(id: number, patch: Values): void {
    const now = this.#last(id)?.values;
    if (now) this.#write(id, { ...now, ...patch }, null);
  }

  insert(id: number, values: Values): void {
    this.#write(id, values, null);
  }

  remove(id: number): void {
    if (this.#last(id)?.values) this.#write(id, null, null);
  }

  restore(id: number, version: number): void {
    const versions = this.#rows.get(id)!;
    // A tombstone has the values that were there last.
    const values = versions[version - 1]!.values ?? versions[version - 2]!.values!;
    this.#write(id, values, null, true);
  }

  #goTo(id: number, before: Values | null, run: string | null): keyof Done {
    const now = this.#last(id)?.values ?? null;
    if (before === null && now === null) return "unchanged";
    if (before !== null && now !== null && this.#same(before, now)) return "unchanged";
    this.#write(id, before, run, before !== null);
    if (before === null) return "deleted";
    return now === null ? "inserted" : "updated";
  }

  undo(run: string, undoRun: string, force: boolean): Done {
    const done: Done = { inserted: 0, updated: 0, deleted: 0, unchanged: 0, conflicts: 0 };
    for (const [id, versions] of this.#rows) {
      const made = versions.findIndex((version) => version.run === run);
      if (made < 0) continue;
      const before = versions[made - 1]?.values ?? null;
      const now = versions.at(-1)!.values;
      const same = before === null ? now === null : now !== null && this.#same(before, now);
      if (!same && made < versions.length - 1) {
        done.conflicts++;
        if (!force) continue;
      }
      done[this.#goTo(id, before, undoRun)]++;
    }
    return done;
  }

  rowTo(id: number, step: number): void {
    if (this.#rows.has(id)) this.#goTo(id, this.#at(id, step)?.values ?? null, null);
  }

  #at(id: number, step: number): Version | undefined {
    return this.#rows.get(id)?.findLast((version) => version.step <= step);
  }

  #shown(values: Values): Values {
    return Object.fromEntries(this.active().map((column) => [column, values[column] ?? null]));
  }

  rowsAt(step: number): [number, Values][] {
    return [...this.#rows.keys()]
      .sort((a, b) => a - b)
      .flatMap((id): [number, Values][] => {
        const values = this.#at(id, step)?.values;
        return values ? [[id, this.#shown(values)]] : [];
      });
  }

  /** `<id>/<version> <kind>` of every version. */
  versions(): string[] {
    return [...this.#rows.keys()]
      .sort((a, b) => a - b)
      .flatMap((id) =>
        this.#rows.get(id)!.map((version, i, all) => {
          const kind = version.restored ? "restore" : all[i - 1]?.values ? "update" : "insert";
          return `${id}/${i + 1} ${version.values ? kind : "delete"}`;
        }),
      );
  }

  diff(from: number, to: number): Differing[] {
    const before = new Map(this.rowsAt(from));
    const after = new Map(this.rowsAt(to));
    const ids = [...new Set([...before.keys(), ...after.keys()])].sort((a, b) => a - b);
    return ids.flatMap((id): Differing[] => {
      const a = before.get(id);
      const b = after.get(id);
      const changed = a && b ? this.active().filter((column) => a[column] !== b[column]) : [];
      if (a && b && changed.length === 0) return [];
      let change = !b ? "removed" : !a ? "added" : "changed";
      if (b && this.#at(id, to)!.restored) change = "restored";
      return [{ id, change, changed_fields: changed.map((column) => this.nameOf(column)) }];
    });
  }
}
