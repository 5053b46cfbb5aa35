import { Button, NativeSelect, UnstyledButton } from "@mantine/core";
import { useInfiniteQuery, useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { getRouteApi, Link, useNavigate } from "@tanstack/react-router";
import { ArrowLeft, CircleCheck, KeyRound, PencilLine, RotateCcw, ScrollText, Send } from "lucide-react";
import { useState } from "react";
import { Confirm } from "../look/Confirm.tsx";
import { Dialog } from "../look/Dialog.tsx";
import { Chips, Choice, FindBy, withFilter } from "../look/Filters.tsx";
import { List, RefreshButton } from "../look/List.tsx";
import look from "../look/look.module.css";
import { Moment } from "../look/Moment.tsx";
import { Card, Facts, Page } from "../look/Page.tsx";
import type { Column } from "../look/Rows.tsx";
import { Secret } from "../look/Secret.tsx";
import { Failed, Refused, Waiting } from "../look/States.tsx";
import { api } from "../session/browser.ts";
import { duration, exactly } from "../words/formats.ts";
import { useWords, wordOf } from "../words/index.ts";
import { EndpointForm } from "./EndpointForm.tsx";
import { EndpointState, MessageState } from "./EndpointState.tsx";
import { type LogPlace, states } from "./place.ts";
import { type Endpoint, endpointQuery, logQuery, type Message, messageQuery } from "./queries.ts";
import styles from "./webhooks.module.css";

const route = getRouteApi("/t/$tenant/webhooks/$id");

/** One endpoint: how it does, and everything that was sent to it, with what it answered. */
export function WebhookPage() {
    const { t } = useWords();
    const { tenant, id } = route.useParams();
    const place = route.useSearch();
    const { message, ...filters } = place;
    const navigate = useNavigate();
    const query = useQuery(endpointQuery(tenant, id));
    const list = useInfiniteQuery(logQuery(tenant, id, filters));
    const go = (to: LogPlace) => void navigate({ to: "/t/$tenant/webhooks/$id", params: { tenant, id }, search: to });
    const open = (item: Message) => (
        <UnstyledButton className={`${look.cover} ${look.clip}`} onClick={() => go({ ...filters, message: item.id })}>
            {item.type}
        </UnstyledButton>
    );
    const answer = (item: Message) => {
        const last = item.attempts.at(-1);
        return last === undefined ? (item.reason ?? "–") : (last.responseStatus ?? last.error ?? wordOf(t, "outcome", last.outcome));
    };
    const columns: Column<Message>[] = [
        { key: "type", title: t("webhook.event"), width: "1.6fr", cell: open },
        { key: "status", title: t("status"), width: "132px", cell: (item) => <MessageState status={item.status} /> },
        { key: "answer", title: t("webhook.answer"), width: "2fr", cell: answer },
        { key: "attempts", title: t("deadLetters.attempts"), width: "88px", align: "end", cell: (item) => item.attemptCount },
        { key: "at", title: t("time"), width: "112px", align: "end", cell: (item) => <Moment at={item.occurredAt} /> },
    ];
    const back = (
        <Link to="/t/$tenant/webhooks" params={{ tenant }} className={styles.back}>
            <ArrowLeft size={14} aria-hidden />
            {t("nav.webhooks")}
        </Link>
    );
    if (query.data === undefined)
        return (
            <Page title={t("webhook.endpoint")} lead={back}>
                {query.isPending ? <Waiting rows={8} /> : <Failed error={query.error} onRetry={() => void query.refetch()} />}
            </Page>
        );
    const endpoint = query.data;
    return (
        <Page
            title={endpoint.description ?? hostOf(endpoint.url)}
            lead={
                <div className={look.line}>
                    {back}
                    <EndpointState endpoint={endpoint} />
                </div>
            }
            actions={<Deeds tenant={tenant} endpoint={endpoint} onGone={() => void navigate({ to: "/t/$tenant/webhooks", params: { tenant } })} />}
        >
            <Card>
                <Facts
                    items={[
                        [
                            t("address"),
                            <span key="url" className={styles.url}>
                                {endpoint.url}
                            </span>,
                        ],
                        [t("webhook.events"), endpoint.events.join(", ")],
                        [t("webhook.payload"), t(endpoint.payload === "thin" ? "webhook.thin" : "webhook.full")],
                        [t("webhook.failingSince"), endpoint.failingSince && <Moment at={endpoint.failingSince} focusable />],
                        [t("webhook.lastFailure"), endpoint.disabledReason ?? endpoint.lastFailure],
                        [t("webhook.secrets"), String(endpoint.secrets.length)],
                    ]}
                />
            </Card>
            <Card flush title={t("webhook.log")} actions={<RefreshButton list={list} />}>
                <search className={look.filters}>
                    <Choice label="status" value={filters.status} options={states} family="webhookState" onChange={(value) => go(withFilter(filters, "status", value))} />
                    <FindBy fields={[{ field: "type", word: "webhook.event" }]} placeholder={{ type: "delivery.failed" }} onFind={(field, text) => go({ ...filters, [field]: text })} />
                </search>
                <Chips items={filters.type === undefined ? [] : [{ name: t("webhook.event"), value: filters.type, onRemove: () => go(withFilter(filters, "type", "")) }]} />
                <List
                    list={list}
                    label={t("webhook.log")}
                    id={(item) => item.id}
                    columns={columns}
                    hidden={Object.keys(filters).length}
                    onClear={() => go({})}
                    empty={{ icon: ScrollText, title: t("webhook.noLog"), why: t("webhook.noLogWhy") }}
                    card={(item) => (
                        <>
                            <div className={look.line} data-split="true">
                                {open(item)}
                                <MessageState status={item.status} />
                            </div>
                            <div className={look.line} data-split="true">
                                <span className={`${look.dim} ${look.clip}`}>{answer(item)}</span>
                                <span className={look.dim}>
                                    <Moment at={item.occurredAt} />
                                </span>
                            </div>
                        </>
                    )}
                />
            </Card>
            {message !== undefined && <MessageDialog tenant={tenant} endpoint={id} message={message} onClose={() => go(filters)} />}
        </Page>
    );
}

const hostOf = (url: string): string => (URL.canParse(url) ? new URL(url).host : url);

function Deeds({ tenant, endpoint, onGone }: { tenant: string; endpoint: Endpoint; onGone: () => void }) {
    const { t } = useWords();
    const client = useQueryClient();
    const [dialog, setDialog] = useState<"edit" | "rotate" | "replay" | "delete">();
    const path = { id: endpoint.id };
    const reload = () => Promise.all([client.invalidateQueries({ queryKey: [tenant, "webhook-endpoints"] }), client.invalidateQueries({ queryKey: [tenant, "webhook-log", endpoint.id] })]);
    const test = useMutation({ mutationFn: () => api.post("/api/v1/admin/webhook-endpoints/{id}/test", { path, body: {} }), onSuccess: reload });
    const close = () => setDialog(undefined);
    return (
        <div className={styles.deeds}>
            <Button variant="default" leftSection={<KeyRound size={14} />} onClick={() => setDialog("rotate")}>
                {t("webhook.rotate")}
            </Button>
            <Button variant="default" leftSection={<RotateCcw size={14} />} onClick={() => setDialog("replay")}>
                {t("webhook.replay")}
            </Button>
            <Button variant="default" leftSection={<PencilLine size={14} />} onClick={() => setDialog("edit")}>
                {t("webhook.edit")}
            </Button>
            <Button variant="subtle" color="red" onClick={() => setDialog("delete")}>
                {t("delete")}
            </Button>
            <Button leftSection={<Send size={14} />} loading={test.isPending} onClick={() => test.mutate()}>
                {t("endpointTest")}
            </Button>
            {test.isSuccess && (
                <p role="status" className={styles.done}>
                    <CircleCheck size={14} aria-hidden />
                    {t("endpointTested")}
                </p>
            )}
            <Refused error={test.error} />
            {dialog === "edit" && <EndpointForm tenant={tenant} endpoint={endpoint} onClose={close} />}
            {dialog === "rotate" && <Rotate tenant={tenant} endpoint={endpoint} onClose={close} />}
            {dialog === "replay" && <Replay tenant={tenant} endpoint={endpoint} onClose={close} />}
            <Confirm
                open={dialog === "delete"}
                title={t("webhook.deleteAsk")}
                action={t("delete")}
                danger
                onClose={close}
                onConfirm={async () => {
                    await api.delete("/api/v1/admin/webhook-endpoints/{id}", { path });
                    onGone();
                    await client.invalidateQueries({ queryKey: [tenant, "webhook-endpoints", "list"] });
                }}
            >
                <p>{t("webhook.deleteWhat", { url: endpoint.url })}</p>
            </Confirm>
        </div>
    );
}

function Rotate({ tenant, endpoint, onClose }: { tenant: string; endpoint: Endpoint; onClose: () => void }) {
    const { t } = useWords();
    const client = useQueryClient();
    const [hours, setHours] = useState("24");
    const rotate = useMutation({
        mutationFn: () => api.post("/api/v1/admin/webhook-endpoints/{id}/rotate-secret", { path: { id: endpoint.id }, body: { keepOldForHours: Number(hours) } }),
        onSuccess: () => client.invalidateQueries({ queryKey: [tenant, "webhook-endpoints", endpoint.id] }),
    });
    return (
        <Dialog title={t("webhook.rotate")} onClose={onClose}>
            <div className={look.stack}>
                {rotate.data?.secret ? (
                    <Secret secret={rotate.data.secret} />
                ) : (
                    <>
                        <p>{t("webhook.rotateWhat")}</p>
                        <NativeSelect label={t("webhook.keepOld")} value={hours} data-autofocus onChange={(event) => setHours(event.currentTarget.value)}>
                            {["0", "1", "24", "72"].map((one) => (
                                <option key={one} value={one}>
                                    {t("hours", { count: Number(one) })}
                                </option>
                            ))}
                        </NativeSelect>
                    </>
                )}
                <Refused error={rotate.error} />
                <div className={look.dialogActions}>
                    <Button variant="default" onClick={onClose}>
                        {t(rotate.isSuccess ? "close" : "keep")}
                    </Button>
                    {!rotate.isSuccess && (
                        <Button loading={rotate.isPending} onClick={() => rotate.mutate()}>
                            {t("webhook.rotate")}
                        </Button>
                    )}
                </div>
            </div>
        </Dialog>
    );
}

function Replay({ tenant, endpoint, onClose }: { tenant: string; endpoint: Endpoint; onClose: () => void }) {
    const { t } = useWords();
    const client = useQueryClient();
    const [mode, setMode] = useState("failed");
    const [days, setDays] = useState("1");
    const replay = useMutation({
        mutationFn: () => api.post("/api/v1/admin/webhook-endpoints/{id}/replay", { path: { id: endpoint.id }, body: { mode, since: new Date(Date.now() - Number(days) * 86_400_000).toISOString() } }),
        onSuccess: () => client.invalidateQueries({ queryKey: [tenant, "webhook-log", endpoint.id] }),
    });
    const replayId = replay.data?.id;
    const progress = useQuery({
        queryKey: [tenant, "webhook-replay", replayId],
        queryFn: ({ signal }) => api.get("/api/v1/admin/webhook-endpoints/{id}/replays/{replayId}", { path: { id: endpoint.id, replayId: replayId as string }, signal }),
        enabled: replayId !== undefined,
        refetchInterval: (query) => (query.state.data?.status === "running" || query.state.data === undefined ? 2_000 : false),
    });
    const shown = progress.data ?? replay.data;
    return (
        <Dialog title={t("webhook.replay")} onClose={onClose}>
            <div className={look.stack}>
                <NativeSelect label={t("webhook.replayWhat")} data-autofocus value={mode} disabled={shown !== undefined} onChange={(event) => setMode(event.currentTarget.value)}>
                    <option value="failed">{t("webhook.replayFailed")}</option>
                    <option value="all">{t("webhook.replayAll")}</option>
                </NativeSelect>
                <NativeSelect label={t("since")} value={days} disabled={shown !== undefined} onChange={(event) => setDays(event.currentTarget.value)}>
                    <option value="1">{t("since.24h")}</option>
                    <option value="7">{t("since.7d")}</option>
                    <option value="29">{t("webhook.since29")}</option>
                </NativeSelect>
                {shown && (
                    <p role="status" className={styles.done}>
                        <CircleCheck size={14} aria-hidden />
                        {t("webhook.replayed", { count: shown.queued })}
                    </p>
                )}
                <Refused error={replay.error ?? progress.error} />
                <div className={look.dialogActions}>
                    <Button variant="default" onClick={onClose}>
                        {t(shown ? "close" : "keep")}
                    </Button>
                    {!shown && (
                        <Button loading={replay.isPending} onClick={() => replay.mutate()}>
                            {t("webhook.replay")}
                        </Button>
                    )}
                </div>
            </div>
        </Dialog>
    );
}

const pretty = (text: string): string => {
    try {
        return JSON.stringify(JSON.parse(text), null, 2);
    } catch {
        return text;
    }
};

/** What was sent, and what came back, as it came. */
function MessageDialog({ tenant, endpoint, message, onClose }: { tenant: string; endpoint: string; message: string; onClose: () => void }) {
    const { t, locale } = useWords();
    const client = useQueryClient();
    const query = useQuery(messageQuery(tenant, endpoint, message));
    const resend = useMutation({
        mutationFn: () => api.post("/api/v1/admin/webhook-endpoints/{id}/deliveries/{messageId}/resend", { path: { id: endpoint, messageId: message } }),
        onSuccess: () => Promise.all([client.invalidateQueries({ queryKey: [tenant, "webhook-message", endpoint, message] }), client.invalidateQueries({ queryKey: [tenant, "webhook-log", endpoint] })]),
    });
    const shown = query.data;
    return (
        <Dialog title={shown?.type ?? t("webhook.message")} size="xl" onClose={onClose}>
            {shown === undefined ? (
                query.isPending ? (
                    <Waiting rows={4} />
                ) : (
                    <Failed error={query.error} onRetry={() => void query.refetch()} />
                )
            ) : (
                <div className={look.stack}>
                    <div className={look.line}>
                        <MessageState status={shown.status} />
                        <span className={look.dim}>{exactly(shown.occurredAt, locale)}</span>
                        <Button variant="default" leftSection={<RotateCcw size={14} />} loading={resend.isPending} onClick={() => resend.mutate()}>
                            {t("webhook.resend")}
                        </Button>
                    </div>
                    {shown.reason && <p>{shown.reason}</p>}
                    {resend.isSuccess && <p role="status">{t("webhook.resent")}</p>}
                    <Refused error={resend.error} />
                    {shown.body != null && (
                        <section aria-label={t("webhook.body")}>
                            <h2 className={look.dim}>{t("webhook.body")}</h2>
                            <pre className={styles.raw} tabIndex={0}>
                                {pretty(shown.body)}
                            </pre>
                        </section>
                    )}
                    {[...shown.attempts].reverse().map((attempt) => (
                        <section key={attempt.number} aria-label={t("attempt", { count: attempt.number })} className={styles.attempt}>
                            <h2 className={look.line}>
                                {t("attempt", { count: attempt.number })}
                                <b>{attempt.responseStatus ?? attempt.error}</b>
                                <span className={look.dim}>
                                    {exactly(attempt.startedAt, locale)} · {duration(attempt.durationMs, locale)}
                                </span>
                            </h2>
                            {attempt.responseStatus != null && attempt.error && <p className={look.dim}>{attempt.error}</p>}
                            {attempt.responseBody && (
                                <pre className={styles.raw} tabIndex={0}>
                                    {attempt.responseBody}
                                </pre>
                            )}
                            <details className={look.details}>
                                <summary>{t("webhook.headers")}</summary>
                                <pre>{JSON.stringify({ request: attempt.requestHeaders, response: attempt.responseHeaders }, null, 2)}</pre>
                            </details>
                        </section>
                    ))}
                </div>
            )}
        </Dialog>
    );
}
