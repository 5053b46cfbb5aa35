import { Button, NativeSelect } from "@mantine/core";
import { useInfiniteQuery, useMutation, useQueryClient } from "@tanstack/react-query";
import { getRouteApi, Link, useNavigate } from "@tanstack/react-router";
import { CircleCheck, RotateCcw } from "lucide-react";
import type { Schema } from "../api/client.ts";
import { Channel, channels } from "../look/Channel.tsx";
import { Chips, Choice, FindBy, withFilter } from "../look/Filters.tsx";
import { itemsOf, List, RefreshButton } from "../look/List.tsx";
import look from "../look/look.module.css";
import { Moment } from "../look/Moment.tsx";
import { Card, Page } from "../look/Page.tsx";
import { pagesOf } from "../look/pages.ts";
import type { Column } from "../look/Rows.tsx";
import { Refused } from "../look/States.tsx";
import { FailedCause } from "../overview/OverviewPage.tsx";
import overview from "../overview/overview.module.css";
import { causesOf } from "../overview/queries.ts";
import { api } from "../session/browser.ts";
import { useWords } from "../words/index.ts";
import type { DeadLetterFilters } from "./filters.ts";

type Letter = Schema<"DeadLetterResponse">;

const route = getRouteApi("/t/$tenant/dead-letters");
const finds = [
    { field: "code", word: "deadLetters.code" },
    { field: "kind", word: "deadLetters.kind" },
] as const;

/** What failed for good: by cause, each with its repair, and one by one. */
export function DeadLettersPage() {
    const { t } = useWords();
    const { tenant } = route.useParams();
    const filters = route.useSearch();
    const navigate = useNavigate();
    const client = useQueryClient();
    const { days = 30, ...wanted } = filters;
    const list = useInfiniteQuery(pagesOf([tenant, "dead-letters", "list", filters], (place, signal, begun) => api.get("/api/v1/admin/dead-letters", { query: { ...wanted, since: new Date(begun - days * 86_400_000).toISOString(), limit: 100, ...place }, signal })));
    const items = itemsOf(list);
    const causes = causesOf(items);
    const change = (to: DeadLetterFilters) => void navigate({ to: "/t/$tenant/dead-letters", params: { tenant }, search: to });
    const hidden = Object.keys(wanted).length;
    const requeue = useMutation({
        mutationFn: (id: string) => api.post("/api/v1/admin/dead-letters/{id}/requeue", { path: { id } }),
        onSuccess: () => client.invalidateQueries({ queryKey: [tenant] }),
    });
    const again = (item: Letter) =>
        // Without an address it would fail again, and what may have been sent is asked about where its cause stands.
        item.failure?.kind !== "no_address" &&
        !item.ambiguous && (
            <Button variant="subtle" size="compact-sm" leftSection={<RotateCcw size={14} />} loading={requeue.isPending && requeue.variables === item.id} onClick={() => requeue.mutate(item.id)}>
                {t("requeue", { count: 1 })}
            </Button>
        );
    const open = (item: Letter) => (
        <Link to="/t/$tenant/notifications/$id" params={{ tenant, id: item.notificationId }} className={look.clip}>
            {item.reference ?? item.template?.key ?? t("notification")}
        </Link>
    );
    const columns: Column<Letter>[] = [
        { key: "what", title: t("notification"), width: "1.4fr", cell: open },
        { key: "channel", title: t("channel"), width: "112px", cell: (item) => <Channel channel={item.channel} /> },
        {
            key: "cause",
            title: t("deadLetters.cause"),
            width: "3fr",
            cell: (item) => (
                <span title={item.failure?.message}>
                    <code>{item.failure?.code}</code> {item.failure?.message}
                </span>
            ),
        },
        { key: "attempts", title: t("deadLetters.attempts"), width: "88px", align: "end", cell: (item) => item.attempts },
        { key: "at", title: t("deadLetters.failed"), width: "112px", align: "end", cell: (item) => (item.failedAt ? <Moment at={item.failedAt} /> : "–") },
        { key: "again", title: t("requeue", { count: 1 }), quiet: true, width: "132px", align: "end", cell: again },
    ];
    return (
        <Page title={t("nav.deadLetters")} lead={<p className={look.dim}>{t("deadLettersWhat")}</p>} actions={<RefreshButton list={list} />}>
            {causes.length > 0 && (
                <Card title={t("deadLetters.byCause")}>
                    <ul className={overview.alarms}>
                        {causes.map((cause) => (
                            <FailedCause key={`${cause.channel} ${cause.kind} ${cause.code}`} tenant={tenant} cause={cause} />
                        ))}
                    </ul>
                    {list.hasNextPage && (
                        <p className={look.line}>
                            <span className={look.dim}>{t("deadLetters.more", { count: items.length })}</span>
                            <Button variant="default" size="compact-sm" loading={list.isFetchingNextPage} onClick={() => void list.fetchNextPage()}>
                                {t("showMore")}
                            </Button>
                        </p>
                    )}
                </Card>
            )}
            <Refused error={requeue.error} />
            <Card flush>
                <search className={look.filters}>
                    <NativeSelect label={t("since")} value={String(days)} onChange={(event) => change({ ...wanted, ...(event.currentTarget.value !== "30" && { days: Number(event.currentTarget.value) as 1 }) })}>
                        <option value="1">{t("since.24h")}</option>
                        <option value="7">{t("since.7d")}</option>
                        <option value="30">{t("since.30d")}</option>
                        <option value="365">{t("since.year")}</option>
                    </NativeSelect>
                    <Choice label="channel" value={filters.channel} options={channels} family="channel" onChange={(value) => change(withFilter(filters, "channel", value))} />
                    <FindBy fields={finds} onFind={(field, text) => change({ ...filters, [field]: text })} />
                </search>
                <Chips items={finds.flatMap(({ field, word }) => (wanted[field] === undefined ? [] : [{ name: t(word), value: wanted[field], onRemove: () => change(withFilter(filters, field, "")) }]))} />
                <List
                    list={list}
                    label={t("nav.deadLetters")}
                    id={(item) => item.id}
                    columns={columns}
                    hidden={hidden}
                    onClear={() => change(days === 30 ? {} : { days: days as 1 })}
                    empty={{ icon: CircleCheck, title: t("deadLetters.none"), why: t("deadLetters.noneWhy") }}
                    card={(item) => (
                        <>
                            <div className={look.line} data-split="true">
                                {open(item)}
                                <Channel channel={item.channel} />
                            </div>
                            <span className={`${look.dim} ${look.clip}`}>
                                {item.failure?.code} {item.failure?.message}
                            </span>
                            <div className={look.line} data-split="true">
                                <span className={look.dim}>{item.failedAt && <Moment at={item.failedAt} />}</span>
                                {again(item)}
                            </div>
                        </>
                    )}
                />
            </Card>
        </Page>
    );
}
