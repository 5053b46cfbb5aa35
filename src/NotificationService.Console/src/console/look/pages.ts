import { infiniteQueryOptions, type QueryKey } from "@tanstack/react-query";

interface ServicePage {
    nextCursor?: string | null;
    pagination?: { page: number; hasNext: boolean } | null;
}

/** Where a page begins; nothing for the first. */
export interface PagePlace {
    cursor?: string;
    page?: number;
}

/** A list that the service gives out page by page. All pages of one reading count their times back from `begun`, milliseconds since 1970. */
export function pagesOf<P extends ServicePage>(key: QueryKey, read: (place: PagePlace, signal: AbortSignal, begun: number) => Promise<P>) {
    return infiniteQueryOptions({
        queryKey: key,
        initialPageParam: { begun: 0, place: {} as PagePlace },
        queryFn: async ({ pageParam, signal }) => {
            const begun = pageParam.begun || Date.now();
            return { ...(await read(pageParam.place, signal, begun)), begun };
        },
        getNextPageParam: ({ begun, nextCursor, pagination }: P & { begun: number }) => {
            if (nextCursor) return { begun, place: { cursor: nextCursor } };
            return pagination?.hasNext ? { begun, place: { page: pagination.page + 1 } } : undefined;
        },
    });
}
