import { Button, Modal } from "@mantine/core";
import { useMutation } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { useWords } from "../words/index.ts";
import styles from "./look.module.css";
import { Refused } from "./States.tsx";

/** For what cannot be undone: says what will happen, and its button says the same. What went wrong stays in the dialog. */
export function Confirm({ open, title, children, action, danger = false, onClose, onConfirm }: { open: boolean; title: string; children: ReactNode; action: string; danger?: boolean; onClose: () => void; onConfirm: () => Promise<unknown> }) {
    const { t } = useWords();
    const act = useMutation({ mutationFn: onConfirm, onSuccess: onClose });
    const close = () => {
        act.reset();
        onClose();
    };
    return (
        <Modal opened={open} onClose={close} title={title} closeButtonProps={{ "aria-label": t("close") }}>
            <div className={styles.stack}>
                {children}
                <Refused error={act.error} />
                <div className={styles.dialogActions}>
                    <Button variant="default" onClick={close}>
                        {t("keep")}
                    </Button>
                    <Button color={danger ? "red" : "accent"} loading={act.isPending} onClick={() => act.mutate()}>
                        {action}
                    </Button>
                </div>
            </div>
        </Modal>
    );
}
