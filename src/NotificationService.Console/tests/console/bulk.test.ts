import { describe, expect, test } from "vitest";
import { badRowsOf, causesOf, cellOf, correctedFile, pasted, repaired, withCell } from "../../src/console/bulk/corrections.ts";
import { beginningOf, decoded, delimiterOf, rowsOf, unescaped, written } from "../../src/console/bulk/csv.ts";

describe("The beginning of a CSV file", () => {
    test.each([
        ["email,name\n", ","],
        ["email;name;a,b\n", ";"],
        ["email\tname\n", "\t"],
        ['"a,b,c";d;e\n', ";"],
    ])("%j is separated by %j", (text, delimiter) => expect(delimiterOf(text)).toBe(delimiter));

    test("has quotes within quotes, line breaks within them, and spaces taken off", () => {
        expect(rowsOf('a, b ,"c ""d"""\r\n"x\ny",5" disk,\n\n;;\n', ",")).toEqual([["a", "b", 'c "d"'], ["x\ny", '5" disk', ""], [";;"]]);
    });

    test("leaves out a row that the beginning breaks off", () => {
        expect(rowsOf("a,b\n1,2\n3,", ",", false)).toEqual([
            ["a", "b"],
            ["1", "2"],
        ]);
    });

    test("is read as UTF-8, as UTF-16 by its mark, and else as Windows-1252", async () => {
        expect(decoded(new TextEncoder().encode("né"))).toEqual({ text: "né", encoding: "UTF-8" });
        expect(decoded(new Uint8Array([0xff, 0xfe, 0x6e, 0, 0xe9, 0]))).toEqual({ text: "né", encoding: "UTF-16" });
        expect(decoded(new Uint8Array([0x6e, 0xe9, 0x2c]))).toEqual({ text: "né,", encoding: "Windows-1252" });
        expect(await beginningOf(new Blob(["\ufeffsep=;\r\nemail;name\r\nann@example.com;Ann\r\n"]))).toEqual({ encoding: "UTF-8", delimiter: ";", header: ["email", "name"], rows: [["ann@example.com", "Ann"]] });
        expect(await beginningOf(new Blob(["\n \n"]))).toBeUndefined();
    });

    test("written again begins no formula, and is read as it was", () => {
        const rows = [["=1+1", "'x", 'a "b"', "+33 6", "plain"]];
        const text = written(rows);
        expect(text).toContain('"\'=1+1"');
        expect(rowsOf(text, ",")[0]!.map(unescaped)).toEqual(rows[0]);
    });
});

describe("Bad rows", () => {
    const bad = badRowsOf("phone,orderId,error_code,error_message,row\n0612,A-1,phone_not_e164,A number is written so.,2\n0613,A-2,phone_not_e164,A number is written so.,3\n'+14155550100,,required,orderId is missing.,7\n", ",");

    test("are read with their columns, causes and lines, the most frequent cause first", () => {
        expect(bad.columns).toEqual(["phone", "orderId"]);
        expect(causesOf(bad.rows).map((cause) => [cause.code, cause.rows.map((row) => row.line)])).toEqual([
            ["phone_not_e164", ["2", "3"]],
            ["required", ["7"]],
        ]);
        expect(bad.rows[2]!.cells[0]).toBe("+14155550100");
    });

    test("have one repair for all of a cause; a number loses the nought before its country code", () => {
        const all = repaired(new Map(), bad.rows.slice(0, 2), 0, "before", "+33");
        expect(bad.rows.map((row) => cellOf(all, row, 0))).toEqual(["+33612", "+33613", "+14155550100"]);
        expect(repaired(all, bad.rows, 0, "before", "+33").size).toBe(2);
        expect(cellOf(repaired(new Map(), bad.rows, 1, "fill", "A-9"), bad.rows[2]!, 1)).toBe("A-9");
    });

    test("are corrected no more when they are as they came", () => {
        const row = bad.rows[0]!;
        expect(withCell(withCell(new Map(), row, 0, "x"), row, 0, "0612").size).toBe(0);
    });

    test("take what is pasted to the right and down, and no further than there are cells", () => {
        const all = pasted(new Map(), bad.rows, 2, { row: 1, column: 0 }, "+1\tB-1\tignored\n+2\tB-2\n+3\tB-3\n");
        expect(bad.rows.map((row) => [cellOf(all, row, 0), cellOf(all, row, 1)])).toEqual([
            ["0612", "A-1"],
            ["+1", "B-1"],
            ["+2", "B-2"],
        ]);
    });

    test("that somebody changed are uploaded, and no others", () => {
        expect(correctedFile(bad, withCell(new Map(), bad.rows[2]!, 1, "A-7"))).toBe('"phone","orderId","row"\r\n"\'+14155550100","A-7","7"');
    });
});
