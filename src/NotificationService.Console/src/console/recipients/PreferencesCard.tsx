import { Button, Checkbox, CloseButton, UnstyledButton } from "@mantine/core";
import "@mantine/core/styles/InlineInput.css";
import "@mantine/core/styles/Checkbox.css";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Check, Minus, X } from "lucide-react";
import { useState } from "react";
import { ApiProblem } from "../api/problem.ts";
import { channels } from "../look/Channel.tsx";
import look from "../look/look.module.css";
import { Card, Facts } from "../look/Page.tsx";
import { Failed, Refused, Waiting } from "../look/States.tsx";
import { api } from "../session/browser.ts";
import { useWords, wordOf } from "../words/index.ts";
import { nextOpinion, type Opinion, opinionAt, type Place, withOpinion } from "./opinions.ts";
import { categoriesQuery, type Preferences, preferencesQuery } from "./queries.ts";
import styles from "./recipients.module.css";

/** What a person wants to be sent. Test and live accounts share it, and only live ones change it. */
export function PreferencesCard({ tenant, userId, mayChange }: { tenant: string; userId: string; mayChange: boolean }) {
    const { t } = useWords();
    const query = useQuery(preferencesQuery(tenant, userId));
    if (query.data === undefined) return <Card title={t("preferences")}>{query.isPending ? <Waiting rows={3} /> : <Failed error={query.error} onRetry={() => void query.refetch()} />}</Card>;
    // Made anew when somebody else has saved meanwhile.
    return <Matrix key={query.data.version} tenant={tenant} userId={userId} saved={query.data} mayChange={mayChange} />;
}

function Matrix({ tenant, userId, saved, mayChange }: { tenant: string; userId: string; saved: Preferences; mayChange: boolean }) {
    const { t, locale } = useWords();
    const client = useQueryClient();
    const [wanted, setWanted] = useState(saved);
    const categories = useQuery(categoriesQuery(tenant));
    const known = categories.data ?? [];
    const keys = [...new Set([...known.map((category) => category.key), ...Object.keys(wanted.categories)])];
    const changed = JSON.stringify(wanted) !== JSON.stringify(saved);
    const save = useMutation({
        mutationFn: () => {
            const { version, paused, pausedUntil, channels, categories, topics, optOuts, quietHours } = wanted;
            return api.put("/api/v1/services/recipients/{userId}/preferences", { path: { userId }, body: { version, paused, channels, categories, topics, optOuts, ...(pausedUntil && paused && { pausedUntil }), ...(quietHours && { quietHours }) } as never });
        },
        onSuccess: (now) => client.setQueryData(preferencesQuery(tenant, userId).queryKey, now),
    });
    const stale = save.error instanceof ApiProblem && save.error.code === "version_stale";
    const cell = (place: Place, row: string, column: string) => (
        <td key={place.channel ?? "any"}>
            <Cell label={`${row}, ${column}`} opinion={opinionAt(wanted, place)} onChange={mayChange ? (opinion) => setWanted(withOpinion(wanted, place, opinion)) : undefined} />
        </td>
    );
    return (
        <Card title={t("preferences")} actions={saved.version === 0 ? <span className={look.dim}>{t("preferences.never")}</span> : undefined}>
            <Checkbox label={t("preferences.paused")} description={t("preferences.pausedWhy")} checked={wanted.paused} disabled={!mayChange} onChange={(event) => setWanted({ ...wanted, paused: event.currentTarget.checked })} />
            <section className={styles.scroll} aria-label={t("preferences")} tabIndex={mayChange ? undefined : 0}>
                <table className={styles.matrix}>
                    <thead>
                        <tr>
                            <th scope="col">{t("category")}</th>
                            <th scope="col">{t("preferences.anyChannel")}</th>
                            {channels.map((channel) => (
                                <th scope="col" key={channel}>
                                    {wordOf(t, "channel", channel)}
                                </th>
                            ))}
                        </tr>
                    </thead>
                    <tbody>
                        <tr>
                            <th scope="row">{t("preferences.everything")}</th>
                            <td />
                            {channels.map((channel) => cell({ channel }, t("preferences.everything"), wordOf(t, "channel", channel)))}
                        </tr>
                        {keys.map((key) => {
                            const category = known.find((one) => one.key === key);
                            const name = category?.name ?? key;
                            return (
                                <tr key={key}>
                                    <th scope="row" title={key}>
                                        <span className={look.clip}>{name}</span>
                                        {category?.critical && <span className={look.dim}> · {t("preferences.always")}</span>}
                                    </th>
                                    {cell({ category: key }, name, t("preferences.anyChannel"))}
                                    {channels.map((channel) => cell({ category: key, channel }, name, wordOf(t, "channel", channel)))}
                                </tr>
                            );
                        })}
                    </tbody>
                </table>
            </section>
            {wanted.optOuts.length > 0 && (
                <div className={styles.optOuts}>
                    <span className={look.dim}>{t("preferences.optOuts")}</span>
                    {wanted.optOuts.map((scope) => (
                        <span key={scope} className={styles.optOut}>
                            {scope}
                            {mayChange && <CloseButton size={24} aria-label={t("preferences.removeOptOut", { scope })} onClick={() => setWanted({ ...wanted, optOuts: wanted.optOuts.filter((one) => one !== scope) })} />}
                        </span>
                    ))}
                </div>
            )}
            <Facts
                items={[
                    [t("preferences.pausedUntil"), wanted.paused && wanted.pausedUntil ? new Intl.DateTimeFormat(locale, { dateStyle: "medium", timeStyle: "short" }).format(new Date(wanted.pausedUntil)) : undefined],
                    [t("preferences.quiet"), wanted.quietHours?.windows?.map((window) => `${window.days?.join(" ") ?? ""} ${window.from}–${window.until}`.trim()).join("; ")],
                    [t("timezone"), wanted.quietHours?.timezone],
                ]}
            />
            <Refused error={save.error} sentence={stale ? t("preferences.stale") : undefined} />
            {mayChange && (
                <div className={styles.act}>
                    <Button disabled={!changed || stale} loading={save.isPending} onClick={() => save.mutate()}>
                        {t("preferences.save")}
                    </Button>
                    {changed && (
                        <Button
                            variant="default"
                            onClick={() => {
                                setWanted(saved);
                                save.reset();
                                if (stale) void client.invalidateQueries({ queryKey: preferencesQuery(tenant, userId).queryKey });
                            }}
                        >
                            {t("bulk.discard")}
                        </Button>
                    )}
                    <p className={look.dim}>{t("preferences.how")}</p>
                </div>
            )}
        </Card>
    );
}

const marks = { yes: Check, no: X, none: Minus } as const;

function Cell({ label, opinion, onChange }: { label: string; opinion: Opinion; onChange: ((opinion: Opinion) => void) | undefined }) {
    const { t } = useWords();
    const said = opinion === undefined ? "none" : opinion ? "yes" : "no";
    const Icon = marks[said];
    const words = `${label}: ${t(`opinion.${said}`)}`;
    if (onChange === undefined)
        return (
            <span className={styles.cell} data-said={said} role="img" aria-label={words} title={words}>
                <Icon size={14} aria-hidden />
            </span>
        );
    return (
        <UnstyledButton className={styles.cell} data-said={said} aria-label={words} title={words} onClick={() => onChange(nextOpinion(opinion))}>
            <Icon size={14} aria-hidden />
        </UnstyledButton>
    );
}
