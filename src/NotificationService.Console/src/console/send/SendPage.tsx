import { Button, Checkbox, NativeSelect, Textarea, TextInput } from "@mantine/core";
import "@mantine/core/styles/InlineInput.css";
import "@mantine/core/styles/Checkbox.css";
import { useDebouncedValue } from "@mantine/hooks";
import { keepPreviousData, useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { getRouteApi, Link, useNavigate } from "@tanstack/react-router";
import { CircleCheck, Eye, Send } from "lucide-react";
import { useRef, useState } from "react";
import { ApiProblem } from "../api/problem.ts";
import { Channel, channels } from "../look/Channel.tsx";
import { Content } from "../look/Content.tsx";
import { CopyButton } from "../look/Copy.tsx";
import look from "../look/look.module.css";
import { Card, Page } from "../look/Page.tsx";
import { Empty, Failed, Refused, Waiting } from "../look/States.tsx";
import { Status } from "../look/Status.tsx";
import { api } from "../session/browser.ts";
import { useMay } from "../session/react.ts";
import { type Translate, useWords, wordOf } from "../words/index.ts";
import { emptyForm, readMore, requestOf, type SendForm, type SendRequest, variablesOf } from "./request.ts";
import styles from "./send.module.css";
import { languages, type SnippetLanguage, snippetOf } from "./snippets.ts";

const route = getRouteApi("/t/$tenant/send");
const people = ["name", "email", "phone", "whatsapp", "userId", "locale"] as const;
const addresses = ["email", "phone", "whatsapp", "userId"] as const;

const send = (request: SendRequest, options: { dryRun?: true; idempotencyKey?: string; signal?: AbortSignal }) =>
    api.post("/api/v1/services/notifications/send", { body: request, ...(options.dryRun && { query: { dryRun: true } as never }), ...(options.idempotencyKey && { idempotencyKey: options.idempotencyKey }), ...(options.signal && { signal: options.signal }) });

const newKey = () => [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, "0")).join("");

/** Template and recipient at the left, what would be sent at the right, by the service's own dry run. */
export function SendPage() {
    const { t } = useWords();
    const { tenant } = route.useParams();
    const { template = "" } = route.useSearch();
    const navigate = useNavigate();
    const client = useQueryClient();
    const mayAdmin = useMay("admin");
    const [typed, setForm] = useState<SendForm>(emptyForm);
    const form = { ...typed, template };
    const templates = useQuery({ queryKey: [tenant, "templates"], queryFn: async ({ signal }) => (await api.get("/api/v1/admin/templates", { query: { limit: 100 }, signal })).items, enabled: mayAdmin });
    const chosen = useQuery({ queryKey: [tenant, "template", template], queryFn: ({ signal }) => api.get("/api/v1/admin/templates/{template}", { path: { template }, signal }), enabled: mayAdmin && template !== "" });
    const available = chosen.data?.channels ?? channels;

    const more = readMore(form.more);
    const request = requestOf(form);
    const [settled] = useDebouncedValue(JSON.stringify(request), 300);
    const addressed = addresses.some((field) => form.recipient[field].trim() !== "");
    const preview = useQuery({
        queryKey: [tenant, "dry-run", settled],
        queryFn: ({ signal }) => send(JSON.parse(settled) as SendRequest, { dryRun: true, signal }),
        enabled: template !== "" && addressed && more !== undefined,
        placeholderData: keepPreviousData,
        retry: false,
        staleTime: Number.POSITIVE_INFINITY,
    });
    const dry = preview.data && "dryRun" in preview.data ? preview.data : undefined;

    // One key for one press of the button: what is sent again because no answer came is not sent twice.
    const key = useRef<{ of: string; key: string }>(undefined);
    const sending = useMutation({
        mutationFn: async () => {
            const of = JSON.stringify(request);
            if (key.current?.of !== of) key.current = { of, key: newKey() };
            return send(request, { idempotencyKey: key.current.key });
        },
        onSuccess: () => {
            key.current = undefined;
            void client.invalidateQueries({ queryKey: [tenant, "notifications"] });
        },
    });
    const change = (to: Partial<SendForm>) => {
        setForm({ ...typed, ...to });
        if (!sending.isPending) sending.reset();
    };
    const problem = sending.error instanceof ApiProblem ? sending.error : preview.error instanceof ApiProblem ? preview.error : undefined;
    const missing = problem?.fields.filter((field) => field.pointer.startsWith("/data/")).map((field) => field.pointer.slice(6)) ?? [];
    const variables = [...new Set([...variablesOf(chosen.data?.variables, form.channels), ...Object.keys(form.data), ...missing.filter((name) => !name.includes("/"))])];
    // What is still empty is not wrong before somebody has tried to send it.
    const wrong = (pointer: string, value: string) => (value.trim() !== "" || sending.error ? problem?.of(pointer) : undefined);
    const seen = [...people.filter((field) => form.recipient[field].trim() !== "").map((field) => `/recipient/${field}`), ...Object.entries(form.data).flatMap(([name, value]) => (value.trim() === "" ? [] : [`/data/${name}`])), "/template", "/channels"];
    const known = ["/template", "/reference", "/channels", ...people.map((field) => `/recipient/${field}`), "/data/"];
    const accepted = sending.data && "id" in sending.data ? sending.data : undefined;

    return (
        <Page title={t("nav.send")}>
            <div className={styles.columns}>
                <form
                    className={styles.form}
                    noValidate
                    onSubmit={(event) => {
                        event.preventDefault();
                        sending.mutate();
                    }}
                >
                    <Card title={t("template")}>
                        {mayAdmin && templates.isError ? (
                            <Failed error={templates.error} onRetry={() => void templates.refetch()} />
                        ) : mayAdmin ? (
                            <NativeSelect label={t("template")} value={template} onChange={(event) => void navigate({ to: ".", search: event.currentTarget.value === "" ? {} : { template: event.currentTarget.value }, replace: true })} error={problem?.of("/template")}>
                                <option value="">{t("chooseTemplate")}</option>
                                {(templates.data ?? []).map((one) => (
                                    <option key={one.id} value={one.key} disabled={one.publishedVersion == null}>
                                        {one.name} ({one.key}){one.publishedVersion == null ? ` – ${t("notPublished")}` : ""}
                                    </option>
                                ))}
                            </NativeSelect>
                        ) : (
                            <TextInput label={t("templateKey")} value={template} onChange={(event) => void navigate({ to: ".", search: event.currentTarget.value === "" ? {} : { template: event.currentTarget.value }, replace: true })} error={problem?.of("/template")} />
                        )}
                        <Checkbox.Group label={t("channels")} description={t("channelsWhy")} value={form.channels} onChange={(value) => change({ channels: value })} error={problem?.of("/channels")}>
                            <div className={styles.channels}>
                                {available.map((channel) => (
                                    <Checkbox key={channel} value={channel} label={wordOf(t, "channel", channel)} />
                                ))}
                            </div>
                        </Checkbox.Group>
                    </Card>
                    <Card title={t("recipient")}>
                        <div className={styles.grid}>
                            {people.map((field) => (
                                <TextInput
                                    key={field}
                                    label={labelOf(field, t)}
                                    type={field === "email" ? "email" : "text"}
                                    autoComplete="off"
                                    value={form.recipient[field]}
                                    onChange={(event) => change({ recipient: { ...form.recipient, [field]: event.currentTarget.value } })}
                                    error={wrong(`/recipient/${field}`, form.recipient[field])}
                                />
                            ))}
                        </div>
                    </Card>
                    <Card title={t("data")}>
                        {variables.length === 0 && <p className={look.dim}>{t(template === "" ? "chooseTemplateFirst" : "noVariables")}</p>}
                        {variables.map((name) => (
                            <TextInput key={name} label={name} autoComplete="off" value={form.data[name] ?? ""} onChange={(event) => change({ data: { ...form.data, [name]: event.currentTarget.value } })} error={wrong(`/data/${name}`, form.data[name] ?? "")} />
                        ))}
                        <Textarea
                            label={t("moreData")}
                            description={t("moreDataWhy", { example: '{ "items": [{ "name": "Lamp" }] }' })}
                            autosize
                            minRows={2}
                            maxRows={12}
                            className={styles.json}
                            value={form.more}
                            onChange={(event) => change({ more: event.currentTarget.value })}
                            error={more === undefined ? t("moreDataWrong") : undefined}
                        />
                    </Card>
                    <Card title={t("options")}>
                        <div className={styles.grid}>
                            <TextInput label={t("reference")} description={t("referenceWhy")} value={form.reference} onChange={(event) => change({ reference: event.currentTarget.value })} error={wrong("/reference", form.reference)} />
                            <NativeSelect label={t("priority")} description={t("priorityWhy")} value={form.priority} onChange={(event) => change({ priority: event.currentTarget.value })}>
                                {["critical", "high", "normal", "low"].map((priority) => (
                                    <option key={priority} value={priority}>
                                        {wordOf(t, "priority", priority)}
                                    </option>
                                ))}
                            </NativeSelect>
                        </div>
                    </Card>
                    <div className={styles.act}>
                        <Button type="submit" leftSection={<Send size={14} />} loading={sending.isPending} disabled={template === "" || more === undefined}>
                            {t("nav.send")}
                        </Button>
                        <p className={look.dim}>{t("sendWhat")}</p>
                    </div>
                    <Refused error={sending.error} known={known} />
                    {accepted && (
                        <div className={styles.accepted} role="status">
                            <CircleCheck size={16} aria-hidden />
                            <div>
                                <p>{t("sendAccepted", { count: accepted.deliveries.length })}</p>
                                <Link to="/t/$tenant/notifications/$id" params={{ tenant, id: accepted.id }}>
                                    {t("watch")}
                                </Link>
                            </div>
                        </div>
                    )}
                </form>

                <div className={styles.side}>
                    <Card title={t("preview")}>
                        {template === "" || !addressed ? (
                            <Empty icon={Eye} title={t("previewEmpty")}>
                                {t(template === "" ? "previewTemplate" : "previewRecipient")}
                            </Empty>
                        ) : (
                            <>
                                {preview.error && !sending.error && <Refused error={preview.error} known={seen} />}
                                {preview.isPending && !preview.error && <Waiting rows={3} height={64} />}
                                {dry && (
                                    <ul className={styles.previews} data-old={preview.isPlaceholderData || preview.isError}>
                                        {dry.deliveries.map((delivery) => (
                                            <li key={delivery.channel}>
                                                <div className={look.line}>
                                                    <Channel channel={delivery.channel} />
                                                    <Status status={delivery.status} />
                                                    {delivery.locale && <span className={look.dim}>{delivery.locale}</span>}
                                                </div>
                                                {delivery.failure ? <p>{delivery.failure.message}</p> : delivery.content && <Content channel={delivery.channel} content={delivery.content} />}
                                            </li>
                                        ))}
                                    </ul>
                                )}
                                {dry && (
                                    <details className={look.details}>
                                        <summary>{t("decisions")}</summary>
                                        <ol className={styles.reasons}>
                                            {dry.explain.map((item) => (
                                                <li key={`${item.channel} ${item.code} ${item.message}`}>
                                                    {item.channel && <b>{wordOf(t, "channel", item.channel)}: </b>}
                                                    {item.message}
                                                </li>
                                            ))}
                                        </ol>
                                    </details>
                                )}
                            </>
                        )}
                    </Card>
                    {template !== "" && <Snippet request={request} />}
                </div>
            </div>
        </Page>
    );
}

function labelOf(field: (typeof people)[number], t: Translate): string {
    return field === "name" ? t("name") : field === "email" ? t("email") : field === "phone" ? t("phone") : field === "whatsapp" ? t("whatsapp") : field === "userId" ? t("userId") : t("locale");
}

function Snippet({ request }: { request: SendRequest }) {
    const { t } = useWords();
    const [language, setLanguage] = useState<SnippetLanguage>("curl");
    const text = snippetOf(language, request, location.origin);
    return (
        <Card title={t("asCode")}>
            <div className={styles.snippetHead}>
                <NativeSelect aria-label={t("asCode")} value={language} onChange={(event) => setLanguage(event.currentTarget.value as SnippetLanguage)} data={languages.map((one) => ({ value: one, label: one === "csharp" ? "C#" : one === "typescript" ? "TypeScript" : one }))} />
                <CopyButton text={text}>{t("copy")}</CopyButton>
            </div>
            <pre className={styles.snippet} tabIndex={0}>
                {text}
            </pre>
        </Card>
    );
}
