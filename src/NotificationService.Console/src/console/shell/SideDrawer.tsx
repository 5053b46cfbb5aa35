import { Drawer } from "@mantine/core";
import "@mantine/core/styles/Drawer.css";
import type { ReactNode } from "react";
import { useWords } from "../words/index.ts";

/** The navigation of narrow windows; it comes when it is wanted. */
export function SideDrawer({ onClose, children }: { onClose: () => void; children: ReactNode }) {
    const { t } = useWords();
    return (
        <Drawer.Root opened onClose={onClose} size={288} transitionProps={{ duration: 200 }}>
            <Drawer.Overlay />
            <Drawer.Content aria-label={t("menu")}>
                <Drawer.Body p={0} h="100%">
                    {children}
                </Drawer.Body>
            </Drawer.Content>
        </Drawer.Root>
    );
}
