// Writes the compressed forms of what was built beside it, .br and .gz, so that no server has to do it for each request or at each start.
import { readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { extname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";

const dist = fileURLToPath(new URL("../dist/", import.meta.url));
// Fonts and pictures are compressed already; a page is a little different in each response.
const kinds = new Set([".css", ".js", ".json", ".svg", ".txt", ".webmanifest"]);
const worthIt = 512;

for (const name of readdirSync(dist, { recursive: true })) {
    const file = join(dist, name);
    if (!kinds.has(extname(name)) || !statSync(file).isFile()) continue;
    const plain = readFileSync(file);
    const forms = {
        br: () => brotliCompressSync(plain, { params: { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_SIZE_HINT]: plain.length } }),
        gz: () => gzipSync(plain, { level: 9 }),
    };
    for (const [form, compress] of Object.entries(forms)) {
        if (plain.length < worthIt) rmSync(`${file}.${form}`, { force: true });
        else writeFileSync(`${file}.${form}`, compress());
    }
}
