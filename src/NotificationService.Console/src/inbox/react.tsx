import { createElement, forwardRef, type ReactNode, useEffect, useImperativeHandle, useLayoutEffect, useRef } from "react";
import type { Counts, InboxEvents, Item, NotificationInboxElement, Strings, TokenProvider } from "@notification-service/inbox";
import "@notification-service/inbox";

export type { Counts, Item, NotificationInboxElement, Strings, TokenProvider };

export interface NotificationInboxProps {
    tokenProvider: TokenProvider;
    src?: string;
    locale?: string;
    theme?: "light" | "dark" | "auto";
    dir?: "ltr" | "rtl";
    placement?: "bottom-end" | "bottom-start" | "top-end" | "top-start";
    tabs?: string;
    toast?: "off";
    preferences?: string;
    open?: boolean;
    className?: string;
    strings?: Partial<Strings>;
    renderItem?: (item: Item) => Node;
    /** Each may call `preventDefault`. */
    onOpen?: (event: InboxEvents["ni-open"]) => void;
    onItemClick?: (event: InboxEvents["ni-item-click"]) => void;
    onAction?: (event: InboxEvents["ni-action"]) => void;
    onCount?: (event: InboxEvents["ni-count"]) => void;
    onArrive?: (event: InboxEvents["ni-arrive"]) => void;
    onError?: (event: InboxEvents["ni-error"]) => void;
    onAuth?: (event: InboxEvents["ni-auth"]) => void;
    /** Content of slots, such as `<span slot="bell">`. */
    children?: ReactNode;
}

const events = {
    "ni-open": "onOpen",
    "ni-item-click": "onItemClick",
    "ni-action": "onAction",
    "ni-count": "onCount",
    "ni-arrive": "onArrive",
    "ni-error": "onError",
    "ni-auth": "onAuth",
} as const;

/**
 * The element as a component of React 18 or newer. A new `tokenProvider` in every rendering is no new sign-in: the element asks whichever came last.
 */
export const NotificationInbox = forwardRef<NotificationInboxElement, NotificationInboxProps>(function NotificationInbox(props, given) {
    const element = useRef<NotificationInboxElement>(null);
    const latest = useRef(props);
    useImperativeHandle(given, () => element.current!, []);
    useLayoutEffect(() => void (latest.current = props));
    useEffect(() => {
        const abort = new AbortController();
        const current = element.current!;
        for (const [type, name] of Object.entries(events)) current.addEventListener(type, (event) => (latest.current[name] as ((event: Event) => void) | undefined)?.(event), { signal: abort.signal });
        current.tokenProvider = () => latest.current.tokenProvider();
        return () => {
            abort.abort();
            current.tokenProvider = undefined;
        };
    }, []);
    useEffect(() => {
        element.current!.strings = props.strings;
    }, [props.strings]);
    useEffect(() => {
        element.current!.renderItem = props.renderItem;
    }, [props.renderItem]);
    useEffect(() => {
        if (props.open !== undefined) element.current!.open = props.open;
    }, [props.open]);
    const { src, locale, theme, dir, placement, tabs, toast, preferences, className, children } = props;
    return createElement("notification-inbox", { ref: element, src, locale, theme, dir, placement, tabs, toast, preferences, class: className }, children);
});
