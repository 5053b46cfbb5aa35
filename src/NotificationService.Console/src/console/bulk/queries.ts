import { queryOptions } from "@tanstack/react-query";
import type { Schema } from "../api/client.ts";
import { pagesOf } from "../look/pages.ts";
import { api } from "../session/browser.ts";
import { badRowsOf } from "./corrections.ts";
import type { JobFilters } from "./filters.ts";

export type Job = Schema<"BulkJobResponse">;
export type Row = Schema<"BulkItem">;

const root = "/api/v1/services/notifications/bulk";

/** Of errors.csv as much as is corrected on a page. */
const maxErrorBytes = 4 * 1024 * 1024;

/** While rows are worked or deliveries are under way the page follows; one that is not looked at asks nothing. */
export function nextLook(job: Job | undefined): number | false {
    if (job === undefined) return false;
    if (job.status === "uploading" || job.status === "checking" || job.status === "running") return 1_000;
    return job.status === "completed" && (job.deliveries?.pending ?? 0) > 0 ? 2_000 : false;
}

export const jobsQuery = (tenant: string, filters: JobFilters) => pagesOf([tenant, "bulk", "list", filters], (place, signal) => api.get(root, { query: { ...filters, limit: 100, ...place }, signal }));

export const jobQuery = (tenant: string, id: string) =>
    queryOptions({
        queryKey: [tenant, "bulk", id],
        queryFn: ({ signal }) => api.get(`${root}/{jobId}`, { path: { jobId: id }, signal }),
        refetchInterval: (query) => nextLook(query.state.data),
    });

export const rowsQuery = (tenant: string, id: string, status: string | undefined) => pagesOf([tenant, "bulk", id, "rows", status], (place, signal) => api.get(`${root}/{jobId}/items`, { path: { jobId: id }, query: { ...(status && { status }), limit: 100, ...place }, signal }));

/** The bad rows as they came. Anew when their number has changed. */
export const badRowsQuery = (tenant: string, job: Job) =>
    queryOptions({
        queryKey: [tenant, "bulk", job.jobId, "bad", job.rows.bad],
        queryFn: async ({ signal }) => badRowsOf(await textOf(await api.raw(`${root}/${job.jobId}/errors.csv`, signal)), job.delimiter === "tab" ? "\t" : job.delimiter),
        staleTime: Number.POSITIVE_INFINITY,
        // As many bad rows as before may be others.
        gcTime: 0,
    });

async function textOf(response: Response): Promise<string> {
    const reader = response.body!.pipeThrough(new TextDecoderStream()).getReader();
    let text = "";
    for (;;) {
        const { done, value } = await reader.read();
        if (done) return text;
        text += value;
        if (text.length < maxErrorBytes) continue;
        await reader.cancel();
        return text.slice(0, text.lastIndexOf("\n"));
    }
}

/** What the columns of the last file for this template were: whoever uploaded it, and in whichever browser. */
export const rememberedQuery = (tenant: string, template: string) =>
    queryOptions({
        queryKey: [tenant, "bulk", "remembered", template],
        queryFn: async ({ signal }) => {
            const { items } = await api.get(root, { query: { limit: 100 }, signal });
            return items.find((job) => job.template?.key === template && Object.values(job.columns).some((target) => target != null))?.columns ?? {};
        },
        enabled: template !== "",
        staleTime: 60_000,
    });

export const columnsQuery = (tenant: string, wanted: { template: string; channels: readonly string[]; columns: readonly string[]; mapping: Record<string, string> }) =>
    queryOptions({
        queryKey: [tenant, "bulk", "columns", wanted],
        queryFn: ({ signal }) => api.post(`${root}/columns`, { body: { template: wanted.template, columns: [...wanted.columns], mapping: wanted.mapping, ...(wanted.channels.length > 0 && { channels: [...wanted.channels] }) }, signal }),
        enabled: wanted.template !== "" && wanted.columns.length > 0,
        retry: false,
        staleTime: 60_000,
    });
