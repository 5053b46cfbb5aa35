import type { Translate } from "../words/index.ts";
import { wordOf } from "../words/index.ts";
import type { Delivery, NotificationDetail } from "./queries.ts";
import { isOver } from "./queries.ts";

export interface Verdict {
    tone: "good" | "progress" | "warn" | "bad" | "neutral";
    sentence: string;
}

const reached = ["delivered", "read"];
const unreached = ["failed", "bounced", "suppressed", "expired"];

/** What became of the whole, for who reads nothing else. */
export function verdictOf(notification: NotificationDetail, t: Translate): Verdict {
    const { deliveries } = notification;
    const of = (...statuses: string[]) => deliveries.filter((delivery) => statuses.includes(delivery.status));
    if (deliveries.length === 0) return { tone: "warn", sentence: t("verdict.noChannel") };
    const good = of(...reached);
    const bad = of(...unreached);
    if (good.length > 0) {
        const best = good.find((delivery) => delivery.status === "read") ?? (good[0] as Delivery);
        const sentence = t(best.status === "read" ? "verdict.read" : "verdict.delivered", { channel: wordOf(t, "channel", best.channel) });
        return bad.length === 0 ? { tone: "good", sentence } : { tone: "warn", sentence: `${sentence} ${t("verdict.butNot", { count: bad.length, total: deliveries.length })}` };
    }
    if (of("sent").length > 0) return { tone: bad.length > 0 ? "warn" : "progress", sentence: t("verdict.sent") };
    if (deliveries.some((delivery) => !isOver(delivery.status))) return { tone: "progress", sentence: t(of("scheduled").length === deliveries.length ? "verdict.waits" : "verdict.moving") };
    if (of("cancelled").length === deliveries.length) return { tone: "neutral", sentence: t("verdict.cancelled") };
    return { tone: bad.every((delivery) => delivery.status === "suppressed" || delivery.status === "expired") ? "warn" : "bad", sentence: t("verdict.notDelivered") };
}

/** Why one channel ended as it did: a sentence with the provider's own words. Nothing for what went well. */
export function reasonOf(delivery: Delivery, t: Translate): string | undefined {
    const channel = wordOf(t, "channel", delivery.channel);
    const { failure } = delivery;
    if (delivery.ambiguous && !reached.includes(delivery.status)) return t("reason.ambiguous", { channel });
    switch (delivery.status) {
        case "suppressed":
            return t("reason.suppressed", { channel, message: failure?.message ?? failure?.code ?? "" });
        case "expired":
            return t("reason.expired", { channel });
        case "failed":
        case "bounced": {
            if (!failure) return t("reason.failed", { channel });
            const said = { channel, provider: failure.provider ?? "", message: failure.message, code: failure.code };
            if (failure.kind === "no_address") return t("reason.no_address", said);
            if (failure.kind === "template_error") return t("reason.template_error", said);
            if (failure.kind === "credentials") return t("reason.credentials", said);
            if (failure.kind === "exhausted") return t("reason.exhausted", { ...said, count: delivery.attempts.length });
            return t(failure.provider ? (delivery.status === "bounced" ? "reason.bounced" : "reason.rejected") : "reason.message", said);
        }
        case "queued":
            return delivery.attempts.length > 0 ? t("reason.again", { channel, message: delivery.attempts.at(-1)?.message ?? delivery.attempts.at(-1)?.code ?? "" }) : undefined;
        default:
            return undefined;
    }
}
