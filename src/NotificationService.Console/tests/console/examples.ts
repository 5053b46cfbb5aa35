import type { Delivery, NotificationDetail } from "../../src/console/notifications/queries.ts";

export const delivery = (of: Partial<Delivery> = {}): Delivery => ({ id: "01890a5d-ac96-774b-bcce-b302099a8061", channel: "email", status: "delivered", ambiguous: false, engagement: {}, attempts: [], ...of });

export const notification = (of: Partial<NotificationDetail> = {}): NotificationDetail => ({
    id: "01890a5d-ac96-774b-bcce-b302099a8060",
    status: "delivered",
    priority: "normal",
    strategy: "all",
    live: true,
    recipient: { name: "Ann", email: "ann@example.com" },
    createdAt: "2026-11-23T09:00:00.000000Z",
    deliveries: [delivery()],
    ...of,
});
