export const reasons = ["bounce", "complaint", "unsubscribe", "dead_token", "manual"] as const;
/** An in-app message has no address that could be suppressed. */
export const suppressible = ["email", "sms", "push", "whatsapp"] as const;

export interface SuppressionFilters {
    channel?: string;
    reason?: string;
    address?: string;
}

const text = (value: unknown): string | undefined => (typeof value === "string" || typeof value === "number" ? String(value).trim() || undefined : undefined);

/** An address may say anything: what this list does not know is left out. */
export function readSuppressionFilters(search: Record<string, unknown>): SuppressionFilters {
    const channel = suppressible.find((one) => one === search.channel);
    const reason = reasons.find((one) => one === search.reason);
    const address = text(search.address);
    return { ...(channel && { channel }), ...(reason && { reason }), ...(address && { address }) };
}
