import { CircleCheck, CircleX, TriangleAlert } from "lucide-react";
import type { Schema } from "../api/client.ts";
import { Mark } from "../look/Status.tsx";
import { useWords } from "../words/index.ts";

export type Provider = Schema<"ConfiguredProviderResponse">;

/** Whether it can send. */
export function ProviderState({ provider }: { provider: Provider }) {
    const { t } = useWords();
    if (!provider.enabled)
        return (
            <Mark tone="neutral" icon={CircleX}>
                {t("provider.off")}
            </Mark>
        );
    if (provider.parked || !provider.usable)
        return (
            <Mark tone="bad" icon={TriangleAlert}>
                {t(provider.parked ? "provider.suspended" : "provider.unusable")}
            </Mark>
        );
    return (
        <Mark tone="good" icon={CircleCheck}>
            {t("provider.ready")}
        </Mark>
    );
}
