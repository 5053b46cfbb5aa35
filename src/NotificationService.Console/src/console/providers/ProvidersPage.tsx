import { ActionIcon, Button, Tooltip } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { getRouteApi, Link, useNavigate } from "@tanstack/react-router";
import { ArrowDown, ArrowUp, CircleCheck, CircleX, PlugZap, Plus } from "lucide-react";
import { channels } from "../look/Channel.tsx";
import look from "../look/look.module.css";
import { Moment } from "../look/Moment.tsx";
import { Card, Page } from "../look/Page.tsx";
import { Empty, Failed, Refused, Waiting } from "../look/States.tsx";
import { providersQuery } from "../overview/queries.ts";
import { api } from "../session/browser.ts";
import { useWords, wordOf } from "../words/index.ts";
import { ProviderForm } from "./ProviderForm.tsx";
import { type Provider, ProviderState } from "./ProviderState.tsx";
import styles from "./providers.module.css";
import { inOrder, moved, shareOf } from "./types.ts";

const route = getRouteApi("/t/$tenant/providers");

/** Who delivers, by channel, in the order in which they are tried. */
export function ProvidersPage() {
    const { t } = useWords();
    const { tenant } = route.useParams();
    const { provider: shown } = route.useSearch();
    const navigate = useNavigate();
    const list = useQuery(providersQuery(tenant));
    const go = (provider?: string) => void navigate({ to: "/t/$tenant/providers", params: { tenant }, search: provider === undefined ? {} : { provider } });
    const add = (
        <Button leftSection={<Plus size={14} />} onClick={() => go("new")}>
            {t("providers.add")}
        </Button>
    );
    const found = list.data?.find((one) => one.id === shown);
    return (
        <Page title={t("providers")} lead={<p className={look.dim}>{t("providersWhat")}</p>} actions={add}>
            {list.isPending ? (
                <Card>
                    <Waiting rows={6} />
                </Card>
            ) : list.data === undefined ? (
                <Card>
                    <Failed error={list.error} onRetry={() => void list.refetch()} />
                </Card>
            ) : list.data.length === 0 ? (
                <Card>
                    <Empty icon={PlugZap} title={t("noProviders")} action={add}>
                        {t("providers.noneWhy")}
                    </Empty>
                </Card>
            ) : (
                channels
                    .map((channel) => ({ channel, providers: inOrder(list.data.filter((one) => one.channel === channel)) }))
                    .filter(({ providers }) => providers.length > 0)
                    .map(({ channel, providers }) => <ChannelCard key={channel} tenant={tenant} channel={channel} providers={providers} />)
            )}
            {shown === "new" && <ProviderForm tenant={tenant} onClose={() => go()} />}
            {found && <ProviderForm key={found.id} tenant={tenant} provider={found} onClose={() => go()} />}
        </Page>
    );
}

function ChannelCard({ tenant, channel, providers }: { tenant: string; channel: string; providers: readonly Provider[] }) {
    const { t } = useWords();
    const client = useQueryClient();
    const move = useMutation({
        mutationFn: async ({ id, by }: { id: string; by: -1 | 1 }) => {
            for (const change of moved(providers, id, by)) await api.patch("/api/v1/admin/providers/{id}", { path: { id: change.id }, body: { priority: change.priority } });
        },
        // Also when one of several was refused: what is shown is what is.
        onSettled: () => client.invalidateQueries({ queryKey: [tenant, "providers"] }),
    });
    return (
        <Card title={wordOf(t, "channel", channel)}>
            <ol className={styles.providers}>
                {providers.map((provider, index) => (
                    <Row key={provider.id} tenant={tenant} provider={provider} share={shareOf(providers, provider.id)}>
                        {providers.length > 1 && (
                            <span className={styles.order}>
                                <ActionIcon variant="subtle" color="gray" size={28} aria-label={t("providers.up", { name: provider.name })} disabled={index === 0 || move.isPending} onClick={() => move.mutate({ id: provider.id, by: -1 })}>
                                    <ArrowUp size={14} />
                                </ActionIcon>
                                <ActionIcon variant="subtle" color="gray" size={28} aria-label={t("providers.down", { name: provider.name })} disabled={index === providers.length - 1 || move.isPending} onClick={() => move.mutate({ id: provider.id, by: 1 })}>
                                    <ArrowDown size={14} />
                                </ActionIcon>
                            </span>
                        )}
                    </Row>
                ))}
            </ol>
            <Refused error={move.error} />
        </Card>
    );
}

function Row({ tenant, provider, share, children }: { tenant: string; provider: Provider; share: number; children: React.ReactNode }) {
    const { t, locale } = useWords();
    const client = useQueryClient();
    const test = useMutation({ mutationFn: () => api.post("/api/v1/admin/providers/{id}/test", { path: { id: provider.id } }), onSuccess: () => client.invalidateQueries({ queryKey: [tenant, "providers"] }) });
    const reason = provider.parked?.message ?? provider.problem;
    return (
        <li className={styles.provider}>
            {children}
            <div className={styles.what}>
                <p className={look.line}>
                    <Link to="/t/$tenant/providers" params={{ tenant }} search={{ provider: provider.id }} className={styles.name}>
                        {provider.name}
                    </Link>
                    <code>{provider.type}</code>
                    <ProviderState provider={provider} />
                </p>
                <p className={look.dim}>
                    <Tooltip label={t("providers.weightWhy")}>
                        <span tabIndex={0}>{t("providers.share", { weight: provider.weight, share: new Intl.NumberFormat(locale, { style: "percent" }).format(share) })}</span>
                    </Tooltip>
                </p>
                {reason && provider.enabled && (
                    <p className={styles.reason}>
                        {provider.parked && <code>{provider.parked.code}</code>} {reason} {provider.parked && <Moment at={provider.parked.since} focusable />}
                    </p>
                )}
                {test.data && (
                    <p role="status" className={styles.answer} data-ok={test.data.ok}>
                        {test.data.ok ? <CircleCheck size={14} aria-hidden /> : <CircleX size={14} aria-hidden />}
                        {test.data.message}
                    </p>
                )}
                <Refused error={test.error} />
            </div>
            <Button variant="default" loading={test.isPending} onClick={() => test.mutate()}>
                {t("providers.test")}
            </Button>
        </li>
    );
}
