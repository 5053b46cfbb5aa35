import { Button, Textarea, TextInput } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { CircleCheck, Download, OctagonAlert, Trash2 } from "lucide-react";
import { type ReactNode, useState } from "react";
import type { Schema } from "../api/client.ts";
import { ApiProblem } from "../api/problem.ts";
import { channels } from "../look/Channel.tsx";
import { CopyButton } from "../look/Copy.tsx";
import { Dialog, Form } from "../look/Dialog.tsx";
import { download } from "../look/download.ts";
import look from "../look/look.module.css";
import { Moment } from "../look/Moment.tsx";
import { Card, Facts, Page } from "../look/Page.tsx";
import { Failed, Refused, Waiting } from "../look/States.tsx";
import { api, session } from "../session/browser.ts";
import { useSession } from "../session/react.ts";
import { tenantQuery } from "../shell/queries.ts";
import { useWords, wordOf } from "../words/index.ts";
import "../words/more.ts";
import { linesOf, listOf, numbersPatch, pairsOf } from "./lines.ts";
import styles from "./settings.module.css";

type Tenant = Schema<"TenantResponse">;

/** The tenant as it is set up: a card for each topic, saved singly. */
export function SettingsPage() {
    const { t } = useWords();
    const state = useSession();
    const tenantId = state.kind === "in" ? state.person.tenantId : "";
    const query = useQuery(tenantQuery(tenantId));
    const tenant = query.data;
    return (
        <Page title={t("nav.tenant")} lead={<p className={look.dim}>{t("settingsWhat")}</p>} width="form">
            {tenant === undefined ? (
                <Card>{query.isPending ? <Waiting rows={8} /> : <Failed error={query.error} onRetry={() => void query.refetch()} />}</Card>
            ) : (
                <>
                    {tenant.status === "suspended" && (
                        <div className={styles.suspended} role="status">
                            <OctagonAlert size={16} aria-hidden />
                            <p>{t("settings.suspended", { reason: tenant.suspendedReason ?? "" })}</p>
                        </div>
                    )}
                    <General tenant={tenant} />
                    <Brand tenant={tenant} />
                    <Limits tenant={tenant} />
                    <Retention tenant={tenant} />
                    <Pages tenant={tenant} />
                    <Ends tenant={tenant} />
                </>
            )}
        </Page>
    );
}

interface TopicProps {
    title: string;
    what: string;
    /** What is to be changed, as the form has it now. */
    patch: () => object;
    known: string[];
    children: (problem: ApiProblem | undefined) => ReactNode;
}

function Topic({ title, what, patch, known, children }: TopicProps) {
    const { t } = useWords();
    const client = useQueryClient();
    const save = useMutation({
        mutationFn: () => api.patch("/api/v1/admin/tenant", { body: patch() as never }),
        onSuccess: (saved) => client.setQueryData(tenantQuery(saved.id).queryKey, saved),
    });
    return (
        <Card title={title}>
            <form
                className={look.stack}
                noValidate
                autoComplete="off"
                onChange={() => save.isSuccess && save.reset()}
                onSubmit={(event) => {
                    event.preventDefault();
                    save.mutate();
                }}
            >
                <p className={look.dim}>{what}</p>
                {children(save.error instanceof ApiProblem ? save.error : undefined)}
                <Refused error={save.error} known={known} />
                <div className={styles.act}>
                    <Button type="submit" variant="default" loading={save.isPending}>
                        {t("save")}
                    </Button>
                    {save.isSuccess && (
                        <p role="status" className={styles.done}>
                            <CircleCheck size={14} aria-hidden />
                            {t("saved")}
                        </p>
                    )}
                </div>
            </form>
        </Card>
    );
}

function General({ tenant }: { tenant: Tenant }) {
    const { t } = useWords();
    const [name, setName] = useState(tenant.name);
    const [locale, setLocale] = useState(tenant.locale);
    const [timezone, setTimezone] = useState(tenant.timezone);
    return (
        <Topic title={t("settings.general")} what={t("settings.generalWhat")} known={["/name", "/locale", "/timezone"]} patch={() => ({ name: name.trim(), locale: locale.trim() || null, timezone: timezone.trim() || null })}>
            {(problem) => (
                <>
                    <Facts
                        items={[
                            [t("tenantKey"), <code key="key">{tenant.key}</code>],
                            [t("settings.id"), <code key="id">{tenant.id}</code>],
                            [t("since"), <Moment key="since" at={tenant.createdAt} focusable />],
                        ]}
                    />
                    <div className={styles.grid}>
                        <TextInput label={t("name")} value={name} onChange={(event) => setName(event.currentTarget.value)} error={problem?.of("/name")} />
                        <TextInput label={t("locale")} placeholder="en" value={locale} onChange={(event) => setLocale(event.currentTarget.value)} error={problem?.of("/locale")} />
                        <TextInput label={t("timezone")} placeholder="UTC" list="zones" value={timezone} onChange={(event) => setTimezone(event.currentTarget.value)} error={problem?.of("/timezone")} />
                    </div>
                    <datalist id="zones">
                        {Intl.supportedValuesOf("timeZone").map((zone) => (
                            <option key={zone} value={zone} />
                        ))}
                    </datalist>
                </>
            )}
        </Topic>
    );
}

function Brand({ tenant }: { tenant: Tenant }) {
    const { t } = useWords();
    const [name, setName] = useState(tenant.brand.name);
    const [logo, setLogo] = useState(tenant.brand.logoUrl ?? "");
    const [color, setColor] = useState(tenant.brand.color ?? "");
    const shown = /^#[0-9a-f]{6}$/i.test(color.trim()) ? color.trim() : undefined;
    return (
        <Topic title={t("settings.brand")} what={t("settings.brandWhat")} known={["/brand/name", "/brand/logoUrl", "/brand/color"]} patch={() => ({ brand: { name: name.trim() || null, logoUrl: logo.trim() || null, color: color.trim() || null } })}>
            {(problem) => (
                <div className={styles.grid}>
                    <TextInput label={t("name")} value={name} onChange={(event) => setName(event.currentTarget.value)} error={problem?.of("/brand/name")} />
                    <TextInput label={t("settings.logo")} type="url" placeholder="https://" value={logo} onChange={(event) => setLogo(event.currentTarget.value)} error={problem?.of("/brand/logoUrl")} />
                    <TextInput label={t("settings.color")} placeholder="#0a7c5f" leftSection={<span className={styles.swatch} style={shown ? { background: shown } : {}} />} value={color} onChange={(event) => setColor(event.currentTarget.value)} error={problem?.of("/brand/color")} />
                </div>
            )}
        </Topic>
    );
}

const texts = (values: Record<string, number>): Record<string, string> => Object.fromEntries(channels.map((channel) => [channel, values[channel] === undefined ? "" : String(values[channel])]));

function Limits({ tenant }: { tenant: Tenant }) {
    const { t } = useWords();
    const [rate, setRate] = useState(String(tenant.limits.sendPerMinute ?? ""));
    const [daily, setDaily] = useState(() => texts(tenant.limits.daily));
    const [caps, setCaps] = useState(linesOf(tenant.smsCaps));
    const patch = () => ({ limits: { sendPerMinute: rate.trim() === "" ? null : Number(rate), daily: numbersPatch(tenant.limits.daily, daily) }, smsCaps: numbersPatch(tenant.smsCaps, pairsOf(caps)) });
    return (
        <Topic title={t("settings.limits")} what={t("settings.limitsWhat")} known={["/limits/sendPerMinute", "/limits/daily/", "/smsCaps", "/smsCaps/"]} patch={patch}>
            {(problem) => (
                <>
                    <div className={styles.grid}>
                        <TextInput type="number" inputMode="numeric" min={1} label={t("settings.rate")} placeholder={t("settings.asAll")} value={rate} onChange={(event) => setRate(event.currentTarget.value)} error={problem?.of("/limits/sendPerMinute")} />
                        {channels.map((channel) => (
                            <TextInput
                                key={channel}
                                type="number"
                                inputMode="numeric"
                                min={0}
                                label={t("settings.daily", { channel: wordOf(t, "channel", channel) })}
                                placeholder={t("settings.noLimit")}
                                value={daily[channel] ?? ""}
                                onChange={(event) => setDaily({ ...daily, [channel]: event.currentTarget.value })}
                                error={problem?.of(`/limits/daily/${channel}`)}
                            />
                        ))}
                    </div>
                    <Textarea label={t("settings.caps")} description={t("settings.capsWhy")} placeholder="+44 = 1000" autosize minRows={2} maxRows={12} className={styles.mono} value={caps} onChange={(event) => setCaps(event.currentTarget.value)} error={problem?.of("/smsCaps") ?? problem?.of("/smsCaps/")} />
                </>
            )}
        </Topic>
    );
}

function Retention({ tenant }: { tenant: Tenant }) {
    const { t } = useWords();
    const [days, setDays] = useState(() => texts(tenant.retentionDays));
    return (
        <Topic title={t("settings.retention")} what={t("settings.retentionWhat")} known={["/retentionDays/"]} patch={() => ({ retentionDays: numbersPatch(tenant.retentionDays, days) })}>
            {(problem) => (
                <div className={styles.grid}>
                    {channels.map((channel) => (
                        <TextInput
                            key={channel}
                            type="number"
                            inputMode="numeric"
                            min={1}
                            label={t("settings.days", { channel: wordOf(t, "channel", channel) })}
                            placeholder={t("settings.asRows")}
                            value={days[channel] ?? ""}
                            onChange={(event) => setDays({ ...days, [channel]: event.currentTarget.value })}
                            error={problem?.of(`/retentionDays/${channel}`)}
                        />
                    ))}
                </div>
            )}
        </Topic>
    );
}

function Pages({ tenant }: { tenant: Tenant }) {
    const { t } = useWords();
    const [origins, setOrigins] = useState(tenant.allowedOrigins.join("\n"));
    const [domains, setDomains] = useState(tenant.sendingDomains.join("\n"));
    return (
        <Topic title={t("settings.pages")} what={t("settings.pagesWhat")} known={["/allowedOrigins", "/allowedOrigins/", "/sendingDomains", "/sendingDomains/"]} patch={() => ({ allowedOrigins: listOf(origins), sendingDomains: listOf(domains) })}>
            {(problem) => (
                <>
                    <Textarea
                        label={t("settings.origins")}
                        description={t("settings.originsWhy")}
                        placeholder="https://app.example.com"
                        autosize
                        minRows={2}
                        maxRows={12}
                        className={styles.mono}
                        value={origins}
                        onChange={(event) => setOrigins(event.currentTarget.value)}
                        error={problem?.of("/allowedOrigins") ?? problem?.of("/allowedOrigins/")}
                    />
                    <Textarea
                        label={t("settings.domains")}
                        description={t("settings.domainsWhy")}
                        placeholder="example.com"
                        autosize
                        minRows={2}
                        maxRows={12}
                        className={styles.mono}
                        value={domains}
                        onChange={(event) => setDomains(event.currentTarget.value)}
                        error={problem?.of("/sendingDomains") ?? problem?.of("/sendingDomains/")}
                    />
                </>
            )}
        </Topic>
    );
}

/** Everything to take along, and the end. */
function Ends({ tenant }: { tenant: Tenant }) {
    const { t } = useWords();
    const [deleting, setDeleting] = useState(false);
    const take = useMutation({
        mutationFn: async () => {
            const { exportId } = await api.post("/api/v1/admin/tenant/export", {});
            await download(`/api/v1/admin/tenant/exports/${exportId}`, `${tenant.key}.ndjson`);
        },
    });
    return (
        <Card title={t("settings.ends")}>
            <div className={styles.end}>
                <p>{t("settings.exportWhat")}</p>
                <Button variant="default" leftSection={<Download size={14} />} loading={take.isPending} onClick={() => take.mutate()}>
                    {t("settings.export")}
                </Button>
            </div>
            <Refused error={take.error} />
            <div className={styles.end}>
                <p>{t("settings.deleteWhat")}</p>
                <Button variant="subtle" color="red" leftSection={<Trash2 size={14} />} onClick={() => setDeleting(true)}>
                    {t("settings.delete")}
                </Button>
            </div>
            {deleting && <Delete tenant={tenant} onClose={() => setDeleting(false)} />}
        </Card>
    );
}

function Delete({ tenant, onClose }: { tenant: Tenant; onClose: () => void }) {
    const { t } = useWords();
    const [typed, setTyped] = useState("");
    const remove = useMutation({ mutationFn: () => api.delete("/api/v1/admin/tenant", { body: { confirm: typed.trim() } }) });
    const problem = remove.error instanceof ApiProblem ? remove.error : undefined;
    // Who is signed in to what is gone is signed out when the receipt has been read.
    if (remove.data !== undefined) {
        const receipt = `${location.origin}/api/v1/admin/tenant-erasures/${remove.data.erasureId}`;
        return (
            <Dialog title={t("settings.deleted")} onClose={() => void session.signOut()}>
                <div className={look.stack}>
                    <p>{t("settings.deletedWhat")}</p>
                    <code>{receipt}</code>
                    <div className={look.dialogActions}>
                        <CopyButton text={receipt}>{t("copy")}</CopyButton>
                        <Button onClick={() => void session.signOut()}>{t("signOut")}</Button>
                    </div>
                </div>
            </Dialog>
        );
    }
    return (
        <Dialog title={t("settings.deleteAsk", { name: tenant.name })} onClose={onClose}>
            <Form error={remove.error} known={["/confirm"]} action={t("settings.deleteYes")} isPending={remove.isPending} disabled={typed.trim() !== tenant.key} onClose={onClose} onSubmit={remove.mutate}>
                <p>{t("settings.deleteLast")}</p>
                <TextInput label={t("recipients.eraseType", { id: tenant.key })} data-autofocus value={typed} onChange={(event) => setTyped(event.currentTarget.value)} error={problem?.of("/confirm")} />
            </Form>
        </Dialog>
    );
}
