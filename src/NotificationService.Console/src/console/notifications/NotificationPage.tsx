import { Button, Tabs } from "@mantine/core";
import "@mantine/core/styles/Tabs.css";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { getRouteApi, Link, useNavigate } from "@tanstack/react-router";
import { ArrowLeft, Ban, RotateCcw } from "lucide-react";
import { useState } from "react";
import { Channel } from "../look/Channel.tsx";
import { Confirm } from "../look/Confirm.tsx";
import { CopyIconButton } from "../look/Copy.tsx";
import look from "../look/look.module.css";
import { Moment } from "../look/Moment.tsx";
import { Card, Facts, Page } from "../look/Page.tsx";
import { Failed, Refused, Waiting } from "../look/States.tsx";
import { Mark, Status, statuses } from "../look/Status.tsx";
import { api } from "../session/browser.ts";
import { useMay } from "../session/react.ts";
import { clock, duration } from "../words/formats.ts";
import { useWords, wordOf } from "../words/index.ts";
import styles from "./notifications.module.css";
import { mayCancel, mayRetry, type NotificationDetail, nameOf, notificationQuery, recipientOf } from "./queries.ts";
import { StoryLine } from "./StoryLine.tsx";
import { reasonOf, verdictOf } from "./verdict.ts";

const route = getRouteApi("/t/$tenant/notifications/$id");

export function NotificationPage() {
    const { t } = useWords();
    const { tenant, id } = route.useParams();
    const { tab = "story" } = route.useSearch();
    const navigate = useNavigate();
    const query = useQuery(notificationQuery(tenant, id));
    if (query.isPending)
        return (
            <Page title={t("notification")}>
                <Waiting rows={6} height={64} />
            </Page>
        );
    if (query.data === undefined)
        return (
            <Page title={t("notification")} lead={<Back tenant={tenant} />}>
                <Card>
                    <Failed error={query.error} onRetry={() => void query.refetch()} />
                </Card>
            </Page>
        );
    const { notification, timeline, explain } = query.data;
    const recipient = recipientOf(notification);
    const verdict = verdictOf(notification, t);
    const attempts = notification.deliveries.flatMap((delivery) => delivery.attempts.map((attempt) => ({ delivery, attempt }))).sort((a, b) => Date.parse(a.attempt.startedAt) - Date.parse(b.attempt.startedAt));
    const receipts = explain.flatMap((item) => (item.callback ? [{ ...item, callback: item.callback }] : []));
    const skipped = explain.filter((item) => item.channel && !notification.deliveries.some((delivery) => delivery.channel === item.channel));
    const reasons = notification.deliveries.flatMap((delivery) => {
        const text = reasonOf(delivery, t);
        return text === undefined ? [] : [{ delivery, text }];
    });
    return (
        <Page
            title={`${notification.template?.key ?? t("ownContent")} → ${nameOf(recipient)}`}
            lead={
                <div className={look.line}>
                    <Back tenant={tenant} />
                    <span className={styles.id}>
                        <code>{notification.id}</code>
                        <CopyIconButton text={notification.id} label={t("copyId")} />
                    </span>
                    {!notification.live && (
                        <Mark tone="neutral" icon={Ban}>
                            {t("mode.test")}
                        </Mark>
                    )}
                </div>
            }
            actions={<Repairs tenant={tenant} notification={notification} />}
        >
            <section className={styles.verdict} data-tone={verdict.tone} aria-label={t("why")}>
                <p className={styles.sentence}>
                    <Status status={notification.status} /> {verdict.sentence}
                </p>
                {(reasons.length > 0 || skipped.length > 0) && (
                    <ul>
                        {reasons.map(({ delivery, text }) => (
                            <li key={delivery.id}>
                                <span>{text}</span>
                                <Repair kind={delivery.failure?.kind} status={delivery.status} />
                            </li>
                        ))}
                        {skipped.map((item) => (
                            <li key={`${item.channel} ${item.code} ${item.message}`}>
                                <span>
                                    {t("reason.skipped", { channel: wordOf(t, "channel", item.channel as string) })} {item.message}
                                </span>
                            </li>
                        ))}
                    </ul>
                )}
            </section>

            <Card title={t("deliveries")}>
                <ul className={styles.deliveries}>
                    {notification.deliveries.map((delivery) => (
                        <li key={delivery.id}>
                            <Channel channel={delivery.channel} />
                            <Status status={delivery.ambiguous && delivery.status === "failed" ? "ambiguous" : delivery.status} />
                            <span className={look.dim}>
                                {[delivery.provider?.name, delivery.attempts.length > 0 && t("attemptCount", { count: delivery.attempts.length }), delivery.segments && t("segmentCount", { count: delivery.segments }), delivery.engagement.openedAt && t("opened"), delivery.engagement.clickedAt && t("clicked")]
                                    .filter(Boolean)
                                    .join(" · ")}
                            </span>
                            {delivery.dueAt && mayCancel(delivery.status) && (
                                <span className={look.dim}>
                                    {t("due")} <Moment at={delivery.dueAt} focusable />
                                </span>
                            )}
                        </li>
                    ))}
                </ul>
            </Card>

            <Tabs value={tab} onChange={(to) => void navigate({ to: ".", search: to === "story" ? {} : { tab: to as "attempts" }, replace: true })} keepMounted={false}>
                <Tabs.List aria-label={t("evidence")}>
                    <Tabs.Tab value="story">{t("tab.story")}</Tabs.Tab>
                    <Tabs.Tab value="attempts">{t("tab.attempts", { count: attempts.length })}</Tabs.Tab>
                    <Tabs.Tab value="receipts">{t("tab.receipts", { count: receipts.length })}</Tabs.Tab>
                    <Tabs.Tab value="request">{t("tab.request")}</Tabs.Tab>
                </Tabs.List>
                <Tabs.Panel value="story" className={styles.panel}>
                    <Card title={t("timeline")}>
                        <StoryLine items={timeline} />
                    </Card>
                    <Card title={t("decisions")}>
                        <Decisions items={explain} />
                    </Card>
                </Tabs.Panel>
                <Tabs.Panel value="attempts" className={styles.panel}>
                    <Card>
                        {attempts.length === 0 ? (
                            <p className={look.dim}>{t("noAttempts")}</p>
                        ) : (
                            <ul className={styles.evidence}>
                                {attempts.map(({ delivery, attempt }) => (
                                    <li key={`${delivery.id} ${attempt.number}`}>
                                        <div className={look.line}>
                                            <Channel channel={delivery.channel} />
                                            <b>{t("attempt", { count: attempt.number })}</b>
                                            <Outcome outcome={attempt.outcome} />
                                            <Moment at={attempt.startedAt} focusable />
                                            {attempt.finishedAt && <Took from={attempt.startedAt} to={attempt.finishedAt} />}
                                        </div>
                                        {(attempt.message || attempt.code) && (
                                            <p>
                                                {attempt.message} {attempt.code && <code>{attempt.code}</code>}
                                            </p>
                                        )}
                                        <p className={look.dim}>{[attempt.provider?.name, attempt.providerMessageId].filter(Boolean).join(" · ")}</p>
                                    </li>
                                ))}
                            </ul>
                        )}
                    </Card>
                </Tabs.Panel>
                <Tabs.Panel value="receipts" className={styles.panel}>
                    <Card>
                        {receipts.length === 0 ? (
                            <p className={look.dim}>{t("noReceipts")}</p>
                        ) : (
                            <ul className={styles.evidence}>
                                {receipts.map(({ callback, channel, at }) => (
                                    <li key={callback.receiptId ?? `${at} ${callback.kind}`}>
                                        <div className={look.line}>
                                            {channel && <Channel channel={channel} />}
                                            <b>{wordOf(t, "status", callback.kind)}</b>
                                            <Moment at={callback.receivedAt ?? at} focusable />
                                            <span className={look.dim}>{callback.provider}</span>
                                        </div>
                                        {(callback.message || callback.code) && (
                                            <p>
                                                {callback.message} {callback.code && <code>{callback.code}</code>}
                                            </p>
                                        )}
                                        {callback.raw && (
                                            <details className={look.details}>
                                                <summary>{t("raw")}</summary>
                                                <pre className={styles.raw}>{pretty(callback.raw)}</pre>
                                            </details>
                                        )}
                                    </li>
                                ))}
                            </ul>
                        )}
                    </Card>
                </Tabs.Panel>
                <Tabs.Panel value="request" className={styles.panel}>
                    <Card title={t("facts")}>
                        <Facts
                            items={[
                                [t("accepted"), <Moment key="at" at={notification.createdAt} focusable />],
                                [t("reference"), notification.reference],
                                [t("template"), notification.template && `${notification.template.key} · ${t("versionN", { count: notification.template.version })}`],
                                [t("category"), notification.category],
                                [t("priority"), wordOf(t, "priority", notification.priority)],
                                [t("strategy"), wordOf(t, "strategy", notification.strategy)],
                                [t("sendAt"), notification.sendAt && <Moment key="send" at={notification.sendAt} focusable />],
                                [t("expiresAt"), notification.expiresAt && <Moment key="expires" at={notification.expiresAt} focusable />],
                                [t("userId"), recipient.userId],
                                [t("channel.email"), recipient.email],
                                [t("channel.sms"), recipient.phone],
                                [t("channel.whatsapp"), recipient.whatsapp],
                                [t("locale"), recipient.locale],
                                [t("timezone"), recipient.timezone],
                            ]}
                        />
                    </Card>
                    {notification.contentRedactedAt ? (
                        <Card title={t("data")}>
                            <p className={look.dim}>{t("redacted")}</p>
                        </Card>
                    ) : (
                        (["data", "content", "metadata"] as const).map(
                            (part) =>
                                notification[part] != null && (
                                    <Card key={part} title={t(part)}>
                                        <pre className={styles.raw} tabIndex={0}>
                                            {JSON.stringify(notification[part], null, 2)}
                                        </pre>
                                    </Card>
                                ),
                        )
                    )}
                </Tabs.Panel>
            </Tabs>
        </Page>
    );
}

function pretty(raw: string): string {
    try {
        return JSON.stringify(JSON.parse(raw), null, 2);
    } catch {
        return raw;
    }
}

function Back({ tenant }: { tenant: string }) {
    const { t } = useWords();
    return (
        <Link to="/t/$tenant/notifications" params={{ tenant }} className={styles.back}>
            <ArrowLeft size={14} aria-hidden />
            {t("nav.notifications")}
        </Link>
    );
}

function Took({ from, to }: { from: string; to: string }) {
    const { locale } = useWords();
    return <span className={look.dim}>{duration(Date.parse(to) - Date.parse(from), locale)}</span>;
}

function Outcome({ outcome }: { outcome: string }) {
    const { t } = useWords();
    const as = outcome === "accepted" ? "sent" : outcome === "rejected" ? "failed" : outcome === "ambiguous" ? "ambiguous" : "queued";
    const known = statuses[as] as (typeof statuses)[string];
    return (
        <Mark tone={known.tone} icon={known.icon}>
            {wordOf(t, "outcome", outcome)}
        </Mark>
    );
}

/** Where to go to repair what went wrong on a channel. */
function Repair({ kind, status }: { kind: string | undefined; status: string }) {
    const { t } = useWords();
    const word = kind === "no_address" ? "repair.address" : kind === "template_error" ? "repair.template" : kind === "credentials" ? "repair.credentials" : status === "suppressed" ? "repair.suppressed" : undefined;
    return word === undefined ? null : <span className={look.dim}>{t(word)}</span>;
}

function Repairs({ tenant, notification }: { tenant: string; notification: NotificationDetail }) {
    const { t } = useWords();
    const allowed = useMay("send");
    const client = useQueryClient();
    const [asking, setAsking] = useState<"retry" | "cancel">();
    const again = async () => {
        await client.invalidateQueries({ queryKey: [tenant, "notification", notification.id] });
        void client.invalidateQueries({ queryKey: [tenant, "notifications"] });
    };
    const retry = useMutation({ mutationFn: () => api.post("/api/v1/services/notifications/{id}/retry", { path: { id: notification.id } }), onSuccess: again });
    const cancel = async () => {
        await api.post("/api/v1/services/notifications/{id}/cancel", { path: { id: notification.id } });
        await again();
    };
    if (!allowed) return null;
    const unsure = notification.deliveries.some((delivery) => mayRetry(delivery.status) && delivery.ambiguous);
    const retryable = notification.deliveries.filter((delivery) => mayRetry(delivery.status));
    const open = notification.deliveries.filter((delivery) => mayCancel(delivery.status));
    return (
        <>
            {open.length > 0 && (
                <Button variant="default" leftSection={<Ban size={14} />} onClick={() => setAsking("cancel")}>
                    {t("cancel")}
                </Button>
            )}
            {retryable.length > 0 && (
                <Button leftSection={<RotateCcw size={14} />} loading={retry.isPending} onClick={() => (unsure ? setAsking("retry") : retry.mutate())}>
                    {t("retry", { count: retryable.length })}
                </Button>
            )}
            {retry.error && <Refused error={retry.error} />}
            <Confirm open={asking === "retry"} title={t("retryAsk")} action={t("retryYes")} onClose={() => setAsking(undefined)} onConfirm={() => retry.mutateAsync()}>
                <p>{t("retryAmbiguous")}</p>
            </Confirm>
            <Confirm open={asking === "cancel"} title={t("cancelAsk")} action={t("cancelYes", { count: open.length })} danger onClose={() => setAsking(undefined)} onConfirm={cancel}>
                <p>{t("cancelWhat", { count: open.length })}</p>
            </Confirm>
        </>
    );
}

/** What was decided, in order. What came in the same instant stands under one time. */
function Decisions({ items }: { items: readonly { at: string; channel?: string | null; code: string; message: string }[] }) {
    const { locale } = useWords();
    let before = "";
    return (
        <ol className={styles.decisions}>
            {items.map((item, index) => {
                const time = clock(item.at, locale);
                const same = time === before;
                before = time;
                return (
                    <li key={index}>
                        <time dateTime={item.at}>{same ? "" : time}</time>
                        <span>{item.channel ? <Channel channel={item.channel} /> : null}</span>
                        <span>{item.message}</span>
                    </li>
                );
            })}
        </ol>
    );
}
