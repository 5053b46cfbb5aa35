import { Button } from "@mantine/core";
import { type ErrorComponentProps, useRouter } from "@tanstack/react-router";
import { MapPinOff } from "lucide-react";
import { Empty, Failed } from "../look/States.tsx";
import { useWords } from "../words/index.ts";

/** An address that leads nowhere. */
export function Lost() {
    const { t } = useWords();
    return (
        <main>
            <Empty
                icon={MapPinOff}
                title={t("lost")}
                action={
                    <Button component="a" href="/" variant="default">
                        {t("lostHome")}
                    </Button>
                }
            >
                {t("lostWhy")}
            </Empty>
        </main>
    );
}

/** A page that could not be shown at all. */
export function Broken({ error, reset }: ErrorComponentProps) {
    const router = useRouter();
    return (
        <Failed
            error={error}
            onRetry={() => {
                reset();
                void router.invalidate();
            }}
        />
    );
}
