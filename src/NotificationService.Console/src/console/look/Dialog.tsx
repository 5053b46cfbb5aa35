import { Button, Modal } from "@mantine/core";
import type { ReactNode } from "react";
import { useWords } from "../words/index.ts";
import styles from "./look.module.css";
import { Refused } from "./States.tsx";

/** Stands over the page as long as it is drawn. Escape and the cross close it. */
export function Dialog({ title, size, onClose, children }: { title: ReactNode; size?: "lg" | "xl"; onClose: () => void; children: ReactNode }) {
    const { t } = useWords();
    return (
        <Modal opened onClose={onClose} title={title} closeButtonProps={{ "aria-label": t("close") }} {...(size !== undefined && { size })}>
            {children}
        </Modal>
    );
}

type FormProps = {
    children: ReactNode;
    /** What the service said last. Fields in `known` show their own; the rest stands above the buttons. */
    error: Error | null;
    known?: string[];
    action: string;
    isPending: boolean;
    disabled?: boolean;
    /** Further buttons, before the last ones. */
    more?: ReactNode;
    /** The word of the button that leaves everything as it is. No such button without `onClose`. */
    leave?: string;
    onClose?: () => void;
    onSubmit: () => void;
};

/** The fields of a dialog. The service says what is wrong with them, not the browser. */
export function Form({ children, error, known = [], action, isPending, disabled = false, more, leave, onClose, onSubmit }: FormProps) {
    const { t } = useWords();
    return (
        <form
            className={styles.stack}
            noValidate
            autoComplete="off"
            onSubmit={(event) => {
                event.preventDefault();
                onSubmit();
            }}
        >
            {children}
            <Refused error={error} known={known} />
            <div className={styles.dialogActions}>
                {more}
                {onClose && (
                    <Button variant="default" onClick={onClose}>
                        {leave ?? t("keep")}
                    </Button>
                )}
                <Button type="submit" loading={isPending} disabled={disabled}>
                    {action}
                </Button>
            </div>
        </form>
    );
}
