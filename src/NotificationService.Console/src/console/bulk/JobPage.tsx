import { Button } from "@mantine/core";
import { useInfiniteQuery, useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { getRouteApi, Link, useNavigate } from "@tanstack/react-router";
import { Download, FileSpreadsheet, Pause, Play, RotateCcw, Send } from "lucide-react";
import { useState } from "react";
import { Back } from "../look/Back.tsx";
import { Channel } from "../look/Channel.tsx";
import { Confirm } from "../look/Confirm.tsx";
import { Content } from "../look/Content.tsx";
import { Deliveries } from "../look/Deliveries.tsx";
import { download } from "../look/download.ts";
import { Choice } from "../look/Filters.tsx";
import { List } from "../look/List.tsx";
import look from "../look/look.module.css";
import { Moment } from "../look/Moment.tsx";
import { Card, Facts, Page } from "../look/Page.tsx";
import { Figures, Progress } from "../look/Progress.tsx";
import type { Column } from "../look/Rows.tsx";
import { Failed, Refused, Waiting } from "../look/States.tsx";
import { api } from "../session/browser.ts";
import { useMay } from "../session/react.ts";
import { duration } from "../words/formats.ts";
import { useWords } from "../words/index.ts";
import "../words/more.ts";
import styles from "./bulk.module.css";
import { Corrections } from "./Corrections.tsx";
import { outcomes } from "./filters.ts";
import { goodOf, JobState, nameOf, partsOf, RowState } from "./JobState.tsx";
import { type Job, jobQuery, type Row, rowsQuery } from "./queries.ts";
import { targetName } from "./targets.ts";

const route = getRouteApi("/t/$tenant/bulk/$id");
const root = "/api/v1/services/notifications/bulk/{jobId}";

/** One file: how far it is, what is wrong with its rows, what they would say, and what became of each. */
export function JobPage() {
    const { t } = useWords();
    const { tenant, id } = route.useParams();
    const query = useQuery(jobQuery(tenant, id));
    const maySend = useMay("send");
    const job = query.data;
    const back = (
        <Back tenant={tenant} section="bulk">
            {t("nav.bulk")}
        </Back>
    );
    if (job === undefined)
        return (
            <Page title={t("bulk.job")} lead={back}>
                {query.isPending ? <Waiting rows={8} /> : <Failed error={query.error} onRetry={() => void query.refetch()} />}
            </Page>
        );
    return (
        <Page
            title={nameOf(job)}
            lead={
                <div className={look.line}>
                    {back}
                    <JobState status={job.status} />
                    {!job.live && <span className={look.dim}>{t("mode.test")}</span>}
                </div>
            }
            actions={<Deeds tenant={tenant} job={job} maySend={maySend} />}
        >
            <HowFar job={job} />
            {job.rows.bad > 0 && job.status !== "uploading" && job.status !== "checking" && <Corrections tenant={tenant} job={job} maySend={maySend} />}
            {job.status === "checked" && job.samples && job.samples.length > 0 && <Samples job={job} />}
            {job.status !== "uploading" && job.status !== "checking" && <RowsOf tenant={tenant} job={job} />}
        </Page>
    );
}

function HowFar({ job }: { job: Job }) {
    const { t, locale } = useWords();
    const number = (value: number) => new Intl.NumberFormat(locale).format(value);
    const { rows, deliveries } = job;
    return (
        <Card>
            {job.message && (
                <p className={styles.reason} role="status">
                    {job.message}
                </p>
            )}
            {job.status === "checked" && <p>{rows.bad === 0 ? t("bulk.allGood", { count: goodOf(job) }) : t("bulk.someGood", { count: goodOf(job), bad: rows.bad })}</p>}
            <Progress label={t("bulk.progressOf", { name: nameOf(job) })} total={rows.total} parts={partsOf(job)} />
            <Figures
                items={[
                    { name: t("bulk.rows"), value: number(rows.total) },
                    { name: t("bulk.good"), value: number(goodOf(job)) },
                    { name: t("bulk.bad"), value: number(rows.bad), tone: rows.bad > 0 ? "bad" : undefined },
                    { name: t("bulk.repeated"), value: rows.repeated > 0 && number(rows.repeated), tone: "warn" },
                    { name: t("bulk.segments"), value: job.smsSegments ? number(job.smsSegments) : undefined },
                    { name: t("bulk.perSecond"), value: job.ratePerSecond == null ? undefined : new Intl.NumberFormat(locale, { maximumFractionDigits: 1 }).format(job.ratePerSecond) },
                    { name: t("bulk.timeLeft"), value: job.etaSeconds == null ? undefined : duration(job.etaSeconds * 1_000, locale) },
                ]}
            />
            {deliveries && deliveries.total > 0 && <Deliveries deliveries={deliveries} />}
            <Facts
                items={[
                    [t("template"), job.template && `${job.template.key} (${t("versionN", { count: job.template.version })})`],
                    [t("bulk.file"), `${job.encoding.toUpperCase()} · ${t("bulk.separatedBy", { delimiter: job.delimiter === "tab" ? t("bulk.tab") : job.delimiter })}`],
                    [t("bulk.uploaded"), <Moment key="at" at={job.createdAt} focusable />],
                    [t("bulk.ended"), job.endedAt && <Moment key="end" at={job.endedAt} focusable />],
                    [t("bulk.whole"), job.mode === "all_or_nothing" ? t("bulk.yes") : undefined],
                ]}
            />
            <details className={look.details}>
                <summary>{t("bulk.columns")}</summary>
                <ul className={styles.targets}>
                    {Object.entries(job.columns).map(([column, target]) => (
                        <li key={column}>
                            <span>{column}</span>
                            <span>→</span>
                            <b>{target ? targetName(t, target) : t("bulk.unused")}</b>
                        </li>
                    ))}
                </ul>
            </details>
        </Card>
    );
}

function Deeds({ tenant, job, maySend }: { tenant: string; job: Job; maySend: boolean }) {
    const { t } = useWords();
    const client = useQueryClient();
    const [asking, setAsking] = useState<"start" | "cancel">();
    const path = { jobId: job.jobId };
    const reload = () => client.invalidateQueries({ queryKey: [tenant, "bulk"] });
    const command = useMutation({ mutationFn: (verb: "pause" | "resume") => api.post(`${root}/${verb}`, { path }), onSuccess: reload });
    const retry = useMutation({
        mutationFn: async () => {
            // A thousand in a call, until none is left.
            for (let all = 0; ; ) {
                const { requeued } = await api.post(`${root}/retry-failed`, { path });
                all += requeued;
                if (requeued === 0) return all;
            }
        },
        onSuccess: reload,
    });
    const files = useMutation({ mutationFn: (file: "errors" | "results") => download(`/api/v1/services/notifications/bulk/${job.jobId}/${file}.csv`, `${file}-${job.jobId}.csv`) });
    const failed = (job.deliveries?.failed ?? 0) + (job.deliveries?.bounced ?? 0);
    const pending = job.deliveries === undefined || job.deliveries === null || job.deliveries.pending > 0;
    const good = goodOf(job);
    const running = job.status === "running" || (job.status === "completed" && pending && job.rows.queued > 0);
    return (
        <div className={styles.deeds}>
            {job.rows.total > 0 && job.status !== "uploading" && job.status !== "checking" && (
                <>
                    {job.rows.bad > 0 && (
                        <Button variant="default" leftSection={<Download size={14} />} loading={files.isPending && files.variables === "errors"} onClick={() => files.mutate("errors")}>
                            {t("bulk.errorsFile")}
                        </Button>
                    )}
                    {job.status !== "checked" && (
                        <Button variant="default" leftSection={<FileSpreadsheet size={14} />} loading={files.isPending && files.variables === "results"} onClick={() => files.mutate("results")}>
                            {t("bulk.resultsFile")}
                        </Button>
                    )}
                </>
            )}
            {maySend && (
                <>
                    {failed > 0 && (
                        <Button variant="default" leftSection={<RotateCcw size={14} />} loading={retry.isPending} onClick={() => retry.mutate()}>
                            {t("bulk.retryFailed", { count: failed })}
                        </Button>
                    )}
                    {(running || job.status === "paused" || job.status === "checking") && (
                        <Button variant="subtle" color="red" onClick={() => setAsking("cancel")}>
                            {t("cancel")}
                        </Button>
                    )}
                    {running && (
                        <Button variant="default" leftSection={<Pause size={14} />} loading={command.isPending} onClick={() => command.mutate("pause")}>
                            {t("bulk.pause")}
                        </Button>
                    )}
                    {(job.status === "paused" || (job.status === "failed" && job.reason === "rows_unworkable")) && (
                        <Button leftSection={<Play size={14} />} loading={command.isPending} onClick={() => command.mutate("resume")}>
                            {t("bulk.resume")}
                        </Button>
                    )}
                    {job.status === "checked" && good > 0 && !(job.mode === "all_or_nothing" && job.rows.bad > 0) && (
                        <Button leftSection={<Send size={14} />} onClick={() => setAsking("start")}>
                            {t("bulk.sendGood", { count: good })}
                        </Button>
                    )}
                </>
            )}
            {retry.isSuccess && (
                <p role="status" className={look.dim}>
                    {t("bulk.retried", { count: retry.data })}
                </p>
            )}
            <Refused error={command.error ?? retry.error ?? files.error} />
            {asking && (
                <Confirm
                    open
                    title={t(asking === "start" ? "bulk.ask.start" : "bulk.ask.cancel", { count: good })}
                    action={t(asking === "start" ? "bulk.sendGood" : "bulk.cancelYes", { count: good })}
                    danger={asking === "cancel"}
                    onClose={() => setAsking(undefined)}
                    onConfirm={async () => {
                        await api.post(`${root}/${asking}`, { path });
                        await reload();
                    }}
                >
                    <p>{asking === "cancel" ? t("bulk.what.cancel") : job.rows.bad > 0 ? t("bulk.what.startSome", { count: job.rows.bad }) : t("bulk.what.start")}</p>
                </Confirm>
            )}
        </div>
    );
}

function Samples({ job }: { job: Job }) {
    const { t } = useWords();
    const [all, setAll] = useState(false);
    const samples = job.samples ?? [];
    return (
        <Card
            title={t("bulk.samples")}
            actions={
                samples.length > 3 && (
                    <Button variant="subtle" size="compact-sm" onClick={() => setAll(!all)}>
                        {all ? t("bulk.fewer") : t("bulk.allSamples", { count: samples.length })}
                    </Button>
                )
            }
        >
            <ul className={styles.samples}>
                {(all ? samples : samples.slice(0, 3)).map((sample) => (
                    <li key={`${sample.line} ${sample.channel}`}>
                        <p className={look.line}>
                            <Channel channel={sample.channel} />
                            <span className={look.dim}>{t("bulk.line", { line: String(sample.line) })}</span>
                        </p>
                        <Content channel={sample.channel} content={sample} />
                    </li>
                ))}
            </ul>
        </Card>
    );
}

function RowsOf({ tenant, job }: { tenant: string; job: Job }) {
    const { t } = useWords();
    const { rows } = route.useSearch();
    const navigate = useNavigate();
    const list = useInfiniteQuery(rowsQuery(tenant, job.jobId, rows));
    const change = (status: string) => void navigate({ to: "/t/$tenant/bulk/$id", params: { tenant, id: job.jobId }, search: status === "" ? {} : { rows: status }, resetScroll: false });
    const cells = (row: Row) => Object.values(row.cells).filter(Boolean).join(" · ");
    const name = (row: Row) =>
        row.notificationId && row.status !== "bad" ? (
            <Link to="/t/$tenant/notifications/$id" params={{ tenant, id: row.notificationId }} className={`${look.cover} ${look.clip}`}>
                {cells(row)}
            </Link>
        ) : (
            <span className={look.clip}>{cells(row) || "–"}</span>
        );
    const state = (row: Row) => <RowState status={row.status} />;
    const columns: Column<Row>[] = [
        { key: "row", title: t("bulk.lineTitle"), width: "72px", align: "end", cell: (row) => row.row },
        { key: "cells", title: t("bulk.cells"), width: "2.4fr", cell: name },
        { key: "status", title: t("status"), width: "148px", cell: state },
        { key: "message", title: t("reason"), width: "2fr", cell: (row) => (row.message ? <span title={row.message}>{row.message}</span> : <span className={look.dim}>–</span>) },
    ];
    return (
        <Card flush title={t("bulk.rowsTitle")}>
            <search className={look.filters}>
                <Choice label="status" value={rows} options={outcomes} family="rowState" onChange={change} />
            </search>
            <List
                list={list}
                label={t("bulk.rowsTitle")}
                id={(row) => String(row.row)}
                columns={columns}
                hidden={rows === undefined ? 0 : 1}
                onClear={() => change("")}
                empty={{ icon: FileSpreadsheet, title: t("bulk.noRows"), why: t("bulk.noRowsWhy") }}
                card={(row) => (
                    <>
                        <div className={look.line} data-split="true">
                            {name(row)}
                            {state(row)}
                        </div>
                        <span className={`${look.dim} ${look.clip}`}>
                            {t("bulk.line", { line: String(row.row) })}
                            {row.message && ` · ${row.message}`}
                        </span>
                    </>
                )}
            />
        </Card>
    );
}
