import { useNavigate } from "@tanstack/react-router";
import { useEffect } from "react";
import { sections } from "./sections.ts";

const storageKey = "ns-single-keys";

/** Keys without a modifier can be switched off (WCAG 2.1.4). */
export const singleKeys = {
    get on() {
        return localStorage.getItem(storageKey) !== "off";
    },
    set on(on: boolean) {
        if (on) localStorage.removeItem(storageKey);
        else localStorage.setItem(storageKey, "off");
    },
};

/** Whether keys go into what has the focus. */
export function isTyping(target: EventTarget | null): boolean {
    return target instanceof HTMLElement && (target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName) || target.closest('[role="dialog"],[role="menu"]') !== null);
}

export function useKeys(tenant: string, { palette, help }: { palette: () => void; help: () => void }): void {
    const navigate = useNavigate();
    useEffect(() => {
        let after = 0;
        const onKey = (event: KeyboardEvent) => {
            if (event.key.toLowerCase() === "k" && (event.metaKey || event.ctrlKey) && !event.altKey) {
                event.preventDefault();
                palette();
                return;
            }
            if (event.metaKey || event.ctrlKey || event.altKey || isTyping(event.target) || !singleKeys.on) return;
            if (event.key === "?") {
                event.preventDefault();
                help();
            } else if (event.key === "/") {
                const search = document.querySelector<HTMLElement>("main [data-search]");
                if (search === null) return;
                event.preventDefault();
                search.focus();
            } else if (event.key === "g") after = event.timeStamp;
            else if (event.timeStamp - after < 1_500) {
                after = 0;
                const section = sections.find((one) => one.key === event.key);
                if (section === undefined) return;
                event.preventDefault();
                void navigate({ href: `/t/${encodeURIComponent(tenant)}${section.path === "" ? "" : `/${section.path}`}` });
            }
        };
        document.addEventListener("keydown", onKey);
        return () => document.removeEventListener("keydown", onKey);
    }, [tenant, palette, help, navigate]);
}
