import { rowsOf, unescaped, written } from "./csv.ts";

/** A row that the service found bad, and what is to be sent in its place. */
export interface BadRow {
    /** The line of the file. */
    line: string;
    code: string;
    message: string;
    cells: readonly string[];
}

export interface BadRows {
    columns: readonly string[];
    rows: readonly BadRow[];
}

/** As many as are corrected on a page. The others are corrected in a spreadsheet. */
export const maxRows = 1_000;
const added = 3;

/** Reads errors.csv: the columns as they came, then code, message and line. */
export function badRowsOf(text: string, delimiter: string): BadRows {
    const [header = [], ...rows] = rowsOf(text, delimiter, true, maxRows + 1);
    const count = Math.max(0, header.length - added);
    return {
        columns: header.slice(0, count).map(unescaped),
        rows: rows.map((row) => ({ cells: row.slice(0, count).map(unescaped), code: row[count] ?? "", message: row[count + 1] ?? "", line: row[count + 2] ?? "" })),
    };
}

export interface Cause {
    code: string;
    message: string;
    rows: BadRow[];
}

/** By what is wrong, the most frequent first. */
export function causesOf(rows: readonly BadRow[]): Cause[] {
    const causes = new Map<string, Cause>();
    for (const row of rows) {
        const key = `${row.code} ${row.message}`;
        const cause = causes.get(key);
        if (cause === undefined) causes.set(key, { code: row.code, message: row.message, rows: [row] });
        else cause.rows.push(row);
    }
    return [...causes.values()].sort((a, b) => b.rows.length - a.rows.length);
}

/** By line, the cells that somebody changed, by the place of their column. */
export type Corrected = ReadonlyMap<string, ReadonlyMap<number, string>>;

export function withCell(corrected: Corrected, row: BadRow, column: number, value: string): Corrected {
    const cells = new Map(corrected.get(row.line));
    if (value === (row.cells[column] ?? "")) cells.delete(column);
    else cells.set(column, value);
    const next = new Map(corrected);
    if (cells.size === 0) next.delete(row.line);
    else next.set(row.line, cells);
    return next;
}

export const cellOf = (corrected: Corrected, row: BadRow, column: number): string => corrected.get(row.line)?.get(column) ?? row.cells[column] ?? "";

export const repairs = ["set", "fill", "before", "replace"] as const;
export type Repair = (typeof repairs)[number];

function of(now: string, repair: Repair, text: string): string {
    if (repair === "set") return text;
    if (repair === "fill") return now || text;
    if (repair === "replace") return text === "" ? now : now.replaceAll(text, "");
    if (now === "" || now.startsWith(text)) return now;
    // Of a telephone number: one that has its country stays, and one written the national way loses its leading nought.
    return text.startsWith("+") ? (now.startsWith("+") ? now : text + now.replace(/^0/, "")) : text + now;
}

/** One repair for all rows of a cause. */
export function repaired(corrected: Corrected, rows: readonly BadRow[], column: number, repair: Repair, text: string): Corrected {
    let next = corrected;
    for (const row of rows) next = withCell(next, row, column, of(cellOf(next, row, column), repair, text));
    return next;
}

/** Pasted from a spreadsheet: fills cells to the right and down. */
export function pasted(corrected: Corrected, rows: readonly BadRow[], columns: number, from: { row: number; column: number }, text: string): Corrected {
    let next = corrected;
    for (const [down, line] of text
        .replace(/\r?\n$/, "")
        .split(/\r?\n/)
        .entries())
        for (const [right, value] of line.split("\t").entries()) {
            const row = rows[from.row + down];
            if (row !== undefined && from.column + right < columns) next = withCell(next, row, from.column + right, value.trim());
        }
    return next;
}

/** What is uploaded as the job's corrected rows: only those that somebody changed. */
export function correctedFile({ columns, rows }: BadRows, corrected: Corrected): string {
    return written([[...columns, "row"], ...rows.filter((row) => corrected.has(row.line)).map((row) => [...columns.map((_, column) => cellOf(corrected, row, column)), row.line])]);
}
