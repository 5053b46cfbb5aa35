import { Button } from "@mantine/core";
import { useInfiniteQuery, useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { CircleCheck, GitCompare, History, RotateCcw, Undo2 } from "lucide-react";
import { type ReactNode, useState } from "react";
import { List } from "../look/List.tsx";
import look from "../look/look.module.css";
import { Moment } from "../look/Moment.tsx";
import { Card, Page } from "../look/Page.tsx";
import type { Column } from "../look/Rows.tsx";
import { Failed, Refused, Waiting } from "../look/States.tsx";
import { Mark } from "../look/Status.tsx";
import { api } from "../session/browser.ts";
import { useWords, wordOf } from "../words/index.ts";
import { diffQuery, type Template, type TemplateVersion, versionsQuery } from "./queries.ts";
import styles from "./templates.module.css";

interface VersionsProps {
    tenant: string;
    template: Template;
    /** Whose difference to the one before is shown. */
    version: number | undefined;
    back: ReactNode;
    actions: ReactNode;
    onShow: (version: number | undefined) => void;
}

/** Who wrote what, and when; each can be sent with again, and that can be taken back. */
export function Versions({ tenant, template, version, back, actions, onShow }: VersionsProps) {
    const { t } = useWords();
    const client = useQueryClient();
    const list = useInfiniteQuery(versionsQuery(tenant, template.key));
    const [undo, setUndo] = useState<number>();
    const rollBack = useMutation({
        mutationFn: async (to: number) => {
            const before = template.publishedVersion ?? undefined;
            await api.post("/api/v1/admin/templates/{template}/rollback", { path: { template: template.key }, body: { version: to } });
            await Promise.all([client.invalidateQueries({ queryKey: [tenant, "template", template.key] }), client.invalidateQueries({ queryKey: [tenant, "template-versions", template.key] }), client.invalidateQueries({ queryKey: [tenant, "templates"] })]);
            return before;
        },
        onSuccess: (before) => setUndo(before),
    });
    const status = (item: TemplateVersion) =>
        item.version === template.publishedVersion ? (
            <Mark tone="good" icon={CircleCheck}>
                {t("template.inUse")}
            </Mark>
        ) : (
            <span className={look.dim}>{t(item.publishedAt == null ? "template.draft" : "template.superseded")}</span>
        );
    const deeds = (item: TemplateVersion) => (
        <span className={styles.deeds}>
            {item.version > 1 && (
                <Button variant="subtle" size="compact-sm" leftSection={<GitCompare size={14} />} aria-pressed={version === item.version} onClick={() => onShow(version === item.version ? undefined : item.version)}>
                    {t("template.changes")}
                </Button>
            )}
            {item.publishedAt != null && item.version !== template.publishedVersion && (
                <Button variant="subtle" size="compact-sm" leftSection={<RotateCcw size={14} />} loading={rollBack.isPending && rollBack.variables === item.version} onClick={() => rollBack.mutate(item.version)}>
                    {t("template.rollBack")}
                </Button>
            )}
        </span>
    );
    const author = (item: TemplateVersion) => item.author?.name ?? (item.author ? wordOf(t, "actor", item.author.kind) : "–");
    const columns: Column<TemplateVersion>[] = [
        { key: "version", title: t("version"), width: "80px", cell: (item) => <b>{item.version}</b> },
        { key: "status", title: t("status"), width: "132px", cell: status },
        { key: "note", title: t("note"), width: "2fr", cell: (item) => item.note ?? <span className={look.dim}>–</span> },
        { key: "author", title: t("actor"), width: "1fr", cell: author },
        { key: "at", title: t("time"), width: "112px", cell: (item) => <Moment at={item.publishedAt ?? item.createdAt} /> },
        { key: "deeds", title: t("action"), quiet: true, width: "300px", align: "end", cell: deeds },
    ];
    return (
        <Page title={template.name} lead={back} actions={actions}>
            {undo !== undefined && rollBack.isSuccess && (
                <div className={styles.notice} role="status">
                    <CircleCheck size={16} aria-hidden />
                    <span>{t("template.rolledBack", { count: template.publishedVersion ?? 0 })}</span>
                    <Button variant="default" size="compact-sm" leftSection={<Undo2 size={14} />} onClick={() => rollBack.mutate(undo)}>
                        {t("undo")}
                    </Button>
                </div>
            )}
            <Refused error={rollBack.error} />
            <Card flush title={t("template.versions")}>
                <List
                    list={list}
                    label={t("template.versions")}
                    id={(item) => String(item.version)}
                    columns={columns}
                    empty={{ icon: History, title: t("template.noVersions"), why: t("template.noVersionsWhy") }}
                    card={(item) => (
                        <>
                            <div className={look.line} data-split="true">
                                <b>{t("versionN", { count: item.version })}</b>
                                {status(item)}
                            </div>
                            <div className={look.line} data-split="true">
                                <span className={`${look.dim} ${look.clip}`}>{item.note ?? author(item)}</span>
                                <span className={look.dim}>
                                    <Moment at={item.publishedAt ?? item.createdAt} />
                                </span>
                            </div>
                            {deeds(item)}
                        </>
                    )}
                />
            </Card>
            {version !== undefined && version > 1 && (
                <Card title={t("template.changesOf", { from: version - 1, to: version })}>
                    <Diff tenant={tenant} template={template.key} from={version - 1} to={version} />
                </Card>
            )}
        </Page>
    );
}

const signs: Record<string, string> = { added: "+", removed: "−" };

/** Line by line; a sign stands beside the colour. */
export function Diff({ tenant, template, from, to }: { tenant: string; template: string; from: number; to: number }) {
    const { t } = useWords();
    const query = useQuery(diffQuery(tenant, template, from, to));
    if (query.isPending) return <Waiting rows={3} />;
    if (query.data === undefined) return <Failed error={query.error} onRetry={() => void query.refetch()} />;
    const { fields, layout } = query.data;
    if (fields.length === 0 && !layout) return <p className={look.dim}>{t("template.noChanges")}</p>;
    return (
        <div className={styles.diffs}>
            {layout && (
                <p>
                    {t("template.layout")}: {layout.before ?? "–"} → {layout.after ?? "–"}
                </p>
            )}
            {fields.map((field) => (
                <section key={`${field.channel} ${field.locale} ${field.field}`} aria-label={`${wordOf(t, "channel", field.channel)} ${field.locale} ${field.field}`}>
                    <p className={look.dim}>
                        {wordOf(t, "channel", field.channel)} · {field.locale} · {wordOf(t, "field", field.field)}
                    </p>
                    <pre className={styles.diff} tabIndex={0}>
                        {field.lines.map((line, index) => (
                            <span key={index} data-kind={line.kind}>
                                {signs[line.kind] ?? " "} {line.text}
                                {"\n"}
                            </span>
                        ))}
                    </pre>
                </section>
            ))}
        </div>
    );
}
