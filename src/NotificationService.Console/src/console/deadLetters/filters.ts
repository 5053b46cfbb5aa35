import { channels } from "../look/Channel.tsx";

export interface DeadLetterFilters {
    channel?: string;
    kind?: string;
    code?: string;
    /** A number of days; absent: thirty. */
    days?: 1 | 7 | 365;
}

const text = (value: unknown): string | undefined => (typeof value === "string" || typeof value === "number" ? String(value).trim().slice(0, 100) || undefined : undefined);

/** An address may say anything: what this list does not know is left out. */
export function readDeadLetterFilters(search: Record<string, unknown>): DeadLetterFilters {
    const channel = channels.find((one) => one === search.channel);
    const days = ([1, 7, 365] as const).find((one) => one === Number(search.days));
    const [kind, code] = [text(search.kind), text(search.code)];
    return { ...(channel && { channel }), ...(kind && { kind }), ...(code && { code }), ...(days && { days }) };
}
