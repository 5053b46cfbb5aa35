export interface AuditFilters {
    actor?: string;
    action?: string;
    target?: string;
    /** A number of days; absent: seven. */
    days?: 1 | 30 | 365;
    entry?: string;
}

const text = (value: unknown): string | undefined => (typeof value === "string" || typeof value === "number" ? String(value).trim().slice(0, 255) || undefined : undefined);

/** An address may say anything: what this list does not know is left out. */
export function readAuditFilters(search: Record<string, unknown>): AuditFilters {
    const days = ([1, 30, 365] as const).find((one) => one === Number(search.days));
    const { actor, action, target, entry } = Object.fromEntries(["actor", "action", "target", "entry"].map((name) => [name, text(search[name])]));
    return { ...(actor && { actor }), ...(action && { action }), ...(target && { target }), ...(days && { days }), ...(entry && { entry }) };
}
