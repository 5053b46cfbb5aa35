import { h, safeUrl } from "./dom.ts";
import { icon } from "./icons.ts";
import type { Item } from "./item.ts";
import type { Words } from "./words.ts";

const shownFor = 8_000;

/** The newest arrival in a corner, one at a time. The time stands still while somebody is on it. What it shows is in the list as well. */
export class Toast {
    readonly node = h("div", { part: "toast", class: "toast", hidden: true });
    private readonly words: () => Words;
    private readonly follow: (item: Item, event: Event) => void;
    private count = 0;
    private left = 0;
    private since = 0;
    private timer: ReturnType<typeof setTimeout> | undefined;

    constructor(words: () => Words, follow: (item: Item, event: Event) => void) {
        this.words = words;
        this.follow = follow;
        for (const type of ["pointerenter", "focusin"]) this.node.addEventListener(type, () => this.pause());
        for (const type of ["pointerleave", "focusout"]) this.node.addEventListener(type, () => this.go());
    }

    show(item: Item): void {
        const words = this.words();
        this.count = this.node.hidden ? 1 : this.count + 1;
        const url = safeUrl(item.actionUrl);
        const follow = (event: Event) => {
            this.follow(item, event);
            this.hide();
        };
        const title = url
            ? h("a", { href: url, dir: "auto", onclick: follow }, item.title)
            : h("span", { dir: "auto" }, item.title);
        const hadFocus = (this.node.getRootNode() as ShadowRoot).activeElement;
        const isFocused = !!hadFocus && this.node.contains(hadFocus);
        const close = h("button", { class: "round", type: "button", "aria-label": words.say("dismiss"), onclick: () => this.hide() }, icon("close"));
        this.node.replaceChildren(
            icon("bell"),
            h("div", {}, h("p", { class: "title" }, title), item.body ? h("p", { class: "text" }, h("span", { dir: "auto" }, item.body)) : null,
                this.count > 1 ? h("p", { class: "more" }, words.say("more", { count: this.count - 1 })) : null),
            close,
        );
        this.node.hidden = false;
        this.left = shownFor;
        this.pause();
        if (isFocused) close.focus();
        else if (!this.node.matches(":hover")) this.go();
    }

    hide(): boolean {
        const wasShown = !this.node.hidden;
        clearTimeout(this.timer);
        this.timer = undefined;
        this.node.hidden = true;
        this.node.replaceChildren();
        return wasShown;
    }

    private pause(): void {
        if (this.timer === undefined) return;
        clearTimeout(this.timer);
        this.timer = undefined;
        this.left = Math.max(1_000, this.left - (Date.now() - this.since));
    }

    private go(): void {
        if (this.node.hidden || this.timer !== undefined || this.node.matches(":hover, :focus-within")) return;
        this.since = Date.now();
        this.timer = setTimeout(() => this.hide(), this.left);
    }
}
