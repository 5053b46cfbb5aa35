import { Button, CloseButton, NativeSelect, TextInput } from "@mantine/core";
import { useInfiniteQuery } from "@tanstack/react-query";
import { getRouteApi, Link, useNavigate } from "@tanstack/react-router";
import { Inbox, ListFilter, RefreshCw } from "lucide-react";
import { useState } from "react";
import { ChannelIcon, channels } from "../look/Channel.tsx";
import { CopyButton } from "../look/Copy.tsx";
import look from "../look/look.module.css";
import { Moment } from "../look/Moment.tsx";
import { Card, Page } from "../look/Page.tsx";
import { type Column, Rows } from "../look/Rows.tsx";
import { Empty, Failed, NoMatch, Waiting } from "../look/States.tsx";
import { Status, statuses } from "../look/Status.tsx";
import { useWords, wordOf } from "../words/index.ts";
import { countOf, fixed, type NotificationFilters, windows } from "./filters.ts";
import styles from "./notifications.module.css";
import { addressOf, type Notification, nameOf, notificationsQuery, recipientOf } from "./queries.ts";

const route = getRouteApi("/t/$tenant/notifications");
const finds = ["reference", "userId", "template", "category"] as const;
type Find = (typeof finds)[number];

export function NotificationsPage() {
    const { t } = useWords();
    const { tenant } = route.useParams();
    const filters = route.useSearch();
    const navigate = useNavigate();
    const list = useInfiniteQuery(notificationsQuery(tenant, filters));
    const items = list.data?.pages.flatMap((page) => page.items) ?? [];
    const total = list.data?.pages[0]?.pagination;
    const change = (to: NotificationFilters) => void navigate({ to: "/t/$tenant/notifications", params: { tenant }, search: to });
    const hidden = countOf(filters);
    const clear = () => change(filters.since === undefined ? {} : { since: filters.since });

    const columns: Column<Notification>[] = [
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
    return (
        <Page
            title={t("nav.notifications")}
            lead={<p className={look.dim}>{total?.total == null ? t("newestFirst") : t(total.totalIsExact ? "countFound" : "countAtLeast", { count: total.total })}</p>}
            actions={
                <>
                    <CopyButton text={new URL(`?${new URLSearchParams(fixed(filters, Date.now()) as Record<string, string>)}`, location.href).href}>{t("copyLink")}</CopyButton>
                    <Button variant="default" leftSection={<RefreshCw size={14} />} loading={list.isRefetching && !list.isFetchingNextPage} onClick={() => void list.refetch()}>
                        {t("refresh")}
                    </Button>
                </>
            }
        >
            <Card flush>
                <Filters filters={filters} onChange={change} hidden={hidden} onClear={clear} />
                {list.isPending ? (
                    <Waiting rows={12} />
                ) : list.isError && items.length === 0 ? (
                    <Failed error={list.error} onRetry={() => void list.refetch()} />
                ) : items.length === 0 ? (
                    hidden > 0 ? (
                        <NoMatch count={hidden} onClear={clear} />
                    ) : (
                        <Empty
                            icon={Inbox}
                            title={t(filters.since === "all" ? "notifications.none" : "notifications.noneLately")}
                            action={
                                filters.since === "all" ? undefined : (
                                    <Button variant="default" onClick={() => change({ ...filters, since: "all" })}>
                                        {t("showAllTime")}
                                    </Button>
                                )
                            }
                        >
                            {t("notifications.noneWhy")}
                        </Empty>
                    )
                ) : (
                    <Rows
                        label={t("nav.notifications")}
                        items={items}
                        id={(item) => item.id}
                        columns={columns}
                        more={{ has: list.hasNextPage, loading: list.isFetchingNextPage, load: () => void list.fetchNextPage() }}
                        card={(item) => (
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
                        )}
                    />
                )}
            </Card>
        </Page>
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

function Filters({ filters, onChange, hidden, onClear }: { filters: NotificationFilters; onChange: (to: NotificationFilters) => void; hidden: number; onClear: () => void }) {
    const { t, locale } = useWords();
    const [open, setOpen] = useState(false);
    const set = (field: keyof NotificationFilters, value: string) => {
        const { [field]: _, ...rest } = filters;
        onChange(value === "" ? rest : { ...rest, [field]: value });
    };
    const isFixed = filters.since !== undefined && !(windows as readonly string[]).includes(filters.since);
    const applied = finds.filter((field) => filters[field] !== undefined);
    return (
        <>
            <div className={styles.toggle}>
                <Button variant="default" fullWidth leftSection={<ListFilter size={14} />} aria-expanded={open} onClick={() => setOpen(!open)}>
                    {t("filters")}
                </Button>
            </div>
            <search className={`${look.filters} ${styles.panelFilters}`} data-open={open}>
                <NativeSelect label={t("since")} value={filters.since ?? "24h"} onChange={(event) => set("since", event.currentTarget.value === "24h" ? "" : event.currentTarget.value)}>
                    {windows.map((window) => (
                        <option key={window} value={window}>
                            {t(`since.${window}`)}
                        </option>
                    ))}
                    {isFixed && <option value={filters.since}>{new Intl.DateTimeFormat(locale, { dateStyle: "short", timeStyle: "short" }).format(new Date(filters.since as string))}</option>}
                </NativeSelect>
                <NativeSelect label={t("status")} value={filters.status ?? ""} onChange={(event) => set("status", event.currentTarget.value)}>
                    <option value="">{t("any")}</option>
                    {Object.keys(statuses)
                        .filter((status) => status !== "ambiguous")
                        .map((status) => (
                            <option key={status} value={status}>
                                {wordOf(t, "status", status)}
                            </option>
                        ))}
                </NativeSelect>
                <NativeSelect label={t("channel")} value={filters.channel ?? ""} onChange={(event) => set("channel", event.currentTarget.value)}>
                    <option value="">{t("any")}</option>
                    {channels.map((channel) => (
                        <option key={channel} value={channel}>
                            {wordOf(t, "channel", channel)}
                        </option>
                    ))}
                </NativeSelect>
                <NativeSelect label={t("mode")} value={filters.mode ?? ""} onChange={(event) => set("mode", event.currentTarget.value)}>
                    <option value="">{t("any")}</option>
                    <option value="live">{t("mode.live")}</option>
                    <option value="test">{t("mode.test")}</option>
                </NativeSelect>
                <FindBox onFind={(field, text) => onChange({ ...filters, [field]: text })} />
            </search>
            {hidden > 0 && (
                <div className={styles.chips}>
                    {filters.until !== undefined && <Chip name={t("until")} value={new Intl.DateTimeFormat(locale, { dateStyle: "short", timeStyle: "short" }).format(new Date(filters.until))} onRemove={() => set("until", "")} />}
                    {applied.map((field) => (
                        <Chip key={field} name={t(field)} value={filters[field] as string} onRemove={() => set(field, "")} />
                    ))}
                    <Button variant="subtle" size="compact-sm" onClick={onClear}>
                        {t("clearFilters", { count: hidden })}
                    </Button>
                </div>
            )}
        </>
    );
}

function Chip({ name, value, onRemove }: { name: string; value: string; onRemove: () => void }) {
    const { t } = useWords();
    return (
        <span className={styles.chip}>
            <span>
                {name}: <b>{value}</b>
            </span>
            <CloseButton size={24} aria-label={t("removeFilter", { name })} onClick={onRemove} />
        </span>
    );
}

/** Which field is searched is said, and the database searches it. */
function FindBox({ onFind }: { onFind: (field: Find, text: string) => void }) {
    const { t } = useWords();
    const [field, setField] = useState<Find>("reference");
    const [text, setText] = useState("");
    return (
        <form
            className={styles.find}
            onSubmit={(event) => {
                event.preventDefault();
                if (text.trim() === "") return;
                onFind(field, text.trim());
                setText("");
            }}
        >
            <NativeSelect label={t("findBy")} value={field} onChange={(event) => setField(event.currentTarget.value as Find)}>
                {finds.map((one) => (
                    <option key={one} value={one}>
                        {t(one)}
                    </option>
                ))}
            </NativeSelect>
            <TextInput data-search aria-label={t(field)} placeholder={t("findExactly")} value={text} onChange={(event) => setText(event.currentTarget.value)} />
            <Button type="submit" variant="default">
                {t("find")}
            </Button>
        </form>
    );
}
