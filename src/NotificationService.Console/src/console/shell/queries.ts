import { QueryClient, queryOptions } from "@tanstack/react-query";
import { ApiProblem, SignedOut } from "../api/problem.ts";
import { api } from "../session/browser.ts";

export const queries = new QueryClient({
    defaultOptions: {
        queries: {
            staleTime: 10_000,
            // What was refused is refused again. Only a service that was away is asked once more.
            retry: (failures, error) => failures < 2 && !(error instanceof SignedOut) && !(error instanceof ApiProblem && error.status < 500),
        },
        mutations: { retry: false },
    },
});

/** Every key begins with the tenant: what one tenant has is never shown as another's. */
export const tenantQuery = (tenantId: string) => queryOptions({ queryKey: [tenantId, "tenant"], queryFn: ({ signal }) => api.get("/api/v1/admin/tenant", { signal }), staleTime: 300_000 });
