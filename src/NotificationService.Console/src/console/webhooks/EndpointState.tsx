import { Ban, CheckCheck, CircleCheck, CircleX, Clock, TriangleAlert } from "lucide-react";
import { Mark } from "../look/Status.tsx";
import { useWords, wordOf } from "../words/index.ts";
import type { Endpoint } from "./queries.ts";

export function EndpointState({ endpoint }: { endpoint: Endpoint }) {
    const { t } = useWords();
    if (!endpoint.enabled)
        return (
            <Mark tone={endpoint.disabledAt == null ? "neutral" : "bad"} icon={CircleX}>
                {t("provider.off")}
            </Mark>
        );
    if (endpoint.failingSince != null)
        return (
            <Mark tone="warn" icon={TriangleAlert}>
                {t("webhook.failing")}
            </Mark>
        );
    return (
        <Mark tone="good" icon={CircleCheck}>
            {t("webhook.on")}
        </Mark>
    );
}

const marks = { pending: { tone: "progress", icon: Clock }, delivered: { tone: "good", icon: CheckCheck }, failed: { tone: "bad", icon: CircleX }, dropped: { tone: "neutral", icon: Ban } } as const;

export function MessageState({ status }: { status: string }) {
    const { t } = useWords();
    const mark = marks[status as keyof typeof marks] ?? marks.pending;
    return (
        <Mark tone={mark.tone} icon={mark.icon}>
            {wordOf(t, "webhookState", status)}
        </Mark>
    );
}
