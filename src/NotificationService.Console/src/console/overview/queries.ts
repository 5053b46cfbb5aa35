import { queryOptions } from "@tanstack/react-query";
import type { Schema } from "../api/client.ts";
import { sinceOf } from "../notifications/filters.ts";
import { api } from "../session/browser.ts";

export type DeadLetter = Schema<"DeadLetterResponse">;

/** How many there are; `exact` is false if there are at least that many. */
export interface Figure {
    count: number;
    exact: boolean;
}

export const figures = ["accepted", "scheduled", "queued", "sending", "failed", "bounced", "suppressed", "expired"] as const;
export type FigureName = (typeof figures)[number];

/** What was accepted within a day, as it stands now. Only what the database counts by an index. */
export const figuresQuery = (tenant: string) =>
    queryOptions({
        queryKey: [tenant, "figures"],
        queryFn: async ({ signal }) => {
            const since = sinceOf("24h", Date.now());
            const counted = await Promise.all(
                figures.map(async (name): Promise<[FigureName, Figure | undefined]> => {
                    const { pagination } = await api.get("/api/v1/services/notifications", { query: { since, limit: 1, ...(name !== "accepted" && { status: name }) }, signal });
                    return [name, pagination?.total == null ? undefined : { count: pagination.total, exact: pagination.totalIsExact ?? true }];
                }),
            );
            return Object.fromEntries(counted) as Record<FigureName, Figure | undefined>;
        },
    });

const longestPage = 100;

/** The latest dead letters. What is done to them is done to these, by their ids. */
export const deadLettersQuery = (tenant: string) =>
    queryOptions({
        queryKey: [tenant, "dead-letters", "latest"],
        queryFn: async ({ signal }) => {
            const page = await api.get("/api/v1/admin/dead-letters", { query: { limit: longestPage, since: sinceOf("7d", Date.now()) }, signal });
            return { items: page.items, total: page.pagination?.total ?? page.items.length };
        },
    });

export const providersQuery = (tenant: string) => queryOptions({ queryKey: [tenant, "providers"], queryFn: async ({ signal }) => (await api.get("/api/v1/admin/providers", { query: { limit: 100 }, signal })).items });

export const endpointsQuery = (tenant: string) => queryOptions({ queryKey: [tenant, "webhook-endpoints"], queryFn: async ({ signal }) => (await api.get("/api/v1/admin/webhook-endpoints", { query: { limit: 100 }, signal })).items });

/** Dead letters of one cause on one channel. */
export interface Cause {
    channel: string;
    kind: string;
    code: string;
    message: string;
    provider: string | undefined;
    ambiguous: boolean;
    latest: string | undefined;
    items: DeadLetter[];
}

/** Grouped by what went wrong, the most frequent first. */
export function causesOf(letters: readonly DeadLetter[]): Cause[] {
    const causes = new Map<string, Cause>();
    for (const letter of letters) {
        const { kind = "unknown", code = "unknown", message = "", provider } = letter.failure ?? {};
        const key = JSON.stringify([letter.channel, kind, code]);
        const cause = causes.get(key) ?? { channel: letter.channel, kind, code, message, provider: provider ?? undefined, ambiguous: false, latest: undefined, items: [] };
        causes.set(key, cause);
        cause.items.push(letter);
        cause.ambiguous ||= letter.ambiguous;
        if (letter.failedAt && (cause.latest === undefined || letter.failedAt > cause.latest)) cause.latest = letter.failedAt;
    }
    return [...causes.values()].sort((a, b) => b.items.length - a.items.length);
}
