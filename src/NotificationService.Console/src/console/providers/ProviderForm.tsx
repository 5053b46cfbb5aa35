import { Button, Checkbox, NativeSelect, Textarea, TextInput } from "@mantine/core";
import { Dialog, Form } from "../look/Dialog.tsx";
import "@mantine/core/styles/InlineInput.css";
import "@mantine/core/styles/Checkbox.css";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { ApiProblem } from "../api/problem.ts";
import { channels } from "../look/Channel.tsx";
import { Confirm } from "../look/Confirm.tsx";
import { CopyIconButton } from "../look/Copy.tsx";
import look from "../look/look.module.css";
import { Failed, Waiting } from "../look/States.tsx";
import { api } from "../session/browser.ts";
import { useWords, wordOf } from "../words/index.ts";
import type { Provider } from "./ProviderState.tsx";
import styles from "./providers.module.css";
import { fieldsOf, type ProviderField, type ProviderType, readSetting, typesOf, typesQuery, withSetting } from "./types.ts";

interface Props {
    tenant: string;
    provider?: Provider;
    onClose: () => void;
}

/** A form of what the type says that it needs. Credentials are never shown: what is not written anew stays. */
export function ProviderForm({ tenant, provider, onClose }: Props) {
    const { t } = useWords();
    const types = useQuery(typesQuery(tenant));
    return (
        <Dialog title={provider === undefined ? t("providers.add") : provider.name} size="lg" onClose={onClose}>
            {types.data ? <Fields tenant={tenant} types={types.data} {...(provider && { provider })} onClose={onClose} /> : types.isPending ? <Waiting rows={4} /> : <Failed error={types.error} onRetry={() => void types.refetch()} />}
        </Dialog>
    );
}

function Fields({ tenant, provider, types, onClose }: Props & { types: ProviderType[] }) {
    const { t } = useWords();
    const client = useQueryClient();
    const [channel, setChannel] = useState<string>(provider?.channel ?? "email");
    const [chosen, setType] = useState<string>(provider?.type ?? "smtp");
    const type = provider !== undefined || typesOf(types, channel).includes(chosen) ? chosen : (typesOf(types, channel)[0] ?? "sandbox");
    const [name, setName] = useState(provider?.name ?? "");
    const [priority, setPriority] = useState(String(provider?.priority ?? 10));
    const [weight, setWeight] = useState(String(provider?.weight ?? 100));
    const [enabled, setEnabled] = useState(provider?.enabled ?? true);
    const [credentials, setCredentials] = useState<Record<string, string>>({});
    const [settings, setSettings] = useState<unknown>(provider?.settings ?? {});
    const [removing, setRemoving] = useState(false);
    const described = types.find((one) => one.type === type);
    const stored = provider?.credentials ?? {};
    const done = async () => {
        await client.invalidateQueries({ queryKey: [tenant, "providers"] });
        onClose();
    };
    const save = useMutation({
        mutationFn: () => {
            const given = Object.fromEntries(Object.entries(credentials).filter(([, value]) => value !== ""));
            const body = { name: name.trim(), priority: numberOf(priority), weight: numberOf(weight), enabled, credentials: given, settings: settings as Record<string, never> };
            return provider === undefined ? api.post("/api/v1/admin/providers", { body: { ...body, channel, type } }) : api.patch("/api/v1/admin/providers/{id}", { path: { id: provider.id }, body });
        },
        onSuccess: done,
    });
    const problem = save.error instanceof ApiProblem ? save.error : undefined;
    const known = ["/name", "/priority", "/weight", "/channel", "/type", ...(described?.fields ?? []).map((field) => field.pointer)];
    // Only where somebody has to enter it.
    const callback = described?.callback?.place == null ? undefined : described.callback;
    const address = provider !== undefined && callback !== undefined ? location.origin + callback.path.replace("{providerId}", provider.id) : undefined;
    return (
        <>
            <Form
                error={save.error}
                known={known}
                action={t(provider === undefined ? "providers.add" : "save")}
                isPending={save.isPending}
                onClose={onClose}
                onSubmit={save.mutate}
                more={
                    provider !== undefined && (
                        <Button variant="subtle" color="red" onClick={() => setRemoving(true)}>
                            {t("delete")}
                        </Button>
                    )
                }
            >
                {provider === undefined && (
                    <div className={styles.grid}>
                        <NativeSelect label={t("channel")} value={channel} onChange={(event) => setChannel(event.currentTarget.value)} error={problem?.of("/channel")}>
                            {channels
                                .filter((one) => typesOf(types, one).length > 0)
                                .map((one) => (
                                    <option key={one} value={one}>
                                        {wordOf(t, "channel", one)}
                                    </option>
                                ))}
                        </NativeSelect>
                        <NativeSelect label={t("providers.type")} value={type} data={typesOf(types, channel)} onChange={(event) => setType(event.currentTarget.value)} error={problem?.of("/type")} />
                    </div>
                )}
                <TextInput label={t("name")} data-autofocus value={name} onChange={(event) => setName(event.currentTarget.value)} error={problem?.of("/name")} />
                <div className={styles.grid}>
                    <TextInput label={t("providers.priority")} description={t("providers.priorityWhy")} inputMode="numeric" value={priority} onChange={(event) => setPriority(event.currentTarget.value)} error={problem?.of("/priority")} />
                    <TextInput label={t("providers.weight")} description={t("providers.weightWhy")} inputMode="numeric" value={weight} onChange={(event) => setWeight(event.currentTarget.value)} error={problem?.of("/weight")} />
                </div>
                <div className={styles.grid}>
                    {fieldsOf(described).map((field) => {
                        if (!field.secret) return <SettingField key={field.name} field={field} value={readSetting(settings, field.name)} error={problem?.of(field.pointer)} onChange={(to) => setSettings((now: unknown) => withSetting(now, field, to))} />;
                        const more = { label: field.name, value: credentials[field.name] ?? "", placeholder: stored[field.name] ?? "", withAsterisk: field.required, error: problem?.of(field.pointer), autoComplete: "off", spellCheck: false };
                        const change = (value: string) => setCredentials((now) => ({ ...now, [field.name]: value }));
                        const why = stored[field.name] === undefined ? undefined : t("providers.stays");
                        if (field.kind === "file") return <Textarea key={field.name} {...more} description={why} autosize minRows={2} maxRows={6} className={`${styles.secret} ${styles.wide}`} onChange={(event) => change(event.currentTarget.value)} />;
                        return <TextInput key={field.name} {...more} description={why} className={styles.secret} onChange={(event) => change(event.currentTarget.value)} />;
                    })}
                </div>
                <Checkbox label={t("providers.enabled")} checked={enabled} onChange={(event) => setEnabled(event.currentTarget.checked)} />
                {address !== undefined && (
                    <div className={styles.callback}>
                        <p className={look.dim}>{t("providers.callback", { place: callback?.place ?? "" })}</p>
                        <p className={styles.address}>
                            <code>{address}</code>
                            <CopyIconButton text={address} label={t("copy")} />
                        </p>
                    </div>
                )}
            </Form>
            {provider !== undefined && (
                <Confirm
                    open={removing}
                    title={t("providers.deleteAsk")}
                    action={t("delete")}
                    danger
                    onClose={() => setRemoving(false)}
                    onConfirm={async () => {
                        await api.delete("/api/v1/admin/providers/{id}", { path: { id: provider.id } });
                        await done();
                    }}
                >
                    <p>{t("providers.deleteWhat", { name: provider.name })}</p>
                </Confirm>
            )}
        </>
    );
}

/** What is no number is sent as it is written, so that the service says what is wrong with it. */
const numberOf = (text: string): number => (text.trim() === "" || !Number.isFinite(Number(text)) ? (text as never) : Number(text));

/** Keeps what is typed, also what is no value yet. */
function SettingField({ field, value, error, onChange }: { field: ProviderField; value: string; error: string | undefined; onChange: (value: string) => void }) {
    const [typed, setTyped] = useState(value);
    if (field.kind === "boolean") return <Checkbox label={field.name} checked={value === "true"} onChange={(event) => onChange(event.currentTarget.checked ? "true" : "")} error={error} />;
    if (field.choices) return <NativeSelect label={field.name} value={value === "" ? (field.default ?? "") : value} data={field.choices} onChange={(event) => onChange(event.currentTarget.value)} error={error} />;
    return (
        <TextInput
            label={field.name}
            placeholder={field.default ?? ""}
            withAsterisk={field.required}
            autoComplete="off"
            spellCheck={false}
            value={typed}
            error={error}
            onChange={(event) => {
                setTyped(event.currentTarget.value);
                onChange(event.currentTarget.value);
            }}
        />
    );
}
