import { Button, NativeSelect } from "@mantine/core";
import { useInfiniteQuery } from "@tanstack/react-query";
import { getRouteApi, useNavigate } from "@tanstack/react-router";
import { Inbox, ListFilter } from "lucide-react";
import { useState } from "react";
import { channels } from "../look/Channel.tsx";
import { CopyButton } from "../look/Copy.tsx";
import { Chips, Choice, FindBy, withFilter } from "../look/Filters.tsx";
import { List, RefreshButton } from "../look/List.tsx";
import look from "../look/look.module.css";
import { Card, Page } from "../look/Page.tsx";
import { statuses } from "../look/Status.tsx";
import { useWords } from "../words/index.ts";
import { countOf, fixed, type NotificationFilters, windows } from "./filters.ts";
import { NotificationCard, notificationColumns } from "./NotificationRows.tsx";
import styles from "./notifications.module.css";
import { notificationsQuery } from "./queries.ts";

const route = getRouteApi("/t/$tenant/notifications");
const finds = [
    { field: "reference", word: "reference" },
    { field: "userId", word: "userId" },
    { field: "template", word: "template" },
    { field: "category", word: "category" },
] as const;

export function NotificationsPage() {
    const { t } = useWords();
    const { tenant } = route.useParams();
    const filters = route.useSearch();
    const navigate = useNavigate();
    const list = useInfiniteQuery(notificationsQuery(tenant, filters));
    const total = list.data?.pages[0]?.pagination;
    const change = (to: NotificationFilters) => void navigate({ to: "/t/$tenant/notifications", params: { tenant }, search: to });
    const hidden = countOf(filters);
    const clear = () => change(filters.since === undefined ? {} : { since: filters.since });

    return (
        <Page
            title={t("nav.notifications")}
            lead={<p className={look.dim}>{total?.total == null ? t("newestFirst") : t(total.totalIsExact ? "countFound" : "countAtLeast", { count: total.total })}</p>}
            actions={
                <>
                    <CopyButton text={new URL(`?${new URLSearchParams(fixed(filters, Date.now()) as Record<string, string>)}`, location.href).href}>{t("copyLink")}</CopyButton>
                    <RefreshButton list={list} />
                </>
            }
        >
            <Card flush>
                <Filters filters={filters} onChange={change} hidden={hidden} onClear={clear} />
                <List
                    list={list}
                    label={t("nav.notifications")}
                    id={(item) => item.id}
                    columns={notificationColumns(tenant, t)}
                    hidden={hidden}
                    onClear={clear}
                    waiting={{ rows: 12 }}
                    empty={{
                        icon: Inbox,
                        title: t(filters.since === "all" ? "notifications.none" : "notifications.noneLately"),
                        why: t("notifications.noneWhy"),
                        action: filters.since !== "all" && (
                            <Button variant="default" onClick={() => change({ ...filters, since: "all" })}>
                                {t("showAllTime")}
                            </Button>
                        ),
                    }}
                    card={(item) => <NotificationCard tenant={tenant} item={item} />}
                />
            </Card>
        </Page>
    );
}

function Filters({ filters, onChange, hidden, onClear }: { filters: NotificationFilters; onChange: (to: NotificationFilters) => void; hidden: number; onClear: () => void }) {
    const { t, locale } = useWords();
    const [open, setOpen] = useState(false);
    const set = (field: keyof NotificationFilters, value: string) => onChange(withFilter(filters, field, value));
    const isFixed = filters.since !== undefined && !(windows as readonly string[]).includes(filters.since);
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
                <Choice label="status" value={filters.status} options={Object.keys(statuses).filter((status) => status !== "ambiguous")} family="status" onChange={(value) => set("status", value)} />
                <Choice label="channel" value={filters.channel} options={channels} family="channel" onChange={(value) => set("channel", value)} />
                <Choice label="mode" value={filters.mode} options={["live", "test"]} family="mode" onChange={(value) => set("mode", value)} />
                <FindBy fields={finds} onFind={set} />
            </search>
            <Chips
                items={[
                    ...(filters.until === undefined ? [] : [{ name: t("until"), value: new Intl.DateTimeFormat(locale, { dateStyle: "short", timeStyle: "short" }).format(new Date(filters.until)), onRemove: () => set("until", "") }]),
                    ...finds.flatMap(({ field, word }) => (filters[field] === undefined ? [] : [{ name: t(word), value: filters[field], onRemove: () => set(field, "") }])),
                ]}
            >
                {hidden > 0 && (
                    <Button variant="subtle" size="compact-sm" onClick={onClear}>
                        {t("clearFilters", { count: hidden })}
                    </Button>
                )}
            </Chips>
        </>
    );
}
