import { Button } from "@mantine/core";
import { useInfiniteQuery } from "@tanstack/react-query";
import { getRouteApi, Link, useNavigate } from "@tanstack/react-router";
import { FlaskConical } from "lucide-react";
import type { Schema } from "../api/client.ts";
import { Channel, channels } from "../look/Channel.tsx";
import { Content, type Rendered } from "../look/Content.tsx";
import { Choice } from "../look/Filters.tsx";
import { itemsOf, Listed, RefreshButton } from "../look/List.tsx";
import look from "../look/look.module.css";
import { Moment } from "../look/Moment.tsx";
import { Card, Page } from "../look/Page.tsx";
import { pagesOf } from "../look/pages.ts";
import { api } from "../session/browser.ts";
import { useWords, wordOf } from "../words/index.ts";
import styles from "./sandbox.module.css";

type Message = Schema<"SandboxMessageResponse">;

const route = getRouteApi("/t/$tenant/sandbox");

const contentOf = (message: Message): Rendered => (message.message !== null && typeof message.message === "object" ? (message.message as Rendered) : {});
const titleOf = ({ subject, title, text, body }: Rendered): string => subject ?? title ?? text ?? body ?? "";

/** What the sandbox would have sent: the newest is shown as its recipient would see it. */
export function SandboxPage() {
    const { t } = useWords();
    const { tenant } = route.useParams();
    const { channel, message } = route.useSearch();
    const navigate = useNavigate();
    const go = (search: { channel?: string; message?: string }) => void navigate({ to: "/t/$tenant/sandbox", params: { tenant }, search, replace: search.message !== undefined });
    const list = useInfiniteQuery(pagesOf([tenant, "sandbox", channel], (place, signal) => api.get("/api/v1/admin/sandbox/messages", { query: { channel, limit: 50, ...place }, signal })));
    const items = itemsOf(list);
    const shown = items.find((one) => one.id === message) ?? items[0];
    const within = channel === undefined ? {} : { channel };
    return (
        <Page title={t("nav.sandbox")} lead={<p className={look.dim}>{t("sandboxWhat")}</p>} actions={<RefreshButton list={list} />}>
            <div className={styles.columns}>
                <Card flush>
                    <search className={look.filters}>
                        <Choice label="channel" value={channel} options={channels.filter((one) => one !== "in_app")} family="channel" onChange={(value) => go(value === "" ? {} : { channel: value })} />
                    </search>
                    <Listed list={list} hidden={channel === undefined ? 0 : 1} onClear={() => go({})} empty={{ icon: FlaskConical, title: t("sandbox.none"), why: t("sandbox.noneWhy") }} waiting={{ rows: 6, height: 60 }}>
                        {() => (
                            <>
                                <ul aria-label={t("nav.sandbox")} className={styles.list}>
                                    {items.map((item) => (
                                        <li key={item.id}>
                                            <button type="button" className={styles.item} aria-pressed={item.id === shown?.id} onClick={() => go({ ...within, message: item.id })}>
                                                <span className={look.line} data-split="true">
                                                    <b className={look.clip}>{item.to}</b>
                                                    <span className={look.dim}>
                                                        <Moment at={item.createdAt} />
                                                    </span>
                                                </span>
                                                <span className={look.line} data-split="true">
                                                    <span className={`${look.dim} ${look.clip}`}>{titleOf(contentOf(item))}</span>
                                                    <Channel channel={item.channel} />
                                                </span>
                                            </button>
                                        </li>
                                    ))}
                                </ul>
                                {list.hasNextPage && (
                                    <div className={styles.more}>
                                        <Button variant="default" fullWidth loading={list.isFetchingNextPage} onClick={() => void list.fetchNextPage()}>
                                            {t("showMore")}
                                        </Button>
                                    </div>
                                )}
                            </>
                        )}
                    </Listed>
                </Card>
                {shown && (
                    <section className={styles.shown} aria-label={t("preview")}>
                        <Card>
                            <div className={look.line}>
                                <Channel channel={shown.channel} />
                                <b>{shown.to}</b>
                                <Moment at={shown.createdAt} focusable />
                                <span className={look.dim}>{t("playedOutcome", { outcome: wordOf(t, "sandboxOutcome", shown.outcome) })}</span>
                                <Link to="/t/$tenant/notifications/$id" params={{ tenant, id: shown.notificationId }}>
                                    {t("notification")}
                                </Link>
                            </div>
                            <Content channel={shown.channel} content={contentOf(shown)} />
                        </Card>
                    </section>
                )}
            </div>
        </Page>
    );
}
