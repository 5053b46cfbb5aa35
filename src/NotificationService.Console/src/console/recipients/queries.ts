import { queryOptions } from "@tanstack/react-query";
import type { Schema } from "../api/client.ts";
import { ApiProblem } from "../api/problem.ts";
import { pagesOf } from "../look/pages.ts";
import { api } from "../session/browser.ts";
import type { RecipientFilters } from "./filters.ts";

export type Person = Schema<"RecipientResponse">;
export type Preferences = Schema<"PreferencesResponse">;

export const recipientsQuery = (tenant: string, { erasure: _, ...filters }: RecipientFilters) => pagesOf([tenant, "recipients", "list", filters], (place, signal) => api.get("/api/v1/services/recipients", { query: { ...filters, limit: 100, ...place }, signal }));

/** Null where the directory does not know the person, of whom there may still be preferences and notifications. */
export const recipientQuery = (tenant: string, userId: string, mode: "test" | undefined) =>
    queryOptions({
        queryKey: [tenant, "recipients", "person", mode, userId],
        queryFn: async ({ signal }): Promise<Person | null> => {
            try {
                return await api.get("/api/v1/services/recipients/{userId}", { path: { userId }, query: { mode }, signal });
            } catch (error) {
                if (error instanceof ApiProblem && error.status === 404) return null;
                throw error;
            }
        },
    });

export const preferencesQuery = (tenant: string, userId: string) => queryOptions({ queryKey: [tenant, "recipients", "preferences", userId], queryFn: ({ signal }) => api.get("/api/v1/services/recipients/{userId}/preferences", { path: { userId }, signal }) });

export const categoriesQuery = (tenant: string) => queryOptions({ queryKey: [tenant, "categories", "all"], queryFn: async ({ signal }) => (await api.get("/api/v1/admin/categories", { query: { limit: 100 }, signal })).items });

export const erasureQuery = (tenant: string, id: string) =>
    queryOptions({
        queryKey: [tenant, "erasures", id],
        queryFn: ({ signal }) => api.get("/api/v1/services/erasures/{id}", { path: { id }, signal }),
        refetchInterval: (query) => (query.state.data?.status === "running" ? 2_000 : false),
    });
