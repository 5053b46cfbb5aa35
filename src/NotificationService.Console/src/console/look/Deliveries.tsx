import type { Schema } from "../api/client.ts";
import { useWords } from "../words/index.ts";
import look from "./look.module.css";
import { Progress } from "./Progress.tsx";
import styles from "./progress.module.css";
import { Status } from "./Status.tsx";

const counted = ["pending", "sent", "delivered", "read", "failed", "bounced", "suppressed", "expired", "cancelled"] as const;

export const deliveryParts = (deliveries: Schema<"BatchDeliveries">) => [
    { tone: "good" as const, count: deliveries.delivered + deliveries.read },
    { tone: "progress" as const, count: deliveries.sent },
    { tone: "warn" as const, count: deliveries.suppressed + deliveries.expired },
    { tone: "bad" as const, count: deliveries.failed + deliveries.bounced },
    { tone: "neutral" as const, count: deliveries.cancelled },
];

/** What became of many deliveries together. */
export function Deliveries({ deliveries }: { deliveries: Schema<"BatchDeliveries"> }) {
    const { t, locale } = useWords();
    const title = t("deliveriesEnded", { done: deliveries.total - deliveries.pending, count: deliveries.total });
    return (
        <section className={look.stack} aria-label={t("deliveries")}>
            <h2 className={styles.sub}>{title}</h2>
            <Progress label={title} total={deliveries.total} parts={deliveryParts(deliveries)} />
            <ul className={styles.counts}>
                {counted
                    .filter((status) => deliveries[status] > 0)
                    .map((status) => (
                        <li key={status}>
                            {status === "pending" ? <span className={look.dim}>{t("underWay")}</span> : <Status status={status} />}
                            <b>{new Intl.NumberFormat(locale).format(deliveries[status])}</b>
                        </li>
                    ))}
            </ul>
        </section>
    );
}
