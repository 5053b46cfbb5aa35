import { queryOptions } from "@tanstack/react-query";
import type { Schema } from "../api/client.ts";
import { pagesOf } from "../look/pages.ts";
import { api } from "../session/browser.ts";

export type Template = Schema<"TemplateResponse">;
export type TemplateRow = Schema<"TemplateSummary">;
export type TemplateVersion = Schema<"TemplateVersionResponse">;

export interface TemplateFilters {
    search?: string;
    category?: string;
}

export const templatesQuery = (tenant: string, filters: TemplateFilters) => pagesOf([tenant, "templates", "list", filters], (place, signal) => api.get("/api/v1/admin/templates", { query: { ...filters, limit: 100, ...place }, signal }));

export const templateQuery = (tenant: string, template: string) => queryOptions({ queryKey: [tenant, "template", template], queryFn: ({ signal }) => api.get("/api/v1/admin/templates/{template}", { path: { template }, signal }) });

export const versionsQuery = (tenant: string, template: string) => pagesOf([tenant, "template-versions", template], (place, signal) => api.get("/api/v1/admin/templates/{template}/versions", { path: { template }, query: { limit: 50, ...place }, signal }));

/** Which lines differ between two versions. */
export const diffQuery = (tenant: string, template: string, a: number, b: number) => queryOptions({ queryKey: [tenant, "template-diff", template, a, b], queryFn: ({ signal }) => api.get("/api/v1/admin/templates/{template}/versions/{a}/diff/{b}", { path: { template, a, b }, signal }) });
