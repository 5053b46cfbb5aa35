import { useInfiniteQuery } from "@tanstack/react-query";
import { getRouteApi, Link, useNavigate } from "@tanstack/react-router";
import { Ban, CircleCheck, FolderOpen, Layers, MoveRight } from "lucide-react";
import { deliveryParts } from "../look/Deliveries.tsx";
import { Choice, withFilter } from "../look/Filters.tsx";
import { List, RefreshButton } from "../look/List.tsx";
import look from "../look/look.module.css";
import { Moment } from "../look/Moment.tsx";
import { Card, Page } from "../look/Page.tsx";
import { Progress } from "../look/Progress.tsx";
import type { Column } from "../look/Rows.tsx";
import { Mark } from "../look/Status.tsx";
import { duration } from "../words/formats.ts";
import { useWords, wordOf } from "../words/index.ts";
import "../words/more.ts";
import { type BatchFilters, batchStates } from "./filters.ts";
import { type Batch, batchesQuery } from "./queries.ts";

const route = getRouteApi("/t/$tenant/batches");

const marks = {
    open: { tone: "neutral", icon: FolderOpen },
    processing: { tone: "progress", icon: MoveRight },
    completed: { tone: "good", icon: CircleCheck },
    cancelled: { tone: "neutral", icon: Ban },
} as const;

export function BatchState({ status }: { status: string }) {
    const { t } = useWords();
    const mark = marks[status as keyof typeof marks] ?? marks.open;
    return (
        <Mark tone={mark.tone} icon={mark.icon}>
            {wordOf(t, "batchState", status)}
        </Mark>
    );
}

/** A batch is called what its sender called it. */
export const nameOf = (batch: Batch): string => batch.reference ?? batch.id;

/** Notifications that belong together, as programs send them. */
export function BatchesPage() {
    const { t, locale } = useWords();
    const { tenant } = route.useParams();
    const filters = route.useSearch();
    const navigate = useNavigate();
    const list = useInfiniteQuery(batchesQuery(tenant, filters));
    const change = (to: BatchFilters) => void navigate({ to: "/t/$tenant/batches", params: { tenant }, search: to });
    const number = (value: number) => new Intl.NumberFormat(locale).format(value);
    const open = (batch: Batch) => (
        <Link to="/t/$tenant/batches/$id" params={{ tenant, id: batch.id }} className={`${look.cover} ${look.clip}`} title={nameOf(batch)}>
            {nameOf(batch)}
        </Link>
    );
    const progress = (batch: Batch) => <Progress label={t("batches.progressOf", { name: nameOf(batch) })} total={batch.deliveries.total} parts={deliveryParts(batch.deliveries)} />;
    const failed = (batch: Batch) => batch.deliveries.failed + batch.deliveries.bounced;
    const left = (batch: Batch) => (batch.etaSeconds == null || batch.deliveries.pending === 0 ? undefined : t("bulk.left", { time: duration(batch.etaSeconds * 1_000, locale) }));
    const columns: Column<Batch>[] = [
        { key: "name", title: t("reference"), width: "2fr", cell: open },
        { key: "status", title: t("status"), width: "132px", cell: (batch) => <BatchState status={batch.status} /> },
        { key: "progress", title: t("bulk.progress"), width: "1.4fr", cell: progress },
        { key: "accepted", title: t("batches.accepted"), width: "96px", align: "end", cell: (batch) => number(batch.accepted) },
        { key: "failed", title: t("status.failed"), width: "88px", align: "end", cell: (batch) => (failed(batch) === 0 ? <span className={look.dim}>0</span> : number(failed(batch))) },
        { key: "left", title: t("bulk.time"), width: "120px", align: "end", cell: (batch) => left(batch) ?? <span className={look.dim}>–</span> },
        { key: "age", title: t("batches.opened"), width: "112px", align: "end", cell: (batch) => <Moment at={batch.createdAt} /> },
    ];
    return (
        <Page title={t("nav.batches")} lead={<p className={look.dim}>{t("batchesWhat")}</p>} actions={<RefreshButton list={list} />}>
            <Card flush>
                <search className={look.filters}>
                    <Choice label="status" value={filters.status} options={batchStates} family="batchState" onChange={(value) => change(withFilter(filters, "status", value))} />
                    <Choice label="mode" value={filters.mode} options={["live", "test"]} family="mode" onChange={(value) => change(withFilter(filters, "mode", value))} />
                </search>
                <List
                    list={list}
                    label={t("nav.batches")}
                    id={(batch) => batch.id}
                    columns={columns}
                    hidden={Object.keys(filters).length}
                    onClear={() => change({})}
                    empty={{ icon: Layers, title: t("batches.none"), why: t("batches.noneWhy") }}
                    card={(batch) => (
                        <>
                            <div className={look.line} data-split="true">
                                {open(batch)}
                                <BatchState status={batch.status} />
                            </div>
                            {progress(batch)}
                            <div className={look.line} data-split="true">
                                <span className={`${look.dim} ${look.clip}`}>
                                    {t("batches.counts", { accepted: number(batch.accepted), failed: number(failed(batch)) })}
                                    {left(batch) && ` · ${left(batch)}`}
                                </span>
                                <span className={look.dim}>
                                    <Moment at={batch.createdAt} />
                                </span>
                            </div>
                        </>
                    )}
                />
            </Card>
        </Page>
    );
}
