/** XML: the record element, the rule from markup to columns; DOCTYPE, entities and endless pieces are refused. */
import { describe, expect, it } from "vitest";
import { propose, readAll, refusal } from "../support/reading.ts";

const ORDERS = `<?xml version="1.0"?>
<shop xmlns:x="urn:x"><title>Orders &amp; more</title>
  <orders>
    <order id="1"><buyer vip="true"><name>Ann</name><city>Bern</city></buyer><x:total cur="EUR">12.50</x:total><tag>a</tag><tag>b</tag></order>
    <order id="2"><buyer><name>Bo &lt;b&gt;</name></buyer><x:total>3</x:total><tag>c</tag><note><![CDATA[<raw>]]></note></order>
    <order id="3"><buyer/><x:total/></order>
  </orders>
</shop>`;

describe("xml", () => {
  it("finds the repeated element and makes columns by the rule", async () => {
    const { inspection, rows, records } = await readAll(ORDERS);
    expect(inspection.dialect.element).toBe("shop/orders/order");
    expect(inspection.columns).toEqual([
      "@id",
      "buyer.@vip",
      "buyer.name",
      "buyer.city",
      "total",
      "total.@cur",
      "tag",
      "note",
      "buyer",
    ]);
    expect(rows).toEqual([
      ["1", "true", "Ann", "Bern", "12.50", "EUR", '["a","b"]', null, null],
      ["2", null, "Bo <b>", null, "3", null, '["c"]', "<raw>", null],
      ["3", null, null, null, null, null, null, null, null],
    ]);
    expect(records.map((record) => record.line)).toEqual([1, 2, 3]);
    const { types } = await propose(ORDERS);
    expect(types).toMatchObject({ id: "integer", total: "numeric", tag: "jsonb", buyer_name: "text" });
  });

  it("takes the declared element, by name or path, and says where there is none", async () => {
    expect((await readAll(ORDERS, { element: "buyer" })).rows).toHaveLength(3);
    expect((await readAll(ORDERS, { element: "orders/order" })).rows).toHaveLength(3);
    expect(await refusal(ORDERS, { element: "invoice" })).toMatchObject({
      code: "needs_choice",
      remedy: expect.stringMatching(/shop\/orders/),
    });
  });

  it("reads the same however the bytes are cut, in the declared encoding", async () => {
    const text = `<?xml version="1.0" encoding="ISO-8859-1"?><r><p n="é"/><p n="ü"/></r>`;
    const { rows, inspection } = await readAll(Buffer.from(text, "latin1"));
    expect(rows).toEqual([["é"], ["ü"]]);
    expect(inspection.evidence[0]).toMatch(/as the XML declaration says/);
  });

  it("warns once of a field that comes late and goes on", async () => {
    const body = Array.from(
      { length: 1500 },
      (_, i) => `<r><a>${i}</a>${i > 1200 ? "<late>x</late>" : ""}</r>`,
    );
    const { records } = await readAll(`<t>${body.join("\n")}</t>`);
    expect(records).toHaveLength(1500);
    expect(
      records.filter((record) => record.warning).map((record) => [record.line, record.warning!.column]),
    ).toEqual([[1202, "late"]]);
  });

  it("refuses DOCTYPE, unknown entities, what is not well-formed and web pages", async () => {
    const late = `<t>${"<r><a>1</a></r>".repeat(100_000)}<!DOCTYPE x [<!ENTITY y "z">]></t>`;
    const cases: [string, string, RegExp][] = [
      ['<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]><a><r>&b;</r><r/></a>', "refused", /DOCTYPE/],
      [late, "damaged", /not well-formed|DOCTYPE/],
      ["<a><r>&nope;</r><r/></a>", "damaged", /line 1, column \d+: .*entity/],
      ["<a>\n<r><b></r>\n</a>", "damaged", /line 2/],
      ["<a><r>1</r><r>2", "damaged", /not well-formed XML/],
      ["<!DOCTYPE html><html><body/></html>", "unsupported_format", /web page/],
      [`<a>${"<b>".repeat(400)}`, "too_large", /levels deep/],
    ];
    for (const [text, code, says] of cases) {
      expect(await refusal(text)).toMatchObject({
        code,
        message: expect.stringMatching(says),
        remedy: expect.stringMatching(/\.$/),
      });
    }
  });
});
