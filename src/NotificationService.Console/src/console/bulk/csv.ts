/** The beginning of a file, as far as its header and its first rows need it. */
export const beginning = 256 * 1024;

export interface CsvBeginning {
    encoding: string;
    delimiter: string;
    header: string[];
    rows: string[][];
}

const delimiters = [",", ";", "\t"] as const;
/** The service compares and keeps names without what surrounds them. */
const bare = (field: string): string => field.replace(/^[\s\u00a0\ufeff]+|[\s\u00a0]+$/g, "");

/** UTF-8 until a byte is not; UTF-16 says so itself. The service decides: this is for who looks at it. */
export function decoded(bytes: Uint8Array): { text: string; encoding: string } {
    if (bytes[0] === 0xff && bytes[1] === 0xfe) return { text: new TextDecoder("utf-16le").decode(bytes), encoding: "UTF-16" };
    if (bytes[0] === 0xfe && bytes[1] === 0xff) return { text: new TextDecoder("utf-16be").decode(bytes), encoding: "UTF-16" };
    try {
        // `stream`: what was read may end within a letter.
        return { text: new TextDecoder("utf-8", { fatal: true }).decode(bytes, { stream: true }), encoding: "UTF-8" };
    } catch {
        return { text: new TextDecoder("windows-1252").decode(bytes), encoding: "Windows-1252" };
    }
}

/** Whichever stands most often in the first line outside quotes. */
export function delimiterOf(text: string): string {
    const counts = new Map<string, number>(delimiters.map((one) => [one, 0]));
    let quoted = false;
    for (const letter of text) {
        if (letter === '"') quoted = !quoted;
        else if (!quoted && (letter === "\n" || letter === "\r")) break;
        else if (!quoted && counts.has(letter)) counts.set(letter, counts.get(letter)! + 1);
    }
    return [...counts].reduce((most, one) => (one[1] > most[1] ? one : most))[0];
}

/** Rows of fields; blank lines are passed over. A row that the text breaks off is left out where `whole` is not said. */
export function rowsOf(text: string, delimiter: string, whole = true, max = Number.POSITIVE_INFINITY): string[][] {
    const rows: string[][] = [];
    let row: string[] = [];
    let field = "";
    let quoted = false;
    let at = 0;
    const end = () => {
        row.push(bare(field));
        field = "";
        if (row.some((one) => one !== "")) rows.push(row);
        row = [];
    };
    for (; at < text.length && rows.length < max; at++) {
        const letter = text[at]!;
        if (quoted) {
            if (letter !== '"') field += letter;
            else if (text[at + 1] === '"') {
                field += '"';
                at++;
            } else quoted = false;
        } else if (letter === '"' && bare(field) === "") {
            field = "";
            quoted = true;
        } else if (letter === delimiter) {
            row.push(bare(field));
            field = "";
        } else if (letter === "\n" || letter === "\r") {
            if (letter === "\r" && text[at + 1] === "\n") at++;
            end();
        } else field += letter;
    }
    if (whole && at >= text.length && rows.length < max && (field !== "" || row.length > 0)) end();
    return rows;
}

/** What the first line and a few rows hold. Undefined where there is no header. */
export async function beginningOf(file: Blob): Promise<CsvBeginning | undefined> {
    const { text: raw, encoding } = decoded(new Uint8Array(await file.slice(0, beginning).arrayBuffer()));
    const declared = /^\ufeff?sep=(.)\r?\n/.exec(raw);
    const text = declared ? raw.slice(declared[0].length) : raw.replace(/^\ufeff/, "");
    const delimiter = declared?.[1] ?? delimiterOf(text.trimStart());
    const [header, ...rows] = rowsOf(text, delimiter, file.size <= beginning, 6);
    if (header === undefined) return undefined;
    while (header.at(-1) === "") header.pop();
    return { encoding, delimiter, header, rows };
}

/** A value that begins like a formula has an apostrophe in what the service writes. */
const formula = /^['\u00a0 ]*[=+\-@\t\r\n\0＝＋－＠]/;
export const unescaped = (value: string): string => (value.startsWith("'") && formula.test(value) ? value.slice(1) : value);
const escaped = (value: string): string => (formula.test(value) ? `'${value}` : value);

export function written(rows: readonly (readonly string[])[]): string {
    return rows.map((row) => row.map((field) => `"${escaped(field).replaceAll('"', '""')}"`).join(",")).join("\r\n");
}
