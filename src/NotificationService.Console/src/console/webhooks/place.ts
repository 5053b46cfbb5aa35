export const states = ["pending", "delivered", "failed", "dropped"] as const;

export interface LogPlace {
    status?: string;
    type?: string;
    message?: string;
}

const text = (value: unknown): string | undefined => (typeof value === "string" ? value.trim().slice(0, 100) || undefined : undefined);

/** An address may say anything: what this page does not know is left out. */
export function readLogPlace(search: Record<string, unknown>): LogPlace {
    const status = states.find((one) => one === search.status);
    const [type, message] = [text(search.type), text(search.message)];
    return { ...(status && { status }), ...(type && { type }), ...(message && { message }) };
}
