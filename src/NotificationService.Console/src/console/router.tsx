import { createRootRoute, createRoute, createRouter, lazyRouteComponent, Outlet, redirect } from "@tanstack/react-router";
import { readAuditFilters } from "./audit/filters.ts";
import { readBatchFilters, readInBatchFilters } from "./batches/filters.ts";
import { readJobFilters, readRowFilters } from "./bulk/filters.ts";
import { readCategoryPlace } from "./categories/filters.ts";
import { readDeadLetterFilters } from "./deadLetters/filters.ts";
import { channels } from "./look/Channel.tsx";
import { Waiting } from "./look/States.tsx";
import { readLookupFilters } from "./lookups/filters.ts";
import { readNotificationFilters } from "./notifications/filters.ts";
import { readAccountFilters, readUserFilters } from "./people/filters.ts";
import { readRecipientFilters, readRecipientPlace } from "./recipients/filters.ts";
import { session } from "./session/browser.ts";
import { may } from "./session/react.ts";
import { within } from "./session/within.ts";
import { Broken, Lost } from "./shell/Errors.tsx";
import { queries, tenantQuery } from "./shell/queries.ts";
import { Shell } from "./shell/Shell.tsx";
import { readSuppressionFilters } from "./suppressions/filters.ts";
import { readTemplateFilters, readTemplatePlace } from "./templates/filters.ts";
import { readTenantFilters } from "./tenants/filters.ts";
import { readLogPlace } from "./webhooks/place.ts";

const root = createRootRoute({ component: Outlet, notFoundComponent: Lost });

const signIn = createRoute({
    getParentRoute: () => root,
    path: "/sign-in",
    validateSearch: (search: Record<string, unknown>): { to?: string } => (search.to === undefined ? {} : { to: within(search.to) }),
    beforeLoad: async ({ search }) => {
        if ((await session.resume()).kind === "in") throw redirect({ href: search.to ?? "/" });
    },
    component: lazyRouteComponent(() => import("./session/SignInPage.tsx"), "SignInPage"),
});

/** The tenant in addresses: its key, for who may read that. */
async function tenantOf(): Promise<string> {
    const state = await session.resume();
    if (state.kind !== "in") throw redirect({ to: "/sign-in", search: location.pathname === "/" ? {} : { to: location.pathname + location.search } });
    if (!may(state.person, "admin")) return state.person.tenantId;
    try {
        return (await queries.ensureQueryData(tenantQuery(state.person.tenantId))).key;
    } catch {
        return state.person.tenantId;
    }
}

const home = createRoute({
    getParentRoute: () => root,
    path: "/",
    beforeLoad: async () => {
        throw redirect({ to: "/t/$tenant", params: { tenant: await tenantOf() } });
    },
});

const tenant = createRoute({
    getParentRoute: () => root,
    path: "/t/$tenant",
    beforeLoad: async () => ({ own: await tenantOf() }),
    component: Shell,
});

const overview = createRoute({
    getParentRoute: () => tenant,
    path: "/",
    component: lazyRouteComponent(() => import("./overview/OverviewPage.tsx"), "OverviewPage"),
});

const send = createRoute({
    getParentRoute: () => tenant,
    path: "/send",
    validateSearch: (search: Record<string, unknown>): { template?: string } => (typeof search.template === "string" && search.template !== "" ? { template: search.template } : {}),
    component: lazyRouteComponent(() => import("./send/SendPage.tsx"), "SendPage"),
});

const notifications = createRoute({
    getParentRoute: () => tenant,
    path: "/notifications",
    validateSearch: readNotificationFilters,
    component: lazyRouteComponent(() => import("./notifications/NotificationsPage.tsx"), "NotificationsPage"),
});

const notification = createRoute({
    getParentRoute: () => tenant,
    path: "/notifications/$id",
    validateSearch: (search: Record<string, unknown>): { tab?: "attempts" | "receipts" | "request" } => (search.tab === "attempts" || search.tab === "receipts" || search.tab === "request" ? { tab: search.tab } : {}),
    component: lazyRouteComponent(() => import("./notifications/NotificationPage.tsx"), "NotificationPage"),
});

const batches = createRoute({
    getParentRoute: () => tenant,
    path: "/batches",
    validateSearch: readBatchFilters,
    component: lazyRouteComponent(() => import("./batches/BatchesPage.tsx"), "BatchesPage"),
});

const batch = createRoute({
    getParentRoute: () => tenant,
    path: "/batches/$id",
    validateSearch: readInBatchFilters,
    component: lazyRouteComponent(() => import("./batches/BatchPage.tsx"), "BatchPage"),
});

const bulk = createRoute({
    getParentRoute: () => tenant,
    path: "/bulk",
    validateSearch: readJobFilters,
    component: lazyRouteComponent(() => import("./bulk/BulkPage.tsx"), "BulkPage"),
});

const bulkUpload = createRoute({
    getParentRoute: () => tenant,
    path: "/bulk/upload",
    validateSearch: (search: Record<string, unknown>): { template?: string } => (typeof search.template === "string" && search.template !== "" ? { template: search.template } : {}),
    component: lazyRouteComponent(() => import("./bulk/UploadPage.tsx"), "UploadPage"),
});

const bulkJob = createRoute({
    getParentRoute: () => tenant,
    path: "/bulk/$id",
    validateSearch: readRowFilters,
    component: lazyRouteComponent(() => import("./bulk/JobPage.tsx"), "JobPage"),
});

const recipients = createRoute({
    getParentRoute: () => tenant,
    path: "/recipients",
    validateSearch: readRecipientFilters,
    component: lazyRouteComponent(() => import("./recipients/RecipientsPage.tsx"), "RecipientsPage"),
});

const recipient = createRoute({
    getParentRoute: () => tenant,
    path: "/recipients/$userId",
    validateSearch: readRecipientPlace,
    component: lazyRouteComponent(() => import("./recipients/RecipientPage.tsx"), "RecipientPage"),
});

const suppressions = createRoute({
    getParentRoute: () => tenant,
    path: "/suppressions",
    validateSearch: readSuppressionFilters,
    component: lazyRouteComponent(() => import("./suppressions/SuppressionsPage.tsx"), "SuppressionsPage"),
});

const templates = createRoute({
    getParentRoute: () => tenant,
    path: "/templates",
    validateSearch: readTemplateFilters,
    component: lazyRouteComponent(() => import("./templates/TemplatesPage.tsx"), "TemplatesPage"),
});

const template = createRoute({
    getParentRoute: () => tenant,
    path: "/templates/$template",
    validateSearch: readTemplatePlace,
    component: lazyRouteComponent(() => import("./templates/TemplatePage.tsx"), "TemplatePage"),
});

const providers = createRoute({
    getParentRoute: () => tenant,
    path: "/providers",
    validateSearch: (search: Record<string, unknown>): { provider?: string } => (typeof search.provider === "string" && search.provider !== "" ? { provider: search.provider } : {}),
    component: lazyRouteComponent(() => import("./providers/ProvidersPage.tsx"), "ProvidersPage"),
});

const webhooks = createRoute({
    getParentRoute: () => tenant,
    path: "/webhooks",
    component: lazyRouteComponent(() => import("./webhooks/WebhooksPage.tsx"), "WebhooksPage"),
});

const webhook = createRoute({
    getParentRoute: () => tenant,
    path: "/webhooks/$id",
    validateSearch: readLogPlace,
    component: lazyRouteComponent(() => import("./webhooks/WebhookPage.tsx"), "WebhookPage"),
});

const deadLetters = createRoute({
    getParentRoute: () => tenant,
    path: "/dead-letters",
    validateSearch: readDeadLetterFilters,
    component: lazyRouteComponent(() => import("./deadLetters/DeadLettersPage.tsx"), "DeadLettersPage"),
});

const sandbox = createRoute({
    getParentRoute: () => tenant,
    path: "/sandbox",
    validateSearch: (search: Record<string, unknown>): { channel?: string; message?: string } => {
        const channel = channels.find((one) => one === search.channel);
        return { ...(channel && { channel }), ...(typeof search.message === "string" && { message: search.message }) };
    },
    component: lazyRouteComponent(() => import("./sandbox/SandboxPage.tsx"), "SandboxPage"),
});

const categories = createRoute({
    getParentRoute: () => tenant,
    path: "/categories",
    validateSearch: readCategoryPlace,
    component: lazyRouteComponent(() => import("./categories/CategoriesPage.tsx"), "CategoriesPage"),
});

const settings = createRoute({
    getParentRoute: () => tenant,
    path: "/settings",
    component: lazyRouteComponent(() => import("./settings/SettingsPage.tsx"), "SettingsPage"),
});

const lookups = createRoute({
    getParentRoute: () => tenant,
    path: "/lookups",
    validateSearch: readLookupFilters,
    component: lazyRouteComponent(() => import("./lookups/LookupsPage.tsx"), "LookupsPage"),
});

const users = createRoute({
    getParentRoute: () => tenant,
    path: "/users",
    validateSearch: readUserFilters,
    component: lazyRouteComponent(() => import("./people/UsersPage.tsx"), "UsersPage"),
});

const serviceAccounts = createRoute({
    getParentRoute: () => tenant,
    path: "/service-accounts",
    validateSearch: readAccountFilters,
    component: lazyRouteComponent(() => import("./people/ServiceAccountsPage.tsx"), "ServiceAccountsPage"),
});

const tenants = createRoute({
    getParentRoute: () => tenant,
    path: "/tenants",
    validateSearch: readTenantFilters,
    component: lazyRouteComponent(() => import("./tenants/TenantsPage.tsx"), "TenantsPage"),
});

const audit = createRoute({
    getParentRoute: () => tenant,
    path: "/audit-log",
    validateSearch: readAuditFilters,
    component: lazyRouteComponent(() => import("./audit/AuditPage.tsx"), "AuditPage"),
});

export const router = createRouter({
    routeTree: root.addChildren([
        signIn,
        home,
        tenant.addChildren([overview, send, notifications, notification, batches, batch, bulk, bulkUpload, bulkJob, deadLetters, templates, template, categories, recipients, recipient, suppressions, sandbox, providers, webhooks, webhook, settings, users, serviceAccounts, lookups, audit, tenants]),
    ]),
    defaultPreload: "intent",
    defaultPendingComponent: Waiting,
    defaultErrorComponent: Broken,
    defaultNotFoundComponent: Lost,
    scrollRestoration: true,
});

declare module "@tanstack/react-router" {
    interface Register {
        router: typeof router;
    }
}
