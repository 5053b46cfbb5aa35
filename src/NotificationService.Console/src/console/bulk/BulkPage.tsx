import { Button } from "@mantine/core";
import { useInfiniteQuery } from "@tanstack/react-query";
import { getRouteApi, Link, useNavigate } from "@tanstack/react-router";
import { FileSpreadsheet, Upload } from "lucide-react";
import { Choice, withFilter } from "../look/Filters.tsx";
import { List, RefreshButton } from "../look/List.tsx";
import look from "../look/look.module.css";
import { Moment } from "../look/Moment.tsx";
import { Card, Page } from "../look/Page.tsx";
import { Progress } from "../look/Progress.tsx";
import type { Column } from "../look/Rows.tsx";
import { useMay } from "../session/react.ts";
import { duration } from "../words/formats.ts";
import { useWords } from "../words/index.ts";
import "../words/more.ts";
import styles from "./bulk.module.css";
import { type JobFilters, jobStates } from "./filters.ts";
import { goodOf, JobState, nameOf, partsOf } from "./JobState.tsx";
import { type Job, jobsQuery } from "./queries.ts";

const route = getRouteApi("/t/$tenant/bulk");

/** Files whose rows became notifications, or are about to. */
export function BulkPage() {
    const { t, locale } = useWords();
    const { tenant } = route.useParams();
    const filters = route.useSearch();
    const navigate = useNavigate();
    const maySend = useMay("send");
    const list = useInfiniteQuery(jobsQuery(tenant, filters));
    const change = (to: JobFilters) => void navigate({ to: "/t/$tenant/bulk", params: { tenant }, search: to });
    const number = (value: number) => new Intl.NumberFormat(locale).format(value);
    const open = (job: Job) => (
        <Link to="/t/$tenant/bulk/$id" params={{ tenant, id: job.jobId }} className={`${look.cover} ${look.clip}`} title={nameOf(job)}>
            {nameOf(job)}
        </Link>
    );
    const progress = (job: Job) => <Progress label={t("bulk.progressOf", { name: nameOf(job) })} total={job.rows.total} parts={partsOf(job)} />;
    const left = (job: Job) => (job.etaSeconds == null || job.status !== "running" ? undefined : t("bulk.left", { time: duration(job.etaSeconds * 1_000, locale) }));
    const columns: Column<Job>[] = [
        { key: "name", title: t("name"), width: "2fr", cell: open },
        { key: "status", title: t("status"), width: "132px", cell: (job) => <JobState status={job.status} /> },
        { key: "template", title: t("template"), width: "1.2fr", cell: (job) => <span title={job.template?.key}>{job.template?.key ?? "–"}</span> },
        { key: "progress", title: t("bulk.progress"), width: "1.2fr", cell: progress },
        { key: "good", title: t("bulk.good"), width: "88px", align: "end", cell: (job) => number(goodOf(job)) },
        { key: "bad", title: t("bulk.bad"), width: "72px", align: "end", cell: (job) => (job.rows.bad === 0 ? <span className={look.dim}>0</span> : <span className={styles.bad}>{number(job.rows.bad)}</span>) },
        { key: "left", title: t("bulk.time"), width: "120px", align: "end", cell: (job) => left(job) ?? <span className={look.dim}>–</span> },
        { key: "age", title: t("bulk.uploaded"), width: "112px", align: "end", cell: (job) => <Moment at={job.createdAt} /> },
    ];
    const upload = maySend && (
        <Button leftSection={<Upload size={14} />} renderRoot={(props) => <Link to="/t/$tenant/bulk/upload" params={{ tenant }} {...props} />}>
            {t("bulk.upload")}
        </Button>
    );
    return (
        <Page
            title={t("nav.bulk")}
            lead={<p className={look.dim}>{t("bulkWhat")}</p>}
            actions={
                <>
                    <RefreshButton list={list} />
                    {upload}
                </>
            }
        >
            <Card flush>
                <search className={look.filters}>
                    <Choice label="status" value={filters.status} options={jobStates} family="jobState" onChange={(value) => change(withFilter(filters, "status", value))} />
                    <Choice label="mode" value={filters.mode} options={["live", "test"]} family="mode" onChange={(value) => change(withFilter(filters, "mode", value))} />
                </search>
                <List
                    list={list}
                    label={t("nav.bulk")}
                    id={(job) => job.jobId}
                    columns={columns}
                    hidden={Object.keys(filters).length}
                    onClear={() => change({})}
                    empty={{ icon: FileSpreadsheet, title: t("bulk.none"), why: t("bulk.noneWhy"), action: upload }}
                    card={(job) => (
                        <>
                            <div className={look.line} data-split="true">
                                {open(job)}
                                <JobState status={job.status} />
                            </div>
                            {progress(job)}
                            <div className={look.line} data-split="true">
                                <span className={`${look.dim} ${look.clip}`}>
                                    {t("bulk.goodAndBad", { good: number(goodOf(job)), bad: number(job.rows.bad) })}
                                    {left(job) && ` · ${left(job)}`}
                                </span>
                                <span className={look.dim}>
                                    <Moment at={job.createdAt} />
                                </span>
                            </div>
                        </>
                    )}
                />
            </Card>
        </Page>
    );
}
