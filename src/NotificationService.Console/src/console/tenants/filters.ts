export interface TenantFilters {
    status?: string;
    search?: string;
    /** The tenant whose dialog is open; `new` for one that is to be. */
    tenant?: string;
}

const text = (value: unknown): string | undefined => (typeof value === "string" || typeof value === "number" ? String(value).trim().slice(0, 200) || undefined : undefined);

/** An address may say anything: what this list does not know is left out. */
export function readTenantFilters(search: Record<string, unknown>): TenantFilters {
    const [searched, tenant] = [text(search.search), text(search.tenant)];
    return { ...((search.status === "active" || search.status === "suspended") && { status: search.status }), ...(searched && { search: searched }), ...(tenant && { tenant }) };
}
