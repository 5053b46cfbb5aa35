import { ActionIcon, Button, Tooltip } from "@mantine/core";
import { Check, Copy as CopyIcon } from "lucide-react";
import { useEffect, useState } from "react";
import { useWords } from "../words/index.ts";

function useCopy(text: string): [boolean, () => void] {
    const [copied, setCopied] = useState(false);
    useEffect(() => {
        if (!copied) return;
        const timer = setTimeout(() => setCopied(false), 2_000);
        return () => clearTimeout(timer);
    }, [copied]);
    return [copied, () => void navigator.clipboard.writeText(text).then(() => setCopied(true))];
}

export function CopyIconButton({ text, label }: { text: string; label: string }) {
    const { t } = useWords();
    const [copied, copy] = useCopy(text);
    return (
        <Tooltip label={copied ? t("copied") : label}>
            <ActionIcon variant="subtle" color="gray" size={24} aria-label={copied ? t("copied") : label} onClick={copy}>
                {copied ? <Check size={14} /> : <CopyIcon size={14} />}
            </ActionIcon>
        </Tooltip>
    );
}

export function CopyButton({ text, children }: { text: string; children: string }) {
    const { t } = useWords();
    const [copied, copy] = useCopy(text);
    return (
        <Button variant="default" leftSection={copied ? <Check size={14} /> : <CopyIcon size={14} />} onClick={copy}>
            {copied ? t("copied") : children}
        </Button>
    );
}
