import { Article, type ArticleHost, type Deed } from "./article.ts";
import { h, safeUrl, set, setChildren, setText } from "./dom.ts";
import { icon } from "./icons.ts";
import type { Act, Inbox } from "./inbox.ts";
import { SnoozeMenu } from "./menu.ts";
import { emptyState, endOfList, errorState, skeletons } from "./states.ts";
import type { Tab } from "./store.ts";
import type { Words } from "./words.ts";

export interface PanelHost extends Omit<ArticleHost, "deed"> {
    readonly inbox: Inbox | undefined;
    readonly tabs: readonly Tab[];
    readonly preferences: string | undefined;
    readonly isInline: boolean;
    announce(text: string): void;
    close(): void;
}

/** What the bell opens: tabs, the feed, and what was just done. */
export class Panel implements ArticleHost {
    readonly node: HTMLDialogElement;
    tab: Tab = "all";

    private readonly host: PanelHost;
    private readonly menu: SnoozeMenu;
    private readonly heading = h("h2", { id: "heading" });
    private readonly markAll = h("button", { class: "quiet all", type: "button", onclick: () => void this.markAllRead() }, icon("all"), h("span"));
    private readonly preferences = h("a", { class: "button round" }, icon("settings"));
    private readonly closeButton = h("button", { class: "round close", type: "button", onclick: () => this.host.close() }, icon("close"));
    private readonly tablist = h("div", { class: "tabs", role: "tablist" });
    private readonly notice = h("div", { class: "notice", hidden: true });
    private readonly waiting = h("button", { class: "waiting", type: "button", hidden: true, onclick: () => this.showWaiting() });
    private readonly feed = h("div", { role: "feed", "aria-labelledby": "heading" });
    private readonly state = h("div", { class: "fill" });
    private readonly rest = h("div");
    private readonly list: HTMLElement;
    private readonly undo = h("div", { class: "undo", hidden: true });
    private readonly articles = new Map<string, Article>();
    private order: string[] = [];
    private current: string | undefined;
    private last: Act | undefined;
    private drawn = "";
    private noticeTimer: ReturnType<typeof setTimeout> | undefined;
    private isLate = false;

    constructor(host: PanelHost) {
        this.host = host;
        this.menu = new SnoozeMenu(() => host.words);
        this.list = h("div", { class: "list", part: "list", role: "tabpanel", id: "list", tabindex: -1 }, this.feed, this.state, this.rest);
        this.node = h("dialog", { part: "panel", "aria-labelledby": "heading", id: "panel", popover: "manual" },
            h("div", { class: "header", part: "header" }, this.heading, this.markAll, this.preferences, this.closeButton), h("div", { class: "row" }, this.tablist, this.waiting), this.notice, this.list, this.undo, this.menu.node);
        this.feed.addEventListener("keydown", (event) => this.key(event));
        this.feed.addEventListener("focusin", (event) => this.focused(event));
        this.list.addEventListener("scroll", () => this.loadMore(), { passive: true });
    }

    get words(): Words {
        return this.host.words;
    }

    get renderItem() {
        return this.host.renderItem;
    }

    get extra() {
        return this.host.extra;
    }

    follow = (...args: Parameters<ArticleHost["follow"]>) => this.host.follow(...args);

    act = (...args: Parameters<ArticleHost["act"]>) => this.host.act(...args);

    get hasItems(): boolean {
        return this.order.length > 0;
    }

    /** Everything anew: another language, other tabs, another way to show items. */
    redraw(): void {
        this.articles.clear();
        this.feed.replaceChildren();
        this.drawn = "";
        const { words, tabs } = this.host;
        if (!tabs.includes(this.tab)) this.tab = tabs[0]!;
        this.heading.textContent = words.say("title");
        setText(this.markAll.lastElementChild!, words.say("markAllRead"));
        set(this.markAll, "title", words.say("markAllRead"));
        for (const [button, key] of [[this.preferences, "preferences"], [this.closeButton, "close"]] as const) for (const name of ["aria-label", "title"]) set(button, name, words.say(key));
        set(this.tablist, "aria-label", words.say("tabs"));
        this.tablist.hidden = tabs.length < 2;
        this.closeButton.hidden = this.host.isInline;
        this.tablist.replaceChildren(...tabs.map((tab) => h("button", {
            class: "tab", part: "tab", role: "tab", type: "button", id: `tab-${tab}`, "aria-controls": "list",
            onclick: () => this.select(tab), onkeydown: (event: KeyboardEvent) => this.tabKey(event),
        }, words.say(tab), tab === "unread" ? h("span", { class: "number" }) : null)));
        this.say(undefined);
        this.draw();
    }

    draw(): void {
        const { inbox, words } = this.host;
        const store = inbox?.store;
        const unread = store?.counts?.unread ?? 0;
        for (const tab of this.host.tabs) {
            const button = this.tablist.querySelector(`#tab-${tab}`)!;
            set(button, "aria-selected", tab === this.tab ? "true" : "false");
            set(button, "tabindex", tab === this.tab ? 0 : -1);
            if (tab === "unread") setText(button.querySelector(".number")!, unread > 0 ? words.count(unread) : "");
        }
        this.markAll.hidden = this.tab === "archived";
        this.markAll.disabled = unread === 0;
        const url = safeUrl(this.host.preferences);
        this.preferences.hidden = !url;
        set(this.preferences, "href", url);
        set(this.list, "aria-labelledby", this.host.tabs.length > 1 ? `tab-${this.tab}` : "heading");
        this.drawNotice();
        this.drawFeed();
        const held = store?.heldCount ?? 0;
        this.waiting.hidden = held === 0 || this.tab === "archived";
        setText(this.waiting, words.say("waiting", { count: held }));
    }

    tick(): void {
        const now = Date.now();
        for (const article of this.articles.values()) article.tick(now);
    }

    opened(): void {
        this.host.inbox?.store.release();
        void this.host.inbox?.load(this.tab);
        this.list.scrollTop = 0;
        this.tick();
        this.draw();
    }

    closed(): void {
        this.menu.hide(false);
        this.host.inbox?.store.letGo();
        this.host.inbox?.store.release();
    }

    select(tab: Tab, takesFocus = false): void {
        if (this.tab !== tab) {
            this.tab = tab;
            this.current = undefined;
            this.host.inbox?.store.letGo();
            this.host.inbox?.store.release();
            this.list.scrollTop = 0;
            void this.host.inbox?.load(tab);
            this.draw();
        }
        if (takesFocus) this.tablist.querySelector<HTMLElement>("[aria-selected=true]")?.focus();
    }

    deed(item: { id: string }, deed: Deed, anchor: HTMLElement): void {
        const { inbox, words } = this.host;
        const now = inbox?.store.get(item.id);
        if (!inbox || !now) return;
        if (deed === "snooze") {
            this.menu.show(anchor, (until) => {
                this.say({ item: now, change: "snooze" }, words.say("snoozedOne", { time: words.soon(until.getTime()) }));
                void this.settled(inbox.change(now.id, "snooze", until), now.id);
            });
        } else if (deed === "remove") {
            this.say(undefined);
            void inbox.remove(now.id).then((isGone) => isGone && this.host.announce(words.say("removedOne")));
        } else if (deed === "read") {
            inbox.store.keep(now.id);
            this.last = { item: now, change: now.status === "unread" ? "read" : "unread" };
            void this.settled(inbox.change(now.id, this.last.change), now.id);
        } else {
            const change = now.status === "archived" ? "unarchive" : "archive";
            this.say({ item: now, change }, words.say(change === "archive" ? "archivedOne" : "unarchivedOne"));
            void this.settled(inbox.change(now.id, change), now.id);
        }
    }

    /** What was refused is back in the list, with the reason: there is nothing to take back. */
    private async settled(change: Promise<boolean>, id: string): Promise<void> {
        if (await change) return;
        if (this.last?.item.id === id) this.say(undefined);
        const reason = this.host.inbox?.store.reasonOf(id);
        this.host.announce(`${this.words.say("failedChange")} ${reason ?? ""}`.trim());
    }

    /** The last thing done, taken back. */
    takeBack(): void {
        const { inbox, words } = this.host;
        if (!this.last || !inbox) return;
        const { item, change } = this.last;
        const wasHere = this.undo.contains((this.node.getRootNode() as ShadowRoot).activeElement);
        this.say(undefined);
        // Whatever is decided ends a snooze: that it is as it was.
        if (change === "snooze") void inbox.change(item.id, item.status === "unread" ? "unread" : "read");
        else if (change === "read" || change === "unread") void inbox.change(item.id, change === "read" ? "unread" : "read");
        else if (change === "unarchive") void inbox.change(item.id, "archive");
        else {
            void inbox.change(item.id, "unarchive");
            if (item.status === "unread") void inbox.change(item.id, "unread");
        }
        this.host.announce(words.say("undone"));
        this.draw();
        const back = this.articles.get(item.id);
        if (wasHere) (back?.node ?? this.list).focus();
    }

    private async markAllRead(): Promise<void> {
        const { inbox, words } = this.host;
        if (!inbox) return;
        for (const id of this.order) inbox.store.keep(id);
        const isDone = await inbox.markAllRead();
        this.say(undefined);
        this.host.announce(words.say(isDone ? "allRead" : "failedMarkAllRead"));
        if (!isDone) this.showInFooter(words.say("failedMarkAllRead"));
    }

    /** What was done stays to be taken back until somebody puts it away: nothing here vanishes by itself. */
    private say(act: Act | undefined, text = ""): void {
        this.last = act;
        if (!act) {
            this.undo.hidden = true;
            this.undo.replaceChildren();
            return;
        }
        this.showInFooter(text, h("button", { class: "quiet", type: "button", onclick: () => this.takeBack() }, this.words.say("undo")));
        this.host.announce(text);
    }

    private showInFooter(text: string, ...buttons: HTMLElement[]): void {
        const dismiss = () => {
            this.say(undefined);
            this.list.focus();
        };
        this.undo.replaceChildren(h("span", {}, text), ...buttons, h("button", { class: "round", type: "button", "aria-label": this.words.say("dismiss"), onclick: dismiss }, icon("close")));
        this.undo.hidden = false;
    }

    private drawNotice(): void {
        const { inbox, words } = this.host;
        const connection = inbox?.connection;
        // A stream that ends with its token is back within a second: that is no news.
        if (connection !== "reconnecting") {
            clearTimeout(this.noticeTimer);
            this.noticeTimer = undefined;
            this.isLate = false;
        } else {
            this.noticeTimer ??= setTimeout(() => {
                this.isLate = true;
                this.draw();
            }, 2_500);
        }
        const text = connection === "signedOut" ? words.say("signedOut") : this.isLate ? words.say("reconnecting") : "";
        if ((this.notice.firstElementChild?.nextElementSibling?.textContent ?? "") === text) return;
        this.notice.hidden = !text;
        this.notice.replaceChildren(...(text ? [icon("warning"), h("span", {}, text), h("button", { class: "quiet", type: "button", onclick: () => this.retry() }, words.say("retry"))] : []));
        if (text) this.host.announce(text);
    }

    private drawFeed(): void {
        const { inbox } = this.host;
        const store = inbox?.store;
        const reach = store?.reach[this.tab];
        const items = store?.list(this.tab) ?? [];
        const lost = this.orderBefore();
        const gone = new Set(this.articles.keys());
        this.order = items.map((item) => item.id);
        if (!this.current || !this.order.includes(this.current)) this.current = this.order[Math.min(lost.index, this.order.length - 1)];
        for (const item of items) {
            gone.delete(item.id);
            let article = this.articles.get(item.id);
            if (!article) this.articles.set(item.id, (article = new Article(this, item)));
            article.update(item, store?.reasonOf(item.id));
        }
        for (const id of gone) this.articles.delete(id);
        const size = reach?.isComplete ? items.length : -1;
        items.forEach((item, index) => this.articles.get(item.id)!.place(index + 1, size, item.id === this.current));
        setChildren(this.feed, this.order.map((id) => this.articles.get(id)!.node));
        set(this.feed, "aria-busy", reach?.isLoading ? "true" : "false");
        this.feed.hidden = items.length === 0;
        this.drawRest(items.length);
        if (!lost.hadFocus || this.node.contains((this.node.getRootNode() as ShadowRoot).activeElement)) return;
        // What had the focus is gone: the one that took its place has it now.
        const next = this.current && this.articles.get(this.current)?.node;
        if (next) next.focus();
        else this.tablist.querySelector<HTMLElement>("[aria-selected=true]")?.focus();
    }

    private orderBefore(): { index: number; hadFocus: boolean } {
        const active = (this.node.getRootNode() as Partial<ShadowRoot>).activeElement;
        return { index: Math.max(0, this.current ? this.order.indexOf(this.current) : 0), hadFocus: !!active && this.feed.contains(active) };
    }

    /** Below or instead of the items. Drawn only when it is another one, or a button would be replaced under the pointer. */
    private drawRest(shown: number): void {
        const { inbox, words } = this.host;
        const reach = inbox?.store.reach[this.tab];
        const isSignedOut = inbox?.connection === "signedOut";
        const kind = !reach || (!reach.isLoaded && !reach.error && !isSignedOut) ? "first" : reach.error || (isSignedOut && !reach.isLoaded) ? "error" : shown === 0 && reach.isComplete ? "empty" : reach.isLoading ? "more" : reach.isComplete ? "end" : "idle";
        const key = `${kind} ${this.tab} ${shown > 5}`;
        if (this.drawn === key) return;
        this.drawn = key;
        const wasFocused = this.state.contains((this.node.getRootNode() as Partial<ShadowRoot>).activeElement ?? null);
        const end = reach && kind === "end" ? endOfList(words, reach, shown) : undefined;
        this.rest.replaceChildren(...(kind === "first" ? skeletons(5) : kind === "more" ? skeletons(2) : end ? [end] : []));
        this.state.replaceChildren(...(kind === "empty" ? [emptyState(words, this.tab, () => this.select(this.host.tabs[0]!, true))] : kind === "error" && !isSignedOut ? [errorState(words, reach!.error, () => this.retry())] : []));
        if (wasFocused) this.list.focus();
        if (kind === "idle") queueMicrotask(() => this.loadMore());
    }

    private retry(): void {
        const { inbox } = this.host;
        if (inbox?.connection === "reconnecting") inbox.hurry();
        else void inbox?.retry(this.tab);
    }

    private loadMore(): void {
        const { list } = this;
        const { inbox } = this.host;
        const reach = inbox?.store.reach[this.tab];
        if (!reach?.isLoaded || reach.isLoading || reach.isComplete || reach.error || list.clientHeight === 0) return;
        if (list.scrollHeight - list.scrollTop - list.clientHeight < 600) void inbox?.load(this.tab);
    }

    private showWaiting(): void {
        this.host.inbox?.store.release();
        void this.host.inbox?.seen();
        this.list.scrollTop = 0;
        this.current = this.order[0];
        this.draw();
        this.focusOn(this.order[0]);
    }

    private focusOn(id: string | undefined): void {
        const article = id === undefined ? undefined : this.articles.get(id);
        if (!article) return;
        article.node.focus();
        article.node.scrollIntoView({ block: "nearest" });
    }

    private focused(event: FocusEvent): void {
        const id = (event.target as Element).closest("article")?.dataset.id;
        if (!id || id === this.current) return;
        const before = this.current;
        this.current = id;
        for (const one of [before, id]) {
            const index = one ? this.order.indexOf(one) : -1;
            if (index >= 0) this.articles.get(one!)!.place(index + 1, this.host.inbox?.store.reach[this.tab].isComplete ? this.order.length : -1, one === id);
        }
    }

    private key(event: KeyboardEvent): void {
        const node = (event.target as Element).closest("article");
        const id = node?.dataset.id;
        const article = id === undefined ? undefined : this.articles.get(id);
        if (!article || event.altKey || event.metaKey || (event.target as Element).matches("input, textarea, select, [contenteditable]")) return;
        const index = this.order.indexOf(id!);
        if (event.ctrlKey) {
            if (event.key === "Home") this.tablist.querySelector<HTMLElement>("[aria-selected=true]")?.focus();
            else if (event.key === "End") (this.undo.querySelector<HTMLElement>("button") ?? this.closeButton).focus();
            else return;
        } else if (event.key === "PageDown" || event.key === "ArrowDown") {
            if (index === this.order.length - 1) this.loadMore();
            this.focusOn(this.order[index + 1]);
        } else if (event.key === "PageUp" || event.key === "ArrowUp") this.focusOn(this.order[index - 1]);
        else if (event.key === "Enter" && event.target === node) node!.click();
        else if (event.key === "u" && article.item.status !== "archived") this.deed(article.item, "read", node!);
        else if (event.key === "e") this.deed(article.item, "archive", node!);
        else if (event.key === "h" && article.item.status !== "archived") this.deed(article.item, "snooze", article.control("snooze"));
        else if (event.key === "z") this.takeBack();
        else return;
        event.preventDefault();
    }

    private tabKey(event: KeyboardEvent): void {
        const { tabs } = this.host;
        const forward = getComputedStyle(this.node).direction === "rtl" ? "ArrowLeft" : "ArrowRight";
        const index = tabs.indexOf(this.tab);
        const step = event.key === forward ? 1 : event.key === "ArrowLeft" || event.key === "ArrowRight" ? -1 : 0;
        const to = event.key === "Home" ? 0 : event.key === "End" ? tabs.length - 1 : step === 0 ? undefined : (index + step + tabs.length) % tabs.length;
        if (to === undefined) return;
        event.preventDefault();
        this.select(tabs[to]!, true);
    }
}
