import { NotificationInboxElement } from "./element.ts";

export { type InboxEvents, NotificationInboxElement } from "./element.ts";
export type { Counts, Item, ItemAction, Status } from "./item.ts";
export type { TokenProvider } from "./tokens.ts";
export type { Phrase, Strings } from "./words.ts";

if (globalThis.customElements && !customElements.get("notification-inbox")) customElements.define("notification-inbox", NotificationInboxElement);
