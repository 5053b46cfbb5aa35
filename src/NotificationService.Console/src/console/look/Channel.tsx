import { Bell, Inbox, type LucideIcon, Mail, MessageCircle, MessageSquare } from "lucide-react";
import { useWords, wordOf } from "../words/index.ts";
import styles from "./look.module.css";

export const channels = ["email", "sms", "push", "whatsapp", "in_app"] as const;
export type ChannelName = (typeof channels)[number];

const icons: Record<string, LucideIcon> = { email: Mail, sms: MessageSquare, push: Bell, whatsapp: MessageCircle, in_app: Inbox };

export function ChannelIcon({ channel, size = 14 }: { channel: string; size?: number }) {
    const Icon = icons[channel] ?? Bell;
    return <Icon size={size} aria-hidden />;
}

export function Channel({ channel }: { channel: string }) {
    const { t } = useWords();
    return (
        <span className={styles.channel}>
            <ChannelIcon channel={channel} />
            {wordOf(t, "channel", channel)}
        </span>
    );
}
