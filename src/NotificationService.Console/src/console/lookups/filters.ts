export interface LookupFilters {
    type?: string;
    /** The value whose form is open; `new` for one that is to be. */
    value?: string;
}

const text = (value: unknown): string | undefined => (typeof value === "string" ? value.trim().slice(0, 64) || undefined : undefined);

/** An address may say anything: what this list does not know is left out. */
export function readLookupFilters(search: Record<string, unknown>): LookupFilters {
    const [type, value] = [text(search.type), text(search.value)];
    return { ...(type && { type }), ...(value && { value }) };
}
