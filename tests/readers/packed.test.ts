/** gzip, zstd and ZIP: what is inside is read; what is broken, nested or too much is refused with a reason. */
import { createHash } from "node:crypto";
import { constants, gzipSync, zstdCompressSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { openContents } from "../../worker/readers/contents.ts";
import { bufferSource } from "../../worker/readers/source.ts";
import { makeXlsx, makeZip } from "../support/archives.ts";
import { readAll, refusal } from "../support/reading.ts";

const CSV = "id,name\n1,Anna\n2,Bert\n";
const ROWS = [
  ["1", "Anna"],
  ["2", "Bert"],
];
const checksummed = { params: { [constants.ZSTD_c_checksumFlag]: 1 } };

describe("compressed files", () => {
  it("are opened by what they begin with, and say so", async () => {
    for (const bytes of [gzipSync(CSV), zstdCompressSync(CSV, checksummed)]) {
      const { rows, inspection } = await readAll(bytes);
      expect(rows).toEqual(ROWS);
      expect(inspection.evidence[0]).toMatch(/^compressed with (?:gzip|zstd): .* checksum right$/);
    }
  });

  it("lose nothing where they were joined, whatever the chunks", async () => {
    const skip = Buffer.from([0x50, 0x2a, 0x4d, 0x18, 3, 0, 0, 0, 9, 9, 9]);
    const text = `id\n${Array.from({ length: 30_000 }, (_, i) => `${i}-${i * 7}`).join("\n")}\n`;
    const cut = text.length / 2;
    const zstd = Buffer.concat([
      zstdCompressSync(text.slice(0, cut), checksummed),
      skip,
      zstdCompressSync(""),
      zstdCompressSync(text.slice(cut)),
    ]);
    const gzip = Buffer.concat([gzipSync(text.slice(0, cut)), gzipSync(text.slice(cut))]);
    for (const [bytes, chunk] of [
      [zstd, 1],
      [zstd, 7],
      [zstd, 100_000],
      [gzip, 13],
    ] as const) {
      const { source, close } = await openContents(bufferSource(bytes, chunk));
      const hash = createHash("sha256");
      for await (const piece of source.open() as AsyncIterable<Buffer>) hash.update(piece);
      await close();
      expect(hash.digest("hex")).toBe(createHash("sha256").update(text).digest("hex"));
    }
  });

  it("are refused where they break off, are changed, or hold another archive", async () => {
    const text = CSV.repeat(500);
    const changed = (bytes: Buffer, at: number): Buffer => {
      const copy = Buffer.from(bytes);
      copy[copy.length - at]! ^= 1;
      return copy;
    };
    const gzip = gzipSync(text);
    const zstd = zstdCompressSync(text, checksummed);
    const cases: [Buffer, string, RegExp][] = [
      [gzip.subarray(0, gzip.length - 9), "damaged", /gzip file is damaged: it breaks off/],
      [changed(gzip, 6), "damaged", /gzip file is damaged: incorrect data check/],
      [zstd.subarray(0, zstd.length - 2), "damaged", /zstd file is damaged: it breaks off/],
      [zstd.subarray(0, 12), "damaged", /zstd file is damaged: it breaks off/],
      [changed(zstd, 1), "damaged", /zstd file is damaged: .*checksum/],
      [Buffer.concat([zstd, Buffer.from("more")]), "damaged", /something else follows frame 1/],
      [gzipSync(gzip), "refused", /gzip file holds another archive \(gzip\)/],
      [gzipSync(makeZip([{ name: "a.csv", data: CSV }])), "refused", /another archive \(zip\)/],
      [
        gzipSync(Buffer.concat([Buffer.alloc(257), Buffer.from("ustar\0"), Buffer.alloc(249)])),
        "refused",
        /\(tar\)/,
      ],
    ];
    for (const [bytes, code, says] of cases) {
      expect(await refusal(bytes)).toMatchObject({
        code,
        message: expect.stringMatching(says),
        remedy: expect.stringMatching(/\.$/),
      });
    }
  });

  it("are not unpacked beyond their bounds", async () => {
    const bomb = gzipSync(Buffer.alloc(80 * 1024 * 1024));
    expect(await refusal(bomb)).toMatchObject({
      code: "too_large",
      message: expect.stringMatching(/250 times its size/),
    });
    const limits = { bytes: 1000 };
    await expect(openContents(bufferSource(gzipSync(CSV.repeat(100))), { limits })).rejects.toMatchObject({
      code: "too_large",
      message: "the gzip file unpacks to more than 1000 bytes",
    });
  });

  it("asks for no window of gigabytes", async () => {
    const wide = zstdCompressSync(Buffer.alloc(1000, "a"), {
      params: { [constants.ZSTD_c_windowLog]: 30, [constants.ZSTD_c_contentSizeFlag]: 0 },
    });
    // The frame's header made to ask for 2 GiB: descriptor without a size, window exponent 21.
    const asking = Buffer.concat([wide.subarray(0, 4), Buffer.from([0, 21 << 3]), Buffer.from([1, 0, 0])]);
    expect(await refusal(asking)).toMatchObject({ code: expect.stringMatching(/too_large|damaged/) });
  });
});

describe("ZIP archives", () => {
  it("with one file are that file; names are labels only", async () => {
    for (const method of [0, 8] as const) {
      const zip = makeZip([
        { name: "../../etc/people.csv", data: CSV, method },
        { name: "folder/", data: "" },
        { name: "__MACOSX/._people.csv", data: "junk" },
      ]);
      const { rows, inspection } = await readAll(zip);
      expect(rows).toEqual(ROWS);
      expect(inspection.evidence[0]).toBe(
        `ZIP archive: entry "../../etc/people.csv", ${CSV.length} bytes, checksum right`,
      );
    }
  });

  it("with files of one kind are joined in the order of their names", async () => {
    const tables = makeZip([
      { name: "b.csv", data: "\ufeffid,name\r\n3,Cleo" },
      { name: "a.csv", data: CSV },
    ]);
    const joined = await readAll(tables);
    expect(joined.rows).toEqual([...ROWS, ["3", "Cleo"]]);
    expect(joined.inspection.evidence[0]).toMatch(/2 entries of delimited .* joined under the header/);
    const lines = makeZip([
      { name: "1.json", data: '{"a":1}\n{"a":2}' },
      { name: "2.json", data: '{"a":3}\n' },
    ]);
    expect((await readAll(lines)).rows).toEqual([["1"], ["2"], ["3"]]);
  });

  it("ask which file is meant where that is not clear", async () => {
    const zip = makeZip([
      { name: "people.csv", data: CSV },
      { name: "readme.xml", data: "<a/>" },
      { name: "other.csv", data: "x;y\n1;2\n" },
    ]);
    expect(await refusal(zip)).toMatchObject({
      code: "needs_choice",
      message: expect.stringMatching(/"people.csv" is not that of "other.csv"/),
    });
    const kinds = makeZip([
      { name: "a.csv", data: CSV },
      { name: "b.xml", data: "<a/>" },
    ]);
    expect(await refusal(kinds)).toMatchObject({
      code: "needs_choice",
      remedy: expect.stringMatching(/"a.csv", "b.xml"/),
    });
    expect((await readAll(zip, { entry: "people.csv" })).rows).toEqual(ROWS);
    // Some writers part folders as Windows does.
    const windows = makeZip([{ name: "data\\people.csv", data: CSV }]);
    expect((await readAll(windows, { entry: "data/people.csv" })).rows).toEqual(ROWS);
    expect(await refusal(zip, { entry: "*.csv" })).toMatchObject({
      message: expect.stringMatching(/first line/),
    });
    expect(await refusal(zip, { entry: "nobody.csv" })).toMatchObject({ code: "needs_choice" });
    const books = makeZip([
      { name: "a.xlsx", data: makeXlsx([{ name: "S", rows: [["a"], [1]] }]) },
      { name: "b.xlsx", data: makeXlsx([{ name: "S", rows: [["a"], [2]] }]) },
    ]);
    expect(await refusal(books)).toMatchObject({
      code: "needs_choice",
      message: expect.stringMatching(/not joined/),
    });
    expect((await readAll(books, { entry: "b.xlsx" })).rows).toEqual([["2"]]);
  });

  it("are refused where they are damaged, encrypted, nested or made to harm", async () => {
    const zip = makeZip([{ name: "a.csv", data: CSV.repeat(50) }]);
    const twice = makeZip([
      { name: "a.csv", data: CSV },
      { name: "b.csv", data: CSV },
    ]);
    // Both entries point at the same bytes.
    const overlapping = Buffer.from(twice);
    const second = overlapping.lastIndexOf("PK\x01\x02");
    overlapping.writeUInt32LE(0, second + 42);
    const bomb = makeZip([{ name: "bomb.csv", data: Buffer.alloc(80 * 1024 * 1024, "a") }]);
    const cases: [Buffer, string, RegExp][] = [
      [zip.subarray(0, zip.length - 30), "damaged", /directory, which stands at the end, is missing/],
      [makeZip([{ name: "a.csv", data: CSV, crc: 1 }]), "damaged", /"a.csv" .*wrong checksum/],
      [makeZip([{ name: "a.csv", data: CSV, size: 5 }]), "damaged", /longer than the archive says/],
      [
        makeZip([{ name: "a.csv", data: CSV, flags: 1 }]),
        "refused",
        /"a.csv" of the ZIP archive is encrypted/,
      ],
      [makeZip([{ name: "a.zip", data: zip }]), "refused", /holds another archive \(zip\)/],
      [makeZip([{ name: "a.csv.gz", data: gzipSync(CSV) }]), "refused", /another archive \(gzip\)/],
      [overlapping, "damaged", /overlaps/],
      [bomb, "too_large", /250 times/],
      [makeZip([]), "empty_file", /no file with content/],
    ];
    for (const [bytes, code, says] of cases) {
      expect(await refusal(bytes)).toMatchObject({
        code,
        message: expect.stringMatching(says),
        remedy: expect.stringMatching(/\.$/),
      });
    }
    const many = makeZip(Array.from({ length: 30 }, (_, i) => ({ name: `${i}.csv`, data: CSV })));
    await expect(openContents(bufferSource(many), { limits: { entries: 20 } })).rejects.toMatchObject({
      code: "too_large",
    });
  });
});
