export const userStates = ["invited", "active", "disabled"] as const;
export const roles = ["admin", "operator", "viewer", "user"] as const;
/** What a program may be allowed. */
export const scopes = ["notifications:send", "notifications:read", "recipients:write", "events:publish"] as const;

export interface UserFilters {
    status?: string;
    role?: string;
    email?: string;
    userId?: string;
    user?: string;
}

const text = (value: unknown): string | undefined => (typeof value === "string" || typeof value === "number" ? String(value).trim().slice(0, 255) || undefined : undefined);

/** An address may say anything: what this list does not know is left out. */
export function readUserFilters(search: Record<string, unknown>): UserFilters {
    const status = userStates.find((one) => one === search.status);
    const role = roles.find((one) => one === search.role);
    const [email, userId, user] = [text(search.email), text(search.userId), text(search.user)];
    return { ...(status && { status }), ...(role && { role }), ...(email && { email }), ...(userId && { userId }), ...(user && { user }) };
}

export interface AccountFilters {
    mode?: "live" | "test";
    account?: string;
}

export function readAccountFilters(search: Record<string, unknown>): AccountFilters {
    const account = text(search.account);
    return { ...((search.mode === "live" || search.mode === "test") && { mode: search.mode }), ...(account && { account }) };
}
