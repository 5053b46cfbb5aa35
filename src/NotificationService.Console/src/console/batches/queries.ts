import { queryOptions } from "@tanstack/react-query";
import type { Schema } from "../api/client.ts";
import { pagesOf } from "../look/pages.ts";
import { api } from "../session/browser.ts";
import type { BatchFilters, InBatchFilters } from "./filters.ts";

export type Batch = Schema<"BatchResponse">;

const root = "/api/v1/services/notifications/batches";

/** While something is under way the page follows; one that is not looked at asks nothing. */
export const nextLook = (batch: Batch | undefined): number | false => (batch !== undefined && batch.deliveries.pending > 0 && batch.status !== "cancelled" ? 2_000 : false);

export const batchesQuery = (tenant: string, filters: BatchFilters) => pagesOf([tenant, "batches", "list", filters], (place, signal) => api.get(root, { query: { ...filters, limit: 100, ...place }, signal }));

export const batchQuery = (tenant: string, id: string) =>
    queryOptions({
        queryKey: [tenant, "batches", id],
        queryFn: ({ signal }) => api.get(`${root}/{id}`, { path: { id }, signal }),
        refetchInterval: (query) => nextLook(query.state.data),
    });

export const inBatchQuery = (tenant: string, id: string, filters: InBatchFilters) => pagesOf([tenant, "batches", id, "notifications", filters], (place, signal) => api.get(`${root}/{id}/notifications`, { path: { id }, query: { ...filters, limit: 100, ...place }, signal }));

/** The most that one press puts back. */
const maxRetried = 1_000;

/** Failed deliveries of a batch go back into the queue, the newest thousand of them; how many did. */
export async function retryFailed(id: string): Promise<number> {
    const ids: string[] = [];
    for (const status of ["failed", "bounced"]) {
        let cursor: string | undefined;
        do {
            const page = await api.get(`${root}/{id}/notifications`, { path: { id }, query: { status, limit: 100, ...(cursor && { cursor }) } });
            ids.push(...page.items.flatMap((item) => item.deliveries.filter((delivery) => delivery.status === status).map((delivery) => delivery.id)));
            cursor = page.nextCursor ?? undefined;
        } while (cursor !== undefined && ids.length < maxRetried);
    }
    if (ids.length === 0) return 0;
    return (await api.post("/api/v1/admin/dead-letters/requeue", { body: { ids: ids.slice(0, maxRetried) } })).requeued;
}
