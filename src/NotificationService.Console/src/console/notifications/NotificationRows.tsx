import { Link } from "@tanstack/react-router";
import { ChannelIcon } from "../look/Channel.tsx";
import look from "../look/look.module.css";
import { Moment } from "../look/Moment.tsx";
import type { Column } from "../look/Rows.tsx";
import { Status, statuses } from "../look/Status.tsx";
import { type Translate, useWords, wordOf } from "../words/index.ts";
import styles from "./notifications.module.css";
import { addressOf, type Notification, nameOf, recipientOf } from "./queries.ts";

/** Notifications as rows, wherever they are listed. */
export const notificationColumns = (tenant: string, t: Translate): Column<Notification>[] => [
    {
        key: "status",
        title: t("status"),
        width: "148px",
        cell: (item) => <Status status={item.status} />,
    },
    {
        key: "recipient",
        title: t("recipient"),
        width: "2.4fr",
        cell: (item) => {
            const recipient = recipientOf(item);
            return (
                <>
                    <Link to="/t/$tenant/notifications/$id" params={{ tenant, id: item.id }} className={look.cover}>
                        {nameOf(recipient)}
                    </Link>{" "}
                    <span className={look.dim}>{addressOf(recipient)}</span>
                </>
            );
        },
    },
    { key: "template", title: t("template"), width: "1.4fr", cell: (item) => item.template?.key ?? <span className={look.dim}>{t("ownContent")}</span> },
    { key: "channels", title: t("channels"), width: "132px", cell: (item) => <Channels item={item} /> },
    { key: "reference", title: t("reference"), width: "1.2fr", cell: (item) => item.reference ?? <span className={look.dim}>–</span> },
    { key: "age", title: t("age"), width: "112px", align: "end", cell: (item) => <Moment at={item.createdAt} /> },
];

export function NotificationCard({ tenant, item }: { tenant: string; item: Notification }) {
    const { t } = useWords();
    return (
        <>
            <div className={look.line} data-split="true">
                <Link to="/t/$tenant/notifications/$id" params={{ tenant, id: item.id }} className={`${look.cover} ${look.clip}`}>
                    {nameOf(recipientOf(item))}
                </Link>
                <Status status={item.status} />
            </div>
            <div className={look.line} data-split="true">
                <span className={`${look.dim} ${look.clip}`}>
                    {item.template?.key ?? t("ownContent")}
                    {item.reference && ` · ${item.reference}`}
                </span>
                <span className={look.dim}>
                    <Moment at={item.createdAt} />
                </span>
            </div>
        </>
    );
}

function Channels({ item }: { item: Notification }) {
    const { t } = useWords();
    return (
        <span className={styles.channels}>
            {item.deliveries.map((delivery) => {
                const label = `${wordOf(t, "channel", delivery.channel)}: ${wordOf(t, "status", delivery.status)}`;
                return (
                    <span key={delivery.id} role="img" aria-label={label} title={label} data-tone={statuses[delivery.status]?.tone ?? "neutral"}>
                        <ChannelIcon channel={delivery.channel} />
                    </span>
                );
            })}
        </span>
    );
}
