import { Button, NativeSelect, Textarea, TextInput } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { Check, CircleAlert, CircleCheck, Ellipsis, FlaskConical, Plus, Upload } from "lucide-react";
import { lazy, type ReactNode, Suspense, useEffect, useRef, useState } from "react";
import { ApiProblem } from "../api/problem.ts";
import { channels } from "../look/Channel.tsx";
import look from "../look/look.module.css";
import { Card, Page } from "../look/Page.tsx";
import { Empty, Refused } from "../look/States.tsx";
import { api } from "../session/browser.ts";
import { useWords, wordOf } from "../words/index.ts";
import { type Contents, faultOf, fieldsOf, readContents, starter, withField } from "./contents.ts";
import type { TemplatePlace } from "./filters.ts";
import { Preview } from "./Preview.tsx";
import { Publish } from "./Publish.tsx";
import { Published } from "./Published.tsx";
import { type Template, templateQuery } from "./queries.ts";
import { TestSend } from "./TestSend.tsx";
import styles from "./templates.module.css";

// Too large to wait for: until it is here, the text is written in a plain field.
const Code = lazy(() => import("./Code.tsx").then((module) => ({ default: module.Code })));

interface EditorProps {
    tenant: string;
    template: Template;
    place: TemplatePlace;
    onPlace: (to: TemplatePlace) => void;
    back: ReactNode;
    actions: ReactNode;
}

/** What is typed goes into the draft by itself; what the service refuses is shown in its line, and the last good preview stays. */
export function Editor({ tenant, template, place, onPlace, back, actions }: EditorProps) {
    const { t } = useWords();
    const client = useQueryClient();
    const [contents, setContents] = useState<Contents>(() => readContents(template.contents));
    const [dialog, setDialog] = useState<"publish" | "test">();
    const kept = useRef(JSON.stringify(contents));
    const [settled] = useDebouncedValue(JSON.stringify(contents), 400);
    const save = useMutation({
        // One after the other, so that the last one typed is the last one kept.
        scope: { id: `template ${template.id}` },
        mutationFn: (text: string) => api.put("/api/v1/admin/templates/{template}", { path: { template: template.key }, body: { contents: JSON.parse(text) as Contents } }),
        onSuccess: (saved, text) => {
            kept.current = text;
            client.setQueryData(templateQuery(tenant, template.key).queryKey, saved);
            void client.invalidateQueries({ queryKey: [tenant, "templates"] });
            void client.invalidateQueries({ queryKey: [tenant, "template-versions", template.key] });
        },
    });
    const { mutate } = save;
    useEffect(() => {
        if (settled !== kept.current) mutate(settled);
    }, [settled, mutate]);

    const channel = place.channel ?? channels.find((one) => one in contents) ?? "email";
    const locales = Object.keys(contents[channel] ?? {});
    const locale = place.locale !== undefined && locales.includes(place.locale) ? place.locale : (locales[0] ?? "en");
    const beside = place.beside !== undefined && place.beside !== locale && locales.includes(place.beside) ? place.beside : undefined;
    const problem = save.error instanceof ApiProblem ? save.error : undefined;
    const isKept = JSON.stringify(contents) === kept.current;
    const write = (to: string) => (field: string) => (value: string) => setContents((now) => withField(now, channel, to, field, value));
    // What stands in its field already needs no second sentence above, which would move the field away.
    const seen = [locale, ...(beside === undefined ? [] : [beside])].map((one) => `/contents/${channel}/${one}/`);
    const isSeen = problem !== undefined && problem.fields.length > 0 && problem.besides(seen).length === 0;
    const state = save.isError ? (
        <span className={styles.state} data-tone="bad">
            <CircleAlert size={14} aria-hidden />
            {t("template.notSaved")}
        </span>
    ) : isKept && !save.isPending ? (
        <span className={styles.state}>
            <Check size={14} aria-hidden />
            {t("saved")}
        </span>
    ) : (
        <span className={styles.state}>
            <Ellipsis size={14} aria-hidden />
            {t("template.saving")}
        </span>
    );
    const isDraft = template.version !== template.publishedVersion;
    return (
        <Page
            title={template.name}
            lead={
                <div className={look.line}>
                    {back}
                    <code>{template.key}</code>
                    <Published version={template.publishedVersion} />
                    {isDraft && template.publishedVersion != null && <span className={look.dim}>{t("template.draftN", { count: template.version })}</span>}
                    <span role="status" className={styles.status}>
                        {state}
                    </span>
                </div>
            }
            actions={
                <>
                    {actions}
                    <Button variant="default" leftSection={<FlaskConical size={14} />} disabled={!isKept || save.isError} onClick={() => setDialog("test")}>
                        {t("template.test")}
                    </Button>
                    <Button leftSection={<Upload size={14} />} disabled={!isKept || save.isError || !isDraft} onClick={() => setDialog("publish")}>
                        {t("template.review")}
                    </Button>
                </>
            }
        >
            <div className={styles.bar}>
                <NativeSelect label={t("channel")} value={channel} onChange={(event) => onPlace({ channel: event.currentTarget.value })}>
                    {channels.map((one) => (
                        <option key={one} value={one}>
                            {wordOf(t, "channel", one)}
                            {one in contents ? "" : ` – ${t("template.notWritten")}`}
                        </option>
                    ))}
                </NativeSelect>
                {locales.length > 0 && (
                    <>
                        <NativeSelect label={t("locale")} value={locale} data={locales} onChange={(event) => onPlace({ channel, locale: event.currentTarget.value })} />
                        {locales.length > 1 && (
                            <NativeSelect label={t("template.beside")} value={beside ?? ""} onChange={(event) => onPlace({ channel, locale, ...(event.currentTarget.value !== "" && { beside: event.currentTarget.value }) })}>
                                <option value="">{t("template.besideNone")}</option>
                                {locales
                                    .filter((one) => one !== locale)
                                    .map((one) => (
                                        <option key={one} value={one}>
                                            {one}
                                        </option>
                                    ))}
                            </NativeSelect>
                        )}
                        <AddLocale
                            onAdd={(added) => {
                                if (!locales.includes(added)) setContents((now) => ({ ...now, [channel]: { ...now[channel], [added]: { ...now[channel]?.[locale] } } }));
                                onPlace({ channel, locale: added, ...(added !== locale && { beside: locale }) });
                            }}
                        />
                    </>
                )}
            </div>
            {!isSeen && <Refused error={save.error} known={seen} />}
            {locales.length === 0 ? (
                <Card>
                    <Empty
                        title={t("template.noChannel", { channel: wordOf(t, "channel", channel) })}
                        action={
                            <Button variant="default" onClick={() => setContents((now) => ({ ...now, [channel]: { en: starter(channel, template.name) } }))}>
                                {t("template.write")}
                            </Button>
                        }
                    >
                        {t("template.noChannelWhy")}
                    </Empty>
                </Card>
            ) : (
                <div className={styles.columns} data-beside={beside !== undefined}>
                    <Card title={`${wordOf(t, "channel", channel)} · ${locale}`}>
                        <Fields key={`${channel} ${locale}`} channel={channel} locale={locale} content={contents[channel]?.[locale] ?? {}} problem={problem} onChange={write(locale)} />
                    </Card>
                    {beside !== undefined && (
                        <Card title={`${wordOf(t, "channel", channel)} · ${beside}`}>
                            <Fields key={`${channel} ${beside}`} channel={channel} locale={beside} content={contents[channel]?.[beside] ?? {}} problem={problem} onChange={write(beside)} />
                        </Card>
                    )}
                    <Preview tenant={tenant} template={template} channel={channel} locale={locale} />
                </div>
            )}
            {dialog === "publish" && <Publish tenant={tenant} template={template} onClose={() => setDialog(undefined)} />}
            {dialog === "test" && <TestSend tenant={tenant} template={template} channel={channel} locale={locale} onClose={() => setDialog(undefined)} />}
            {!isDraft && (
                <p className={styles.hint}>
                    <CircleCheck size={14} aria-hidden />
                    {t("template.allPublished")}
                </p>
            )}
        </Page>
    );
}

interface FieldsProps {
    channel: string;
    locale: string;
    content: Record<string, unknown>;
    problem: ApiProblem | undefined;
    onChange: (field: string) => (value: string) => void;
}

function Fields({ channel, locale, content, problem, onChange }: FieldsProps) {
    const { t } = useWords();
    return (
        <div className={styles.fields}>
            {fieldsOf(channel, content).map(({ name, long }) => {
                const label = wordOf(t, "field", name);
                const wrong = problem?.of(`/contents/${channel}/${locale}/${name}`);
                const value = typeof content[name] === "string" ? content[name] : "";
                if (!long) return <TextInput key={name} label={label} value={value} onChange={(event) => onChange(name)(event.currentTarget.value)} error={wrong === undefined ? undefined : faultOf(wrong).reason} />;
                const found = wrong === undefined ? undefined : faultOf(wrong);
                return (
                    <div key={name}>
                        <p className={styles.label} aria-hidden>
                            {label}
                        </p>
                        <Suspense fallback={<Textarea aria-label={`${label} (${locale})`} className={styles.json} autosize minRows={4} maxRows={24} value={value} onChange={(event) => onChange(name)(event.currentTarget.value)} error={found?.reason} />}>
                            <Code label={`${label} (${locale})`} value={value} onChange={onChange(name)} fault={found} />
                        </Suspense>
                    </div>
                );
            })}
        </div>
    );
}

function AddLocale({ onAdd }: { onAdd: (locale: string) => void }) {
    const { t } = useWords();
    const [text, setText] = useState("");
    const isWrong = text.trim() !== "" && !/^[a-zA-Z]{2,3}(-[a-zA-Z0-9]{2,8})*$/.test(text.trim());
    return (
        <form
            className={styles.addLocale}
            onSubmit={(event) => {
                event.preventDefault();
                if (text.trim() === "" || isWrong) return;
                onAdd(text.trim());
                setText("");
            }}
        >
            <TextInput label={t("template.addLocale")} placeholder="fr-CA" value={text} onChange={(event) => setText(event.currentTarget.value)} error={isWrong} />
            <Button type="submit" variant="default" leftSection={<Plus size={14} />}>
                {t("add")}
            </Button>
        </form>
    );
}
