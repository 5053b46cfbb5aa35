import { h } from "./dom.ts";
import { place } from "./placement.ts";
import { snoozeTimes } from "./snooze.ts";
import type { Words } from "./words.ts";

/** Until when an item shall rest. */
export class SnoozeMenu {
    readonly node = h("div", { class: "menu", role: "menu", popover: "manual" });
    private readonly words: () => Words;
    private close: ((takesFocus: boolean) => void) | undefined;

    constructor(words: () => Words) {
        this.words = words;
        this.node.addEventListener("keydown", (event) => this.key(event));
        this.node.addEventListener("focusout", (event) => {
            if (event.relatedTarget && !this.node.contains(event.relatedTarget as Node)) this.hide(false);
        });
    }

    get isOpen(): boolean {
        return this.close !== undefined;
    }

    show(anchor: HTMLElement, choose: (until: Date) => void): void {
        this.hide(false);
        const words = this.words();
        const label = words.say("snoozeUntil");
        this.node.setAttribute("aria-label", label);
        this.node.replaceChildren(
            h("p", { "aria-hidden": "true" }, label),
            ...snoozeTimes(new Date()).map(({ key, until }) => h("button", {
                role: "menuitem", type: "button", tabindex: -1,
                onclick: () => {
                    this.hide(true);
                    choose(until);
                },
            }, words.say(key), h("span", {}, words.soon(until.getTime())))),
        );
        this.node.showPopover();
        place(this.node, anchor, "bottom-end", 2);
        anchor.setAttribute("aria-expanded", "true");
        this.close = (takesFocus) => {
            anchor.removeAttribute("aria-expanded");
            if (takesFocus && anchor.isConnected) anchor.focus();
        };
        this.items[0]!.focus();
    }

    hide(takesFocus: boolean): void {
        const { close } = this;
        if (!close) return;
        this.close = undefined;
        if (this.node.matches(":popover-open")) this.node.hidePopover();
        close(takesFocus);
    }

    private get items(): HTMLElement[] {
        return [...this.node.querySelectorAll<HTMLElement>("button")];
    }

    private key(event: KeyboardEvent): void {
        const { items } = this;
        const now = items.indexOf((this.node.getRootNode() as ShadowRoot).activeElement as HTMLElement);
        const to = { ArrowDown: now + 1, ArrowUp: now - 1, Home: 0, End: items.length - 1 }[event.key];
        if (to !== undefined) items[(to + items.length) % items.length]!.focus();
        else if (event.key === "Escape") this.hide(true);
        else if (event.key === "Tab") return this.hide(true);
        else return event.stopPropagation();
        event.preventDefault();
        event.stopPropagation();
    }
}
