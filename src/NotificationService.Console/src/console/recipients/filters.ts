export interface RecipientFilters {
    query?: string;
    tag?: string;
    mode?: "test";
    /** A person's erasure, whose receipt is shown. */
    erasure?: string;
}

const text = (value: unknown): string | undefined => (typeof value === "string" || typeof value === "number" ? String(value).trim().slice(0, 255) || undefined : undefined);

/** An address may say anything: what this list does not know is left out. Live is what is meant where nothing is said. */
export function readRecipientFilters(search: Record<string, unknown>): RecipientFilters {
    const [query, tag, erasure] = [text(search.query), text(search.tag), text(search.erasure)];
    return { ...(query && { query }), ...(tag && { tag }), ...(search.mode === "test" && { mode: search.mode }), ...(erasure && { erasure }) };
}

export const readRecipientPlace = (search: Record<string, unknown>): { mode?: "test" } => (search.mode === "test" ? { mode: "test" } : {});
