import { queryOptions } from "@tanstack/react-query";
import type { Schema } from "../api/client.ts";
import { pagesOf } from "../look/pages.ts";
import { api } from "../session/browser.ts";
import { type NotificationFilters, sinceOf } from "./filters.ts";

export type Notification = Schema<"NotificationSummary">;
export type NotificationDetail = Schema<"NotificationResponse">;
export type Delivery = Schema<"DeliveryResponse">;

/** Who a notification is for. The service keeps it as it was given. */
export interface Recipient {
    userId?: string;
    name?: string;
    email?: string;
    phone?: string;
    whatsapp?: string;
    locale?: string;
    timezone?: string;
    deviceTokens?: string[];
}

export function recipientOf(notification: { recipient: unknown }): Recipient {
    return notification.recipient !== null && typeof notification.recipient === "object" ? (notification.recipient as Recipient) : {};
}

/** The most telling of what is known of a recipient. */
export function nameOf({ name, userId, email, phone, whatsapp, deviceTokens }: Recipient): string {
    return name ?? userId ?? email ?? phone ?? whatsapp ?? deviceTokens?.[0] ?? "–";
}

/** Addresses behind the name. */
export function addressOf(recipient: Recipient): string | undefined {
    const { email, phone, whatsapp, userId } = recipient;
    const name = nameOf(recipient);
    return [email, phone, whatsapp, userId].find((one) => one !== undefined && one !== name);
}

export const notificationsQuery = (tenant: string, filters: NotificationFilters) => pagesOf([tenant, "notifications", filters], (place, signal, begun) => api.get("/api/v1/services/notifications", { query: { ...filters, since: sinceOf(filters.since, begun), limit: 100, ...place }, signal }));

const ends = ["delivered", "read", "failed", "bounced", "suppressed", "cancelled", "expired"];

/** Whether nothing more is to come without somebody's doing. `sent` may still be reported on, hours later. */
export const isOver = (status: string): boolean => ends.includes(status);
export const mayCancel = (status: string): boolean => status === "scheduled" || status === "queued";
export const mayRetry = (status: string): boolean => status === "failed" || status === "bounced" || status === "expired";

/** While a delivery is on its way it is looked at again, ever less often; a page that is not looked at asks nothing. */
export function nextLook(notification: NotificationDetail | undefined, now: number): number | false {
    if (notification === undefined) return false;
    const moving = notification.deliveries.some((delivery) => delivery.status === "sending" || delivery.status === "sent" || (delivery.status === "queued" && (!delivery.dueAt || Date.parse(delivery.dueAt) - now < 60_000)));
    const old = now - Date.parse(notification.createdAt);
    if (!moving || old > 600_000) return false;
    return Math.min(15_000, Math.max(1_000, old / 8));
}

export const notificationQuery = (tenant: string, id: string) =>
    queryOptions({
        queryKey: [tenant, "notification", id],
        queryFn: async ({ signal }) => {
            const path = { id };
            const [notification, timeline, explanation] = await Promise.all([api.get("/api/v1/services/notifications/{id}", { path, signal }), api.get("/api/v1/services/notifications/{id}/timeline", { path, signal }), api.get("/api/v1/services/notifications/{id}/explain", { path, signal })]);
            return { notification, timeline: timeline.items, explain: explanation.explain };
        },
        refetchInterval: (query) => nextLook(query.state.data?.notification, Date.now()),
    });
