/** The columns of a row in Dataverse's RemoteExecutionContext: as one record, and by their names as fields. */
import { describe, expect, it } from "vitest";
import { HEADERS, openContext as open, REQUEST, ROW_ID, UPDATE } from "../support/dynamics-context.ts";

interface Column {
  readonly key: string;
  readonly value: unknown;
}

/** The fixture with other columns in its target. */
function withColumns(...columns: readonly Column[]): string {
  const context = JSON.parse(UPDATE);
  context.InputParameters[0].value.Attributes.push(...columns);
  return JSON.stringify(context);
}

async function recordOf(body: string): Promise<Readonly<Record<string, unknown>>> {
  const over = { mapping: '{ "callData": $string(body.record) }' };
  const { opened } = await open(body, HEADERS, over);
  return "drafts" in opened ? JSON.parse(Object(opened.drafts[0]?.fields).callData) : {};
}

describe("the columns of source dynamics", () => {
  it("makes one record of the row, its columns as plain values, what has changed before its image", async () => {
    expect(await recordOf(UPDATE)).toEqual({
      ticketnumber: "CAS-01026-X4B2",
      new_ccgw_reference: "CAS-01026",
      new_ccgw_call_data: "Rückruf für Jörg Müller, Ticket CAS-01026",
      customerid: "0c1f2b7a-5d10-4c8e-9b52-3f0f6f6c1a11",
      incidentid: ROW_ID,
      new_ccgw_call_id: "1552524689-16797284",
      new_ccgw_target: "agent:205",
      statuscode: 4,
      new_amount: 129.5,
      modifiedon: "2026-11-23T06:58:59.000Z",
      modifiedby: "75c2dd85-e89e-e711-8122-000d3aa2331c",
      modifiedonbehalfby: null,
    });
  });

  it.each([null, 1, "ccgw_target", [], {}, { key: null, value: "1" }, { key: 1, value: "1" }])(
    "leaves out what is no column, and nothing else: %j",
    async (odd) => {
      const context = JSON.parse(UPDATE);
      context.InputParameters[0].value.Attributes.unshift(odd);
      context.InputParameters.push(odd);
      context.PostEntityImages[0].value.Attributes.push(odd);
      context.PostEntityImages.push(odd);
      expect((await open(JSON.stringify(context))).requests()).toEqual([REQUEST]);
    },
  );

  it.each([
    ["/Date(1506384247000)/", "2017-09-26T00:04:07.000Z"],
    ["/Date(1506409448000-0700)/", "2017-09-26T07:04:08.000Z"],
    ["/Date(-1)/", "1969-12-31T23:59:59.999Z"],
    ["/Date(8640000000000001)/", "/Date(8640000000000001)/"],
    ["/Date(x)/", "/Date(x)/"],
    ["see /Date(1)/", "see /Date(1)/"],
  ])("reads %s as %s", async (value, expected) => {
    expect(await recordOf(withColumns({ key: "when", value }))).toMatchObject({ when: expected });
  });

  it.each([
    ["a list", [1, 2]],
    ["a record of no known type", { a: 1 }],
    ["a truth value", true],
  ])("leaves %s as it is", async (_what, value) => {
    expect(await recordOf(withColumns({ key: "other", value }))).toMatchObject({ other: value });
  });

  it.each(["ccgw_call_id", "new_ccgw_call_id", "cr8a1_ccgw_call_id"])("finds the column %s", async (name) => {
    const { requests } = await open(UPDATE.replaceAll("new_ccgw_call_id", name));
    expect(requests()).toEqual([REQUEST]);
  });

  it("refuses two columns that say different things for one field, and names both", async () => {
    const { requests } = await open(withColumns({ key: "cr8a1_ccgw_call_id", value: "c-2" }));
    const errors = ["#/cr8a1_ccgw_call_id", "#/new_ccgw_call_id"].map((pointer) => expect.objectContaining({ pointer }));
    expect(requests).toThrow(expect.objectContaining({ code: "invalid-request", errors: expect.arrayContaining(errors) }));
  });

  it.each(["", " ", null, REQUEST.callId])("takes two columns for one field of which one is %j", async (value) => {
    const { requests } = await open(withColumns({ key: "cr8a1_ccgw_call_id", value }));
    expect(requests()).toEqual([REQUEST]);
  });
});
