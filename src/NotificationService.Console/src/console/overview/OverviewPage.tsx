import { Button } from "@mantine/core";
import { useInfiniteQuery, useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { getRouteApi, Link } from "@tanstack/react-router";
import { CircleCheck, CircleX, RefreshCw, RotateCcw, Send, TriangleAlert } from "lucide-react";
import { type ReactNode, useState } from "react";
import type { Schema } from "../api/client.ts";
import { Channel } from "../look/Channel.tsx";
import { Confirm } from "../look/Confirm.tsx";
import look from "../look/look.module.css";
import { Moment } from "../look/Moment.tsx";
import { Card, Page } from "../look/Page.tsx";
import { Empty, Failed, Refused, Waiting } from "../look/States.tsx";
import { Status } from "../look/Status.tsx";
import { nameOf, notificationsQuery, recipientOf } from "../notifications/queries.ts";
import { ProviderState } from "../providers/ProviderState.tsx";
import { api } from "../session/browser.ts";
import { useMay } from "../session/react.ts";
import { useWords, wordOf } from "../words/index.ts";
import styles from "./overview.module.css";
import { type Cause, causesOf, deadLettersQuery, endpointsQuery, type Figure, figuresQuery, providersQuery } from "./queries.ts";

const route = getRouteApi("/t/$tenant");

/** What needs somebody stands first, each with the button that repairs it; figures come after. */
export function OverviewPage() {
    const { t } = useWords();
    const { tenant } = route.useParams();
    const maySend = useMay("send");
    const mayAdmin = useMay("admin");
    const client = useQueryClient();
    const figures = useQuery(figuresQuery(tenant));
    const letters = useQuery({ ...deadLettersQuery(tenant), enabled: maySend });
    const providers = useQuery({ ...providersQuery(tenant), enabled: mayAdmin });
    const endpoints = useQuery({ ...endpointsQuery(tenant), enabled: mayAdmin });
    const latest = useInfiniteQuery(notificationsQuery(tenant, { since: "7d" }));
    const causes = letters.data ? causesOf(letters.data.items) : [];
    const broken = (providers.data ?? []).filter((provider) => provider.enabled && (provider.parked || !provider.usable));
    const failing = (endpoints.data ?? []).filter((endpoint) => endpoint.disabledAt || endpoint.failingSince);
    const loading = (maySend && letters.isPending) || (mayAdmin && (providers.isPending || endpoints.isPending));
    const error = letters.error ?? providers.error ?? endpoints.error;
    const rows = latest.data?.pages[0]?.items.slice(0, 8) ?? [];
    return (
        <Page
            title={t("nav.overview")}
            actions={
                <>
                    <Button variant="default" leftSection={<RefreshCw size={14} />} loading={figures.isRefetching} onClick={() => void client.invalidateQueries({ queryKey: [tenant] })}>
                        {t("refresh")}
                    </Button>
                    {maySend && (
                        <Button renderRoot={(props) => <Link {...props} to="/t/$tenant/send" params={{ tenant }} />} leftSection={<Send size={14} />}>
                            {t("nav.send")}
                        </Button>
                    )}
                </>
            }
        >
            {maySend && (
                <Card title={t("needsYou")}>
                    {loading ? (
                        <Waiting rows={2} height={44} />
                    ) : error ? (
                        <Failed error={error} onRetry={() => void Promise.all([letters.refetch(), mayAdmin && providers.refetch(), mayAdmin && endpoints.refetch()])} />
                    ) : causes.length + broken.length + failing.length === 0 ? (
                        <p className={styles.nothing}>
                            <CircleCheck size={16} aria-hidden />
                            {t("nothingNeedsYou")}
                        </p>
                    ) : (
                        <ul className={styles.alarms}>
                            {broken.map((provider) => (
                                <BrokenProvider key={provider.id} provider={provider} />
                            ))}
                            {failing.map((endpoint) => (
                                <FailingEndpoint key={endpoint.id} tenant={tenant} endpoint={endpoint} />
                            ))}
                            {causes.map((cause) => (
                                <FailedCause key={`${cause.channel} ${cause.kind} ${cause.code}`} tenant={tenant} cause={cause} />
                            ))}
                            {letters.data && letters.data.total > letters.data.items.length && <li className={look.dim}>{t("latestOnly", { count: letters.data.items.length })}</li>}
                        </ul>
                    )}
                </Card>
            )}

            <Card title={t("since.24h")}>
                {figures.isPending ? (
                    <Waiting rows={1} height={64} />
                ) : figures.data === undefined ? (
                    <Failed error={figures.error} onRetry={() => void figures.refetch()} />
                ) : (
                    <ul className={styles.figures}>
                        {Object.entries(figures.data).map(([name, figure]) => (
                            <li key={name}>
                                <FigureLink tenant={tenant} name={name} figure={figure} />
                            </li>
                        ))}
                    </ul>
                )}
            </Card>

            <div className={styles.columns}>
                <Card title={t("latest")} actions={<More tenant={tenant} />}>
                    {latest.isPending ? (
                        <Waiting rows={5} />
                    ) : rows.length === 0 ? (
                        <Empty title={t("notifications.none")}>{t("notifications.noneWhy")}</Empty>
                    ) : (
                        <ul className={styles.latest}>
                            {rows.map((item) => (
                                <li key={item.id}>
                                    <Status status={item.status} />
                                    <Link to="/t/$tenant/notifications/$id" params={{ tenant, id: item.id }} className={`${look.cover} ${look.clip}`}>
                                        {nameOf(recipientOf(item))}
                                    </Link>
                                    <span className={`${look.dim} ${look.clip}`}>{item.template?.key ?? t("ownContent")}</span>
                                    <span className={look.dim}>
                                        <Moment at={item.createdAt} />
                                    </span>
                                </li>
                            ))}
                        </ul>
                    )}
                </Card>
                {mayAdmin && (
                    <Card title={t("providers")}>
                        {providers.isPending ? (
                            <Waiting rows={5} />
                        ) : providers.data === undefined ? (
                            <Failed error={providers.error} onRetry={() => void providers.refetch()} />
                        ) : providers.data.length === 0 ? (
                            <Empty title={t("noProviders")}>{t("noProvidersWhy")}</Empty>
                        ) : (
                            <ul className={styles.providers}>
                                {providers.data.map((provider) => (
                                    <li key={provider.id}>
                                        <Channel channel={provider.channel} />
                                        <span className={look.clip} title={provider.name}>
                                            {provider.name}
                                        </span>
                                        <ProviderState provider={provider} />
                                    </li>
                                ))}
                            </ul>
                        )}
                    </Card>
                )}
            </div>
        </Page>
    );
}

function More({ tenant }: { tenant: string }) {
    const { t } = useWords();
    return (
        <Link to="/t/$tenant/notifications" params={{ tenant }} className={styles.more}>
            {t("allNotifications")}
        </Link>
    );
}

function FigureLink({ tenant, name, figure }: { tenant: string; name: string; figure: Figure | undefined }) {
    const { t, locale } = useWords();
    const bad = (name === "failed" || name === "bounced") && (figure?.count ?? 0) > 0;
    return (
        <Link to="/t/$tenant/notifications" params={{ tenant }} search={name === "accepted" ? {} : { status: name }} className={styles.figure} data-bad={bad}>
            <span>{name === "accepted" ? t("accepted") : wordOf(t, "status", name)}</span>
            <b>{figure === undefined ? "–" : `${new Intl.NumberFormat(locale).format(figure.count)}${figure.exact ? "" : "+"}`}</b>
        </Link>
    );
}

function Alarm({ tone, children, detail, action }: { tone: "bad" | "warn"; children: ReactNode; detail?: ReactNode; action: ReactNode }) {
    const Icon = tone === "bad" ? CircleX : TriangleAlert;
    return (
        <li className={styles.alarm} data-tone={tone}>
            <Icon size={16} aria-hidden />
            <div>
                <p>{children}</p>
                {detail && <div className={look.dim}>{detail}</div>}
            </div>
            <div className={styles.alarmAction}>{action}</div>
        </li>
    );
}

/** Requeues the dead letters that were shown, by their ids: those that failed since are left alone. */
export function FailedCause({ tenant, cause }: { tenant: string; cause: Cause }) {
    const { t } = useWords();
    const client = useQueryClient();
    const [asking, setAsking] = useState(false);
    const requeue = async () => {
        const ids = cause.items.map((item) => item.id);
        // The service takes a thousand at once.
        for (let from = 0; from < ids.length; from += 1_000) await api.post("/api/v1/admin/dead-letters/requeue", { body: { ids: ids.slice(from, from + 1_000) } });
        await client.invalidateQueries({ queryKey: [tenant] });
    };
    const count = cause.items.length;
    return (
        <Alarm
            tone={cause.kind === "credentials" || cause.kind === "template_error" ? "bad" : "warn"}
            detail={
                <span className={look.line}>
                    <code>{cause.code}</code>
                    {cause.provider}
                    {cause.latest && (
                        <span>
                            {t("lastTime")} <Moment at={cause.latest} focusable />
                        </span>
                    )}
                    <Link to="/t/$tenant/notifications/$id" params={{ tenant, id: (cause.items[0] as { notificationId: string }).notificationId }}>
                        {t("example")}
                    </Link>
                </span>
            }
            action={
                // Without an address it would fail again: the service leaves it as it is.
                cause.kind === "no_address" ? (
                    <span className={look.dim}>{t("repair.address")}</span>
                ) : (
                    <Button variant="default" leftSection={<RotateCcw size={14} />} onClick={() => setAsking(true)}>
                        {t("requeue", { count })}
                    </Button>
                )
            }
        >
            {t("causeFailed", { count, channel: wordOf(t, "channel", cause.channel) })} {cause.message}
            <Confirm open={asking} title={t("requeueAsk")} action={t("requeue", { count })} onClose={() => setAsking(false)} onConfirm={requeue}>
                <p>{t("requeueWhat", { count })}</p>
                <p>
                    <code>{cause.code}</code> {cause.message}
                </p>
                {cause.ambiguous && <p>{t("requeueAmbiguous")}</p>}
            </Confirm>
        </Alarm>
    );
}

function BrokenProvider({ provider }: { provider: Schema<"ConfiguredProviderResponse"> }) {
    const { t } = useWords();
    const test = useMutation({ mutationFn: () => api.post("/api/v1/admin/providers/{id}/test", { path: { id: provider.id } }) });
    return (
        <Alarm
            tone="bad"
            detail={
                <>
                    {provider.parked && (
                        <span className={look.line}>
                            <code>{provider.parked.code}</code>
                            <Moment at={provider.parked.since} focusable />
                        </span>
                    )}
                    {test.data && <p role="status">{test.data.ok ? t("providerTestOk", { message: test.data.message }) : t("providerTestBad", { message: test.data.message })}</p>}
                    <Refused error={test.error} />
                </>
            }
            action={
                <Button variant="default" loading={test.isPending} onClick={() => test.mutate()}>
                    {t("providerTest")}
                </Button>
            }
        >
            {t("providerBroken", { name: provider.name, channel: wordOf(t, "channel", provider.channel) })} {provider.parked?.message ?? provider.problem}
        </Alarm>
    );
}

function FailingEndpoint({ tenant, endpoint }: { tenant: string; endpoint: Schema<"WebhookEndpointResponse"> }) {
    const { t } = useWords();
    const client = useQueryClient();
    const off = endpoint.disabledAt != null;
    const repair = useMutation({
        mutationFn: async () => {
            if (off) await api.patch("/api/v1/admin/webhook-endpoints/{id}", { path: { id: endpoint.id }, body: { enabled: true } });
            else await api.post("/api/v1/admin/webhook-endpoints/{id}/test", { path: { id: endpoint.id }, body: {} });
        },
        onSuccess: () => client.invalidateQueries({ queryKey: [tenant, "webhook-endpoints"] }),
    });
    return (
        <Alarm
            tone={off ? "bad" : "warn"}
            detail={
                <>
                    {endpoint.disabledReason ?? endpoint.lastFailure} <Moment at={(endpoint.disabledAt ?? endpoint.failingSince) as string} focusable />
                    {repair.isSuccess && !off && <p role="status">{t("endpointTested")}</p>}
                    <Refused error={repair.error} />
                </>
            }
            action={
                <Button variant="default" loading={repair.isPending} onClick={() => repair.mutate()}>
                    {t(off ? "endpointEnable" : "endpointTest")}
                </Button>
            }
        >
            {t(off ? "endpointOff" : "endpointFailing", { url: endpoint.url })}
        </Alarm>
    );
}
