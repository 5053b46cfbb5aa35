import { channels } from "../look/Channel.tsx";
import { statuses } from "../look/Status.tsx";

export const windows = ["1h", "24h", "7d", "30d", "all"] as const;
export type Window = (typeof windows)[number];

/** What the address of the list says. */
export interface NotificationFilters {
    status?: string;
    channel?: string;
    template?: string;
    category?: string;
    reference?: string;
    userId?: string;
    mode?: "live" | "test";
    /** A time that goes along with the clock, or a fixed one; absent: 24 hours. */
    since?: string;
    until?: string;
}

const text = (value: unknown): string | undefined => {
    const read = typeof value === "number" || typeof value === "boolean" ? String(value) : value;
    return typeof read === "string" && read.trim() !== "" ? read.trim().slice(0, 255) : undefined;
};
const oneOf = <T extends string>(value: unknown, of: readonly T[]): T | undefined => (of.includes(value as T) ? (value as T) : undefined);
const time = (value: unknown): string | undefined => (typeof value === "string" && !Number.isNaN(Date.parse(value)) && /^\d{4}-/.test(value) ? value : undefined);

/** An address may say anything: what this list does not know is left out. */
export function readNotificationFilters(search: Record<string, unknown>): NotificationFilters {
    const read: Record<keyof NotificationFilters, string | undefined> = {
        status: oneOf(search.status, Object.keys(statuses)),
        channel: oneOf(search.channel, channels),
        template: text(search.template),
        category: text(search.category),
        reference: text(search.reference),
        userId: text(search.userId),
        mode: oneOf(search.mode, ["live", "test"]),
        since: oneOf(search.since, windows) ?? time(search.since),
        until: time(search.until),
    };
    return Object.fromEntries(Object.entries(read).filter(([, value]) => value !== undefined)) as NotificationFilters;
}

const hours: Record<string, number> = { "1h": 1, "24h": 24, "7d": 168, "30d": 720 };

/** The time that the service is asked for; undefined: from the beginning. */
export function sinceOf(since: string | undefined, now: number): string | undefined {
    const length = hours[since ?? "24h"];
    if (length !== undefined) return new Date(now - length * 3_600_000).toISOString();
    return since === "all" ? undefined : since;
}

/** The same rows for somebody who opens the address later: times that go along with the clock become fixed. */
export function fixed(filters: NotificationFilters, now: number): NotificationFilters {
    const since = sinceOf(filters.since, now);
    return { ...filters, since: since ?? "all", until: filters.until ?? new Date(now).toISOString() };
}

/** How many filters hide something; the window of time is not one of them. */
export const countOf = (filters: NotificationFilters): number => Object.keys(filters).filter((key) => key !== "since" && key !== "until").length + (filters.until === undefined ? 0 : 1);
