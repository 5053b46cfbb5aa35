import { queryOptions } from "@tanstack/react-query";
import type { Schema } from "../api/client.ts";
import { pagesOf } from "../look/pages.ts";
import { api } from "../session/browser.ts";
import type { LogPlace } from "./place.ts";

export type Endpoint = Schema<"WebhookEndpointResponse">;
export type Message = Schema<"WebhookMessageResponse">;

export const endpointQuery = (tenant: string, id: string) => queryOptions({ queryKey: [tenant, "webhook-endpoints", id], queryFn: ({ signal }) => api.get("/api/v1/admin/webhook-endpoints/{id}", { path: { id }, signal }) });

export const logQuery = (tenant: string, id: string, filters: Omit<LogPlace, "message">) => pagesOf([tenant, "webhook-log", id, filters], (place, signal) => api.get("/api/v1/admin/webhook-endpoints/{id}/deliveries", { path: { id }, query: { ...filters, limit: 100, ...place }, signal }));

export const messageQuery = (tenant: string, id: string, messageId: string) => queryOptions({ queryKey: [tenant, "webhook-message", id, messageId], queryFn: ({ signal }) => api.get("/api/v1/admin/webhook-endpoints/{id}/deliveries/{messageId}", { path: { id, messageId }, signal }) });
