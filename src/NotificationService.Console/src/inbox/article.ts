import { h, safeUrl, set, setText } from "./dom.ts";
import { icon, type Icon } from "./icons.ts";
import type { Item, ItemAction } from "./item.ts";
import type { Strings, Words } from "./words.ts";

/** What can be done with an item, and by which key. */
export type Deed = "read" | "archive" | "snooze" | "remove";

export interface ArticleHost {
    readonly words: Words;
    /** The page's own way to show an item. */
    readonly renderItem: ((item: Item) => Node) | undefined;
    /** The page's own buttons, copied for each item. */
    readonly extra: HTMLTemplateElement | undefined;
    follow(item: Item, event: Event): void;
    act(item: Item, action: ItemAction | { name: string }, event: Event): void;
    deed(item: Item, deed: Deed, anchor: HTMLElement): void;
}

let lastNumber = 0;

/** One item of the feed. Made once, and changed where the item changed. */
export class Article {
    readonly node: HTMLElement;
    item: Item;

    private readonly host: ArticleHost;
    private readonly number = ++lastNumber;
    private reason: string | undefined;
    private isAsking = false;
    private isCurrent = false;
    private short: HTMLElement | undefined;

    constructor(host: ArticleHost, item: Item) {
        this.host = host;
        this.item = item;
        this.node = h("article", { tabindex: -1, "aria-labelledby": `t${this.number}`, onclick: (event: MouseEvent) => this.clicked(event) });
        this.draw();
    }

    update(item: Item, reason: string | undefined): void {
        if (item === this.item && reason === this.reason) return;
        this.item = item;
        this.reason = reason;
        this.isAsking = false;
        this.draw();
    }

    /** Only one item's controls are in the order of Tab: thirty items would be a hundred stops. */
    place(position: number, size: number, isCurrent: boolean): void {
        set(this.node, "aria-posinset", position);
        set(this.node, "aria-setsize", size);
        this.isCurrent = isCurrent;
        this.setStops();
    }

    /** Ages grow while nobody does anything. */
    tick(now: number): void {
        if (this.short) setText(this.short, this.host.words.when(Date.parse(this.item.createdAt), now));
    }

    askToRemove(): void {
        this.isAsking = true;
        this.draw();
        this.node.querySelector<HTMLElement>(".ask .danger")?.focus();
    }

    control(deed: Deed): HTMLElement {
        return this.node.querySelector<HTMLElement>(`[data-deed=${deed}]`) ?? this.node;
    }

    private draw(): void {
        const { item, host } = this;
        const { words } = host;
        const active = (this.node.getRootNode() as Partial<ShadowRoot>).activeElement;
        const focused = active && active !== this.node && this.node.contains(active) ? (active as HTMLElement) : undefined;
        const isUnread = item.status === "unread";
        this.node.className = `${isUnread ? "unread" : ""} ${safeUrl(item.actionUrl) ? "leads" : ""}`.trim();
        set(this.node, "part", isUnread ? "item item-unread" : "item");
        set(this.node, "data-id", item.id);
        set(this.node, "aria-describedby", item.body ? `b${this.number}` : undefined);
        this.node.replaceChildren(...[this.content(isUnread), this.actions(), this.failure(), this.isAsking ? this.question() : undefined, this.meta(words)].flat().filter((node) => node !== undefined));
        this.setStops();
        // What had the focus is made anew, or gone.
        if (focused) this.control(focused.dataset.deed as Deed).focus();
    }

    private content(isUnread: boolean): Node[] {
        const { item, host, number } = this;
        const mark = isUnread ? [h("span", { class: "dot" })] : [];
        const own = host.renderItem?.(item);
        const hidden = isUnread ? h("span", { class: "sr" }, `${host.words.say("unreadMark")}. `) : null;
        if (own) return [...mark, h("h3", { class: "sr", id: `t${number}` }, hidden, item.title), own];
        const url = safeUrl(item.actionUrl);
        const title = url
            ? h("a", { href: url, dir: "auto", onclick: (event: Event) => host.follow(this.item, event) }, item.title)
            : h("span", { dir: "auto" }, item.title);
        const chip = item.priority === "critical" ? [h("span", { class: "chip" }, icon("important"), host.words.say("important"))] : [];
        const body = item.body ? [h("p", { class: "text", part: "body", id: `b${number}` }, h("span", { dir: "auto" }, item.body))] : [];
        return [...mark, ...chip, h("h3", { class: "title", part: "title", id: `t${number}` }, hidden, title), ...body];
    }

    private actions(): Node[] {
        const { item, host } = this;
        const given = (item.actions ?? []).filter((action) => action?.label).map((action) => {
            const url = safeUrl(action.url);
            const onclick = (event: Event) => host.act(this.item, action, event);
            return url ? h("a", { class: "button action", part: "action", href: url, dir: "auto", onclick }, action.label) : h("button", { class: "action", part: "action", type: "button", dir: "auto", onclick }, action.label);
        });
        const extra = host.extra?.content.cloneNode(true);
        const row = h("div", { class: "actions" }, ...given, extra as Node | undefined);
        row.addEventListener("click", (event) => {
            const named = (event.target as Element).closest<HTMLElement>("[data-action]");
            if (named) host.act(this.item, { name: named.dataset.action! }, event);
        });
        return row.childElementCount > 0 ? [row] : [];
    }

    private failure(): Node | undefined {
        if (this.reason === undefined) return undefined;
        return h("p", { class: "text reason" }, icon("warning"), h("span", {}, `${this.host.words.say("failedChange")} ${this.reason || this.host.words.say("noConnection")}`));
    }

    private question(): Node {
        const { words } = this.host;
        const keep = () => {
            this.isAsking = false;
            this.draw();
            this.control("remove").focus();
        };
        return h("div", { class: "ask", role: "group", "aria-label": words.say("removeAsk") }, h("span", {}, words.say("removeAsk")),
            h("button", { class: "danger", type: "button", onclick: () => this.host.deed(this.item, "remove", this.node) }, words.say("removeYes")),
            h("button", { type: "button", onclick: keep }, words.say("removeNo")));
    }

    private meta(words: Words): Node {
        const { item } = this;
        const time = Date.parse(item.createdAt);
        this.short = h("span", { class: "short" }, words.when(time, Date.now()));
        const isArchived = item.status === "archived";
        const read = item.status === "unread" ? this.tool("read", "read", "markRead", "u") : this.tool("read", "unread", "markUnread", "u");
        const tools = isArchived
            ? [this.tool("archive", "unarchive", "unarchive", "e"), this.tool("remove", "remove", "remove")]
            : [read, this.tool("snooze", "snooze", "snooze", "h"), this.tool("archive", "archive", "archive", "e")];
        return h("div", { class: "meta" }, h("time", { class: "time", part: "time", datetime: item.createdAt }, this.short, h("span", { class: "exact" }, words.exactly(time))), h("div", { class: "tools" }, ...tools));
    }

    private tool(deed: Deed, shape: Icon, label: keyof Strings, key?: string): HTMLElement {
        const text = this.host.words.say(label);
        return h("button", {
            class: "round", type: "button", title: key ? `${text} (${key})` : text, "aria-label": text, "data-deed": deed,
            "aria-haspopup": deed === "snooze" ? "menu" : undefined,
            onclick: (event: Event) => (deed === "remove" ? this.askToRemove() : this.host.deed(this.item, deed, event.currentTarget as HTMLElement)),
        }, icon(shape));
    }

    private setStops(): void {
        set(this.node, "tabindex", this.isCurrent ? 0 : -1);
        for (const stop of this.node.querySelectorAll("a, button")) set(stop, "tabindex", this.isCurrent ? undefined : -1);
    }

    private clicked(event: MouseEvent): void {
        const isControl = event.composedPath().some((target) => target !== this.node && target instanceof Element && target.matches("a, button, input, select, textarea, label, summary"));
        if (isControl || event.defaultPrevented || getSelection()?.type === "Range") return;
        const link = this.node.querySelector<HTMLAnchorElement>(".title a");
        if (link) link.click();
        else this.host.follow(this.item, event);
    }
}
