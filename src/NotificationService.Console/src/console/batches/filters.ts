import { channels } from "../look/Channel.tsx";
import { statuses } from "../look/Status.tsx";

export const batchStates = ["open", "processing", "completed", "cancelled"] as const;

export interface BatchFilters {
    status?: string;
    mode?: "live" | "test";
}

/** An address may say anything: what this list does not know is left out. */
export function readBatchFilters(search: Record<string, unknown>): BatchFilters {
    const status = batchStates.find((one) => one === search.status);
    return { ...(status && { status }), ...((search.mode === "live" || search.mode === "test") && { mode: search.mode }) };
}

/** Which notifications of a batch are shown. */
export interface InBatchFilters {
    status?: string;
    channel?: string;
    reference?: string;
}

export function readInBatchFilters(search: Record<string, unknown>): InBatchFilters {
    const status = Object.keys(statuses).find((one) => one === search.status);
    const channel = channels.find((one) => one === search.channel);
    const reference = (typeof search.reference === "string" || typeof search.reference === "number") && String(search.reference).trim().slice(0, 255);
    return { ...(status && { status }), ...(channel && { channel }), ...(reference && { reference }) };
}
