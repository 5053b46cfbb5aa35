import { NativeSelect, Textarea } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { TriangleAlert } from "lucide-react";
import { useState } from "react";
import { Content } from "../look/Content.tsx";
import look from "../look/look.module.css";
import { Card } from "../look/Page.tsx";
import { Refused, Waiting } from "../look/States.tsx";
import { readMore } from "../send/request.ts";
import { api } from "../session/browser.ts";
import { useWords } from "../words/index.ts";
import { exampleData } from "./contents.ts";
import type { Template } from "./queries.ts";
import styles from "./templates.module.css";

const written = (data: unknown) => JSON.stringify(data ?? {}, null, 2);

/** The service's own rendering of the draft, with a sample's data or with data of one's own. */
export function Preview({ tenant, template, channel, locale }: { tenant: string; template: Template; channel: string; locale: string }) {
    const { t } = useWords();
    const samples = template.samples ?? [];
    const [sample, setSample] = useState(samples[0]?.name ?? "");
    const [own, setOwn] = useState<string>();
    const text = own ?? written(samples.find((one) => one.name === sample)?.data ?? exampleData(template.variables));
    const [settled] = useDebouncedValue(text, 250);
    const data = readMore(settled);
    const query = useQuery({
        queryKey: [tenant, "template-preview", template.key, template.version, template.updatedAt, JSON.stringify(template.contents), channel, locale, settled],
        queryFn: ({ signal }) => api.post("/api/v1/admin/templates/{template}/preview", { path: { template: template.key }, body: { data: data ?? {}, locale, channels: [channel] }, signal }),
        enabled: data !== undefined,
        placeholderData: keepPreviousData,
        retry: false,
        staleTime: Number.POSITIVE_INFINITY,
    });
    const shown = query.data?.channels[channel];
    const warnings = shown?.warnings ?? [];
    const missing = query.data?.missingVariables ?? [];
    return (
        <section aria-label={t("preview")} className={styles.preview}>
            <Card title={t("preview")} actions={shown && <span className={look.dim}>{shown.segments == null ? shown.locale : `${shown.locale} · ${t("segmentCount", { count: shown.segments })}`}</span>}>
                {query.error && <Refused error={query.error} />}
                {query.isPending && !query.error && <Waiting rows={3} height={64} />}
                {shown && (
                    <div className={styles.rendered} data-old={query.isPlaceholderData || query.isError}>
                        <Content channel={channel} content={shown} />
                    </div>
                )}
                {(missing.length > 0 || warnings.length > 0) && (
                    <ul className={styles.warnings}>
                        {missing.length > 0 && (
                            <li>
                                <TriangleAlert size={14} aria-hidden />
                                <span>{t("template.missing", { names: missing.join(", ") })}</span>
                            </li>
                        )}
                        {warnings.map((warning) => (
                            <li key={`${warning.code} ${warning.field} ${warning.message}`}>
                                <TriangleAlert size={14} aria-hidden />
                                <span>{warning.message}</span>
                            </li>
                        ))}
                    </ul>
                )}
                <details className={look.details}>
                    <summary>{t("template.data")}</summary>
                    <div className={look.stack}>
                        {samples.length > 0 && (
                            <NativeSelect
                                label={t("template.sample")}
                                value={own === undefined ? sample : ""}
                                onChange={(event) => {
                                    setSample(event.currentTarget.value);
                                    setOwn(undefined);
                                }}
                            >
                                {samples.map((one) => (
                                    <option key={one.name} value={one.name}>
                                        {one.name}
                                    </option>
                                ))}
                                <option value="">{t("template.ownData")}</option>
                            </NativeSelect>
                        )}
                        <Textarea label={t("data")} autosize minRows={3} maxRows={16} className={styles.json} value={text} onChange={(event) => setOwn(event.currentTarget.value)} error={readMore(text) === undefined ? t("moreDataWrong") : undefined} />
                    </div>
                </details>
            </Card>
        </section>
    );
}
