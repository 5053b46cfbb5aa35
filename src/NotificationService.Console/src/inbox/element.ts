import { Announcer } from "./announcer.ts";
import type { ArticleHost } from "./article.ts";
import { h, set, setText } from "./dom.ts";
import { icon } from "./icons.ts";
import { Inbox, type InboxListener } from "./inbox.ts";
import type { Counts, Item, ItemAction } from "./item.ts";
import { Panel, type PanelHost } from "./panel.ts";
import { place, type Placement } from "./placement.ts";
import type { Tab } from "./store.ts";
import { styles } from "./styles.ts";
import { Toast } from "./toast.ts";
import type { TokenProvider } from "./tokens.ts";
import { type Strings, Words } from "./words.ts";

const allTabs: readonly Tab[] = ["all", "unread", "archived"];
const narrow = "(max-width: 479px)";

/** What listeners are given, by the event's name. */
export interface InboxEvents {
    /** Before the panel opens; can be cancelled. */
    "ni-open": CustomEvent<null>;
    /** Before an item's address is followed; cancelled, the page follows it. */
    "ni-item-click": CustomEvent<{ item: Item }>;
    /** Before the address of an item's button is followed, or one of the page's own buttons was pressed. */
    "ni-action": CustomEvent<{ item: Item; action: ItemAction | { name: string } }>;
    "ni-count": CustomEvent<Counts>;
    "ni-arrive": CustomEvent<{ item: Item }>;
    "ni-error": CustomEvent<{ error: unknown }>;
    /** The service takes none of the page's tokens, or the page gave none. */
    "ni-auth": CustomEvent<{ error: unknown }>;
}

/** Where there is no browser, a page that is rendered there may still name the class. */
const Base = (globalThis.HTMLElement ?? class {}) as typeof HTMLElement;

export class NotificationInboxElement extends Base implements PanelHost {
    static readonly observedAttributes = ["src", "locale", "lang", "placement", "open", "tabs", "toast", "preferences", "inline"];

    words = new Words(undefined, undefined);
    inbox: Inbox | undefined;

    #tokenProvider: TokenProvider | undefined;
    #strings: Partial<Strings> | undefined;
    #renderItem: ((item: Item) => Node) | undefined;
    #parts: { bell: HTMLButtonElement; badge: HTMLElement; panel: Panel; toast: Toast; announcer: Announcer } | undefined;
    #abort: AbortController | undefined;
    #frame = 0;
    #waking: ReturnType<typeof setTimeout> | undefined;
    #isOpen = false;

    /** Asked for a token whenever there is none or the last one was refused. From the page's own backend. */
    get tokenProvider(): TokenProvider | undefined {
        return this.#tokenProvider;
    }

    set tokenProvider(provider: TokenProvider | undefined) {
        if (provider === this.#tokenProvider) return;
        this.#tokenProvider = provider;
        this.#begin();
    }

    /** Texts of the page's own, over those of the language. */
    get strings(): Partial<Strings> | undefined {
        return this.#strings;
    }

    set strings(strings: Partial<Strings> | undefined) {
        this.#strings = strings;
        this.#speak();
    }

    /** Shows an item in the page's own way, inside the article with its buttons. */
    get renderItem(): ((item: Item) => Node) | undefined {
        return this.#renderItem;
    }

    set renderItem(render: ((item: Item) => Node) | undefined) {
        this.#renderItem = render;
        this.#parts?.panel.redraw();
    }

    get open(): boolean {
        return this.#isOpen;
    }

    set open(open: boolean) {
        this.toggleAttribute("open", open);
    }

    get extra(): HTMLTemplateElement | undefined {
        return this.querySelector<HTMLTemplateElement>(":scope > template[slot=item-actions]") ?? undefined;
    }

    get tabs(): readonly Tab[] {
        const named = this.getAttribute("tabs")?.split(/[\s,]+/).filter((tab): tab is Tab => allTabs.includes(tab as Tab));
        return named?.length ? named : allTabs;
    }

    get preferences(): string | undefined {
        return this.getAttribute("preferences") ?? undefined;
    }

    connectedCallback(): void {
        if (!this.#parts) this.#build();
        for (const name of ["tokenProvider", "strings", "renderItem"] as const) this.#upgrade(name);
        this.#abort = new AbortController();
        const { signal } = this.#abort;
        window.addEventListener("online", () => this.inbox?.hurry(), { signal });
        window.addEventListener("pagehide", () => this.inbox?.stop(), { signal });
        window.addEventListener("pageshow", (event) => event.persisted && void this.inbox?.start(), { signal });
        document.addEventListener("visibilitychange", () => document.visibilityState === "visible" && this.inbox?.hurry(), { signal });
        document.addEventListener("pointerdown", (event) => !event.composedPath().includes(this) && this.#isOpen && !this.#isModal && !this.isInline && this.close(false), { signal });
        document.addEventListener("keydown", (event) => event.key === "Escape" && this.#parts?.toast.hide(), { signal });
        window.addEventListener("resize", () => this.#place(), { signal });
        window.addEventListener("scroll", () => this.#place(), { signal, capture: true, passive: true });
        matchMedia(narrow).addEventListener("change", () => this.#isOpen && this.#present(), { signal });
        const minute = setInterval(() => this.#isOpen && this.#parts?.panel.tick(), 60_000);
        signal.addEventListener("abort", () => clearInterval(minute));
        this.#speak();
        this.#begin();
        if (this.hasAttribute("open") || this.isInline) this.#show();
    }

    disconnectedCallback(): void {
        this.#abort?.abort();
        clearTimeout(this.#waking);
        this.#parts?.announcer.stop();
        this.#parts?.toast.hide();
        this.inbox?.stop();
        this.inbox = undefined;
        this.#isOpen = false;
    }

    attributeChangedCallback(name: string, before: string | null, now: string | null): void {
        if (before === now || !this.isConnected || !this.#parts) return;
        if (name === "src") this.#begin();
        else if (name === "open" && !this.isInline) now === null ? this.#hide() : this.#show();
        else if (name === "inline") this.#settle();
        else if (name === "placement") this.#place();
        else if (name === "toast") this.#parts.toast.hide();
        else this.#speak();
    }

    /** Signs in anew, after `ni-auth`. */
    reconnect(): void {
        void this.inbox?.retry(this.#parts?.panel.tab ?? "all");
    }

    /** Part of the page, without a bell, and always open. */
    get isInline(): boolean {
        return this.hasAttribute("inline");
    }

    close(takesFocus = true): void {
        if (this.isInline) return;
        this.#hide();
        if (takesFocus) this.#parts?.bell.focus();
    }

    announce(text: string): void {
        this.#parts?.announcer.say(text);
    }

    follow(item: Item, event: Event): void {
        const goesOn = this.#tell("ni-item-click", { item }, true);
        if (!goesOn) event.preventDefault();
        if (item.status === "unread") {
            this.inbox?.store.keep(item.id);
            void this.inbox?.change(item.id, "read");
        }
    }

    act(...[item, action, event]: Parameters<ArticleHost["act"]>): void {
        if (!this.#tell("ni-action", { item, action }, true)) event.preventDefault();
        if (item.status === "unread") {
            this.inbox?.store.keep(item.id);
            void this.inbox?.change(item.id, "read");
        }
    }

    get #isModal(): boolean {
        return this.#parts?.panel.node.matches(":modal") ?? false;
    }

    #build(): void {
        const root = this.attachShadow({ mode: "open" });
        root.adoptedStyleSheets = [styles()];
        const badge = h("span", { class: "badge", part: "badge", "aria-hidden": "true", hidden: true });
        const bell = h("button", { class: "bell", part: "bell", type: "button", "aria-haspopup": "dialog", "aria-expanded": "false", "aria-controls": "panel", onclick: () => (this.#isOpen ? this.close() : this.#ask()) },
            h("slot", { name: "bell" }, icon("bell")), badge);
        const panel = new Panel(this);
        const toast = new Toast(() => this.words, (item, event) => this.follow(item, event));
        panel.node.addEventListener("keydown", (event) => {
            if (event.key !== "Escape" || event.defaultPrevented || this.isInline) return;
            event.preventDefault();
            event.stopPropagation();
            this.close();
        });
        panel.node.addEventListener("cancel", (event) => {
            event.preventDefault();
            this.close();
        });
        root.append(bell, panel.node, toast.node);
        const announcer = new Announcer(() => this.words, root, panel.node, () => this.#isModal);
        this.#parts = { bell, badge, panel, toast, announcer };
    }

    /** A property that was set before the element was defined hides the one of the class. */
    #upgrade(name: "tokenProvider" | "strings" | "renderItem"): void {
        if (!Object.hasOwn(this, name)) return;
        const value: unknown = this[name];
        delete this[name];
        Object.assign(this, { [name]: value });
    }

    #begin(): void {
        this.inbox?.stop();
        this.inbox = undefined;
        if (!this.isConnected || !this.#tokenProvider || !this.#parts) return;
        const src = new URL(this.getAttribute("src") ?? "/", document.baseURI).href;
        const inbox: Inbox = new Inbox(src, this.#tokenProvider, this.#listener(() => inbox));
        this.inbox = inbox;
        inbox.store.subscribe(() => this.#drawSoon());
        void inbox.start();
        if (this.#isOpen) this.#parts.panel.opened();
        this.#drawSoon();
    }

    #listener(inbox: () => Inbox): InboxListener {
        const isMine = () => this.inbox === inbox();
        return {
            onArrive: (item) => isMine() && this.#arrived(item),
            onCount: (counts) => isMine() && void this.#tell("ni-count", counts),
            onError: (error) => isMine() && void this.#tell("ni-error", { error }),
            onSignInNeeded: (error) => isMine() && void this.#tell("ni-auth", { error }),
            onConnection: () => this.#drawSoon(),
        };
    }

    #arrived(item: Item): void {
        if (!this.#tell("ni-arrive", { item })) return;
        this.#parts!.announcer.arrive(item.title, item.priority === "critical");
        // Nothing moves under the pointer. Where there is nothing yet, nothing moves.
        if (this.#isOpen && this.#parts!.panel.hasItems) this.inbox!.store.hold(item.id);
        else if (!this.#isOpen && this.getAttribute("toast") !== "off" && document.visibilityState === "visible") this.#parts!.toast.show(item);
    }

    #speak(): void {
        if (!this.#parts || !this.isConnected) return;
        const locale = this.getAttribute("locale") ?? this.closest("[lang]")?.getAttribute("lang") ?? navigator.language;
        this.words = new Words(locale, this.#strings);
        for (const node of this.shadowRoot!.children) set(node, "lang", this.words.locale);
        this.#parts.panel.redraw();
        this.#draw();
    }

    #drawSoon(): void {
        if (this.#frame) return;
        // A page in the background draws no frames, and its badge may stand in the title.
        const draw = () => {
            this.#frame = 0;
            this.#draw();
        };
        this.#frame = document.visibilityState === "visible" ? requestAnimationFrame(draw) : Number(setTimeout(draw, 200));
    }

    #draw(): void {
        if (!this.#parts) return;
        const { bell, badge, panel } = this.#parts;
        const unread = this.inbox?.store.counts?.unread ?? 0;
        badge.hidden = unread === 0;
        setText(badge, this.words.count(unread));
        set(bell, "aria-label", unread === 0 ? this.words.say("bellNone") : this.words.say("bell", { count: unread }));
        set(bell, "aria-expanded", this.#isOpen ? "true" : "false");
        if (!this.#isOpen) return;
        panel.draw();
        this.#wakeLater();
    }

    /** A snoozed item comes back when its time has come, also where no event says so. */
    #wakeLater(): void {
        clearTimeout(this.#waking);
        const next = this.inbox?.store.nextWaking();
        if (next !== undefined) this.#waking = setTimeout(() => this.inbox?.store.changed(), Math.min(next - Date.now() + 50, 2 ** 31 - 1));
    }

    #ask(): void {
        if (this.#tell("ni-open", null, true)) this.open = true;
    }

    #show(): void {
        if (this.#isOpen || !this.#parts) return;
        this.#isOpen = true;
        this.#parts.toast.hide();
        this.#present();
        this.#parts.panel.opened();
        void this.inbox?.seen();
        this.#draw();
        this.#place();
        // Who opened it is led into it. What is part of the page takes the focus from nobody.
        if (!this.isInline) this.#parts.panel.select(this.#parts.panel.tab, true);
    }

    /** From a part of the page to a panel of the bell, or back. */
    #settle(): void {
        this.#hide();
        this.#parts!.panel.redraw();
        if (this.isInline || this.hasAttribute("open")) this.#show();
    }

    /** Over the page where there is room beside it, instead of it where there is none. */
    #present(): void {
        const { node } = this.#parts!.panel;
        if (node.matches(":popover-open")) node.hidePopover();
        if (node.open) node.close();
        if (this.isInline) {
            node.removeAttribute("popover");
            for (const name of ["top", "left", "maxHeight"] as const) node.style[name] = "";
            // Not show(), which takes the focus.
            node.open = true;
        } else if (matchMedia(narrow).matches) {
            node.removeAttribute("popover");
            for (const name of ["top", "left", "maxHeight"] as const) node.style[name] = "";
            node.showModal();
        } else {
            node.setAttribute("popover", "manual");
            node.showPopover();
            this.#place();
        }
    }

    #hide(): void {
        if (!this.#isOpen || !this.#parts) return;
        this.#isOpen = false;
        const { node } = this.#parts.panel;
        if (node.matches(":popover-open")) node.hidePopover();
        if (node.open) node.close();
        this.#parts.panel.closed();
        this.removeAttribute("open");
        this.#draw();
    }

    #place(): void {
        if (!this.#isOpen || this.#isModal || this.isInline) return;
        place(this.#parts!.panel.node, this.#parts!.bell, (this.getAttribute("placement") ?? "bottom-end") as Placement);
    }

    #tell<K extends keyof InboxEvents>(type: K, detail: InboxEvents[K]["detail"], cancelable = false): boolean {
        return this.dispatchEvent(new CustomEvent(type, { detail, cancelable, bubbles: true, composed: true }));
    }
}

declare global {
    interface HTMLElementTagNameMap {
        "notification-inbox": NotificationInboxElement;
    }
}
