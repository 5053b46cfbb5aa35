import { Button } from "@mantine/core";
import { useInfiniteQuery, useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { getRouteApi, useNavigate } from "@tanstack/react-router";
import { CircleCheck, ListChecks, RotateCcw } from "lucide-react";
import { useState } from "react";
import { Back } from "../look/Back.tsx";
import { channels } from "../look/Channel.tsx";
import { Confirm } from "../look/Confirm.tsx";
import { Deliveries } from "../look/Deliveries.tsx";
import { Chips, Choice, FindBy, withFilter } from "../look/Filters.tsx";
import { List, RefreshButton } from "../look/List.tsx";
import look from "../look/look.module.css";
import { Moment } from "../look/Moment.tsx";
import { Card, Facts, Page } from "../look/Page.tsx";
import { Figures } from "../look/Progress.tsx";
import { Failed, Refused, Waiting } from "../look/States.tsx";
import { statuses } from "../look/Status.tsx";
import { NotificationCard, notificationColumns } from "../notifications/NotificationRows.tsx";
import { api } from "../session/browser.ts";
import { useMay } from "../session/react.ts";
import { duration } from "../words/formats.ts";
import { useWords } from "../words/index.ts";
import "../words/more.ts";
import { BatchState, nameOf } from "./BatchesPage.tsx";
import styles from "./batches.module.css";
import type { InBatchFilters } from "./filters.ts";
import { type Batch, batchQuery, inBatchQuery, retryFailed } from "./queries.ts";

const route = getRouteApi("/t/$tenant/batches/$id");

/** One batch: what came, what was refused, what became of it, and its notifications. */
export function BatchPage() {
    const { t, locale } = useWords();
    const { tenant, id } = route.useParams();
    const filters = route.useSearch();
    const navigate = useNavigate();
    const query = useQuery(batchQuery(tenant, id));
    const list = useInfiniteQuery(inBatchQuery(tenant, id, filters));
    const maySend = useMay("send");
    const change = (to: InBatchFilters) => void navigate({ to: "/t/$tenant/batches/$id", params: { tenant, id }, search: to, resetScroll: false });
    const back = (
        <Back tenant={tenant} section="batches">
            {t("nav.batches")}
        </Back>
    );
    const batch = query.data;
    if (batch === undefined)
        return (
            <Page title={t("batches.batch")} lead={back}>
                {query.isPending ? <Waiting rows={8} /> : <Failed error={query.error} onRetry={() => void query.refetch()} />}
            </Page>
        );
    const number = (value: number) => new Intl.NumberFormat(locale).format(value);
    return (
        <Page
            title={nameOf(batch)}
            lead={
                <div className={look.line}>
                    {back}
                    <BatchState status={batch.status} />
                    {!batch.live && <span className={look.dim}>{t("mode.test")}</span>}
                </div>
            }
            actions={maySend && <Deeds tenant={tenant} batch={batch} />}
        >
            <Card>
                <Figures
                    items={[
                        { name: t("batches.accepted"), value: number(batch.accepted) },
                        { name: t("batches.rejected"), value: number(batch.rejected), tone: batch.rejected > 0 ? "bad" : undefined },
                        { name: t("bulk.repeated"), value: batch.repeated > 0 && number(batch.repeated), tone: "warn" },
                        { name: t("batches.perSecond"), value: batch.ratePerSecond == null ? undefined : new Intl.NumberFormat(locale, { maximumFractionDigits: 1 }).format(batch.ratePerSecond) },
                        { name: t("bulk.timeLeft"), value: batch.etaSeconds == null ? undefined : duration(batch.etaSeconds * 1_000, locale) },
                    ]}
                />
                {batch.deliveries.total > 0 && <Deliveries deliveries={batch.deliveries} />}
                <Facts
                    items={[
                        [t("batches.chunks"), number(batch.chunks)],
                        [t("batches.opened"), <Moment key="at" at={batch.createdAt} focusable />],
                        [t("batches.closed"), batch.completedAt && <Moment key="closed" at={batch.completedAt} focusable />],
                        [t("bulk.ended"), batch.endedAt && <Moment key="end" at={batch.endedAt} focusable />],
                        [t("batches.id"), <code key="id">{batch.id}</code>],
                    ]}
                />
            </Card>
            <Card flush title={t("nav.notifications")} actions={<RefreshButton list={list} />}>
                <search className={look.filters}>
                    <Choice label="status" value={filters.status} options={Object.keys(statuses).filter((status) => status !== "ambiguous")} family="status" onChange={(value) => change(withFilter(filters, "status", value))} />
                    <Choice label="channel" value={filters.channel} options={channels} family="channel" onChange={(value) => change(withFilter(filters, "channel", value))} />
                    <FindBy fields={[{ field: "reference", word: "reference" }]} onFind={(field, text) => change({ ...filters, [field]: text })} />
                </search>
                <Chips items={filters.reference === undefined ? [] : [{ name: t("reference"), value: filters.reference, onRemove: () => change(withFilter(filters, "reference", "")) }]} />
                <List
                    list={list}
                    label={t("nav.notifications")}
                    id={(item) => item.id}
                    columns={notificationColumns(tenant, t)}
                    hidden={Object.keys(filters).length}
                    onClear={() => change({})}
                    empty={{ icon: ListChecks, title: t("batches.empty"), why: t("batches.emptyWhy") }}
                    card={(item) => <NotificationCard tenant={tenant} item={item} />}
                />
            </Card>
        </Page>
    );
}

function Deeds({ tenant, batch }: { tenant: string; batch: Batch }) {
    const { t } = useWords();
    const client = useQueryClient();
    const [asking, setAsking] = useState<"cancel" | "complete">();
    const reload = () => client.invalidateQueries({ queryKey: [tenant, "batches"] });
    const retry = useMutation({ mutationFn: () => retryFailed(batch.id), onSuccess: reload });
    const failed = batch.deliveries.failed + batch.deliveries.bounced;
    return (
        <div className={styles.deeds}>
            {(batch.status === "open" || batch.status === "processing") && (
                <Button variant="subtle" color="red" onClick={() => setAsking("cancel")}>
                    {t("cancel")}
                </Button>
            )}
            {failed > 0 && batch.status !== "cancelled" && (
                <Button variant="default" leftSection={<RotateCcw size={14} />} loading={retry.isPending} onClick={() => retry.mutate()}>
                    {t("bulk.retryFailed", { count: failed })}
                </Button>
            )}
            {batch.status === "open" && (
                <Button variant="default" leftSection={<CircleCheck size={14} />} onClick={() => setAsking("complete")}>
                    {t("batches.close")}
                </Button>
            )}
            {retry.isSuccess && (
                <p role="status" className={look.dim}>
                    {t("bulk.retried", { count: retry.data })}
                </p>
            )}
            <Refused error={retry.error} />
            {asking && (
                <Confirm
                    open
                    title={t(`batches.ask.${asking}`)}
                    action={t(asking === "cancel" ? "batches.cancelYes" : "batches.close")}
                    danger={asking === "cancel"}
                    onClose={() => setAsking(undefined)}
                    onConfirm={async () => {
                        await api.post(`/api/v1/services/notifications/batches/{id}/${asking}`, { path: { id: batch.id } });
                        await reload();
                    }}
                >
                    <p>{t(`batches.what.${asking}`)}</p>
                </Confirm>
            )}
        </div>
    );
}
