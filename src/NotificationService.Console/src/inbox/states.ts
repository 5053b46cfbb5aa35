import { h } from "./dom.ts";
import { ApiError, SignInError } from "./errors.ts";
import { icon } from "./icons.ts";
import type { Reach, Tab } from "./store.ts";
import type { Words } from "./words.ts";

const emptyText = { all: "emptyAll", unread: "emptyUnread", archived: "emptyArchived" } as const;

/** In place of a list that has nothing: why, and what can be done. */
export function emptyState(words: Words, tab: Tab, showAll: () => void): HTMLElement {
    return h("div", { class: "state", part: "empty" },
        h("slot", { name: "empty" },
            icon(tab === "archived" ? "archive" : tab === "unread" ? "all" : "bell"),
            h("p", {}, words.say(emptyText[tab]))),
        tab === "unread" ? h("button", { class: "plain", type: "button", onclick: showAll }, words.say("showAll")) : null);
}

export function errorState(words: Words, error: unknown, retry: () => void): HTMLElement {
    const isSignIn = error instanceof SignInError;
    const reason = error instanceof ApiError ? error.message : words.say("noConnection");
    const codes = error instanceof ApiError ? [error.code, error.traceId].filter(Boolean).join(" · ") : "";
    return h("div", { class: "state" }, icon("warning"),
        h("p", {}, isSignIn ? words.say("signedOut") : `${words.say("failedLoad")} ${reason}`),
        h("button", { class: "plain", type: "button", onclick: retry }, words.say("retry")),
        codes ? h("details", {}, h("summary", {}, words.say("details")), h("code", {}, codes)) : null);
}

/** The shape of what comes. It stays away for the first moments, in which most answers arrive. */
export function skeletons(count: number): HTMLElement[] {
    return Array.from({ length: count }, () => h("div", { class: "skeleton", "aria-hidden": "true" }, h("i"), h("i"), h("i")));
}

export function endOfList(words: Words, reach: Reach, shown: number): HTMLElement | undefined {
    return reach.isComplete && shown > 5 ? h("p", { class: "end" }, words.say("end")) : undefined;
}
