export const jobStates = ["uploading", "checking", "checked", "running", "paused", "completed", "cancelled", "failed"] as const;
export const outcomes = ["bad", "mended", "repeated", "queued", "sent", "delivered", "failed", "bounced", "suppressed", "cancelled", "expired"] as const;

export interface JobFilters {
    status?: string;
    mode?: "live" | "test";
}

/** An address may say anything: what this list does not know is left out. */
export function readJobFilters(search: Record<string, unknown>): JobFilters {
    const status = jobStates.find((one) => one === search.status);
    return { ...(status && { status }), ...((search.mode === "live" || search.mode === "test") && { mode: search.mode }) };
}

/** Which rows of a job are shown. */
export function readRowFilters(search: Record<string, unknown>): { rows?: string } {
    const rows = outcomes.find((one) => one === search.rows);
    return rows ? { rows } : {};
}
