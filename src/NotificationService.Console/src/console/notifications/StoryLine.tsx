import { Tooltip } from "@mantine/core";
import type { Schema } from "../api/client.ts";
import { Channel } from "../look/Channel.tsx";
import { statuses } from "../look/Status.tsx";
import { clock, duration, exactly } from "../words/formats.ts";
import { useWords, wordOf } from "../words/index.ts";
import styles from "./notifications.module.css";
import { storyOf } from "./story.ts";

/** One line for each channel, waits to scale, long ones folded. The same as a list for who does not see the line. */
export function StoryLine({ items }: { items: readonly Schema<"TimelineItem">[] }) {
    const { t, locale } = useWords();
    const story = storyOf(items);
    if (story.channels.length === 0) return null;
    return (
        <div className={styles.story}>
            {story.channels.map(({ channel, deliveryId, moments }) => (
                <div key={deliveryId} className={styles.lane}>
                    <Channel channel={channel} />
                    <ol className={styles.track} aria-label={t("timelineOf", { channel: wordOf(t, "channel", channel) })}>
                        <li aria-hidden className={styles.span} style={{ insetInlineStart: `${(moments[0]?.place ?? 0) * 100}%`, width: `${((moments.at(-1)?.place ?? 0) - (moments[0]?.place ?? 0)) * 100}%` }} />
                        {moments.map((moment) => {
                            const { tone, icon: Icon } = statuses[moment.item.status] ?? { tone: "neutral" as const, icon: undefined };
                            const word = wordOf(t, "status", moment.item.status);
                            return (
                                <li key={moment.item.sequence} style={{ insetInlineStart: `${moment.place * 100}%` }}>
                                    <Tooltip label={`${word} · ${exactly(moment.item.at, locale)}`}>
                                        <span className={styles.dot} data-tone={tone} tabIndex={0} role="img" aria-label={`${word}, ${exactly(moment.item.at, locale)}`}>
                                            {Icon && <Icon size={12} aria-hidden />}
                                        </span>
                                    </Tooltip>
                                </li>
                            );
                        })}
                        {story.waits
                            .filter((wait) => wait.to <= (moments.at(-1)?.place ?? 0) + 0.001)
                            .map((wait) => (
                                <li key={wait.from} className={styles.wait} style={{ insetInlineStart: `${wait.from * 100}%`, width: `${(wait.to - wait.from) * 100}%` }}>
                                    <span>{duration(wait.milliseconds, locale)}</span>
                                </li>
                            ))}
                    </ol>
                </div>
            ))}
            <div className={styles.axis}>
                <span>{clock(new Date(story.start).toISOString(), locale)}</span>
                <span>{t("tookInAll", { time: duration(story.end - story.start, locale) })}</span>
                <span>{clock(new Date(story.end).toISOString(), locale)}</span>
            </div>
        </div>
    );
}
