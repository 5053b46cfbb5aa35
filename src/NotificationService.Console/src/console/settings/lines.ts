/** Names and values, one of them in a line: `fr = Livraison`. */
export const linesOf = (pairs: Record<string, unknown>): string =>
    Object.entries(pairs)
        .map(([name, value]) => `${name} = ${String(value)}`)
        .join("\n");

/** What is no pair is one without a value, so that the service names it. */
export function pairsOf(text: string): Record<string, string> {
    return Object.fromEntries(
        text
            .split("\n")
            .filter((line) => line.trim() !== "")
            .map((line) => {
                const at = line.indexOf("=");
                return at < 0 ? [line.trim(), ""] : [line.slice(0, at).trim(), line.slice(at + 1).trim()];
            }),
    );
}

export const listOf = (text: string): string[] =>
    text
        .split(/[\n,]+/)
        .map((line) => line.trim())
        .filter((line) => line !== "");

/** What a patch says of numbers by name: those that are gone are null. A text that is no number goes as it is, and is refused by its name. */
export function numbersPatch(before: Record<string, unknown>, now: Record<string, string>): Record<string, unknown> {
    const gone = Object.fromEntries(Object.keys(before).flatMap((name) => ((now[name] ?? "").trim() === "" ? [[name, null]] : [])));
    const kept = Object.fromEntries(Object.entries(now).flatMap(([name, value]) => (value.trim() === "" ? [] : [[name, Number.isFinite(Number(value)) ? Number(value) : value]])));
    return { ...gone, ...kept };
}
