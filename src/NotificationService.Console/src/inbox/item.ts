/** What a list shows of an item. */
export type Status = "unread" | "read" | "archived";

/** One of the buttons that the sender gave an item. */
export interface ItemAction {
    label: string;
    url: string;
}

/** An item of the inbox, as the user API has it. */
export interface Item {
    id: string;
    title: string;
    body: string | null;
    category?: string | null;
    priority?: "critical" | "high" | "normal" | "low";
    status: Status;
    seen: boolean;
    actionUrl?: string | null;
    actions?: ItemAction[] | null;
    data?: Record<string, unknown> | null;
    createdAt: string;
    /** Where the service says it: when it came, or came back. */
    arrivedAt?: string | null;
    readAt?: string | null;
    archivedAt?: string | null;
    snoozedUntil?: string | null;
    version: number;
}

/** The server's own counts; a larger version is a later one. */
export interface Counts {
    unread: number;
    unseen: number;
    version: number;
}

/** A page of a list; without a cursor it is the last one. */
export interface Page {
    items: Item[];
    nextCursor?: string | null;
}

/** What changed since a cursor. After `reset` the cursor was too old, and lists are to be read anew. */
export interface Changes {
    items: Item[];
    deleted: string[];
    cursor: string;
    hasMore: boolean;
    reset?: boolean;
}

/** A change that was made without a connection, with its time. */
export interface Operation {
    id: string;
    action: "read" | "unread" | "archive" | "unarchive";
    at: string;
}

/** What became of changes that were made without a connection. */
export interface SyncResult {
    applied: unknown;
    ignored?: { id: string; reason: string }[];
    cursor?: string;
}

/** When it came to the inbox. An item that was snoozed comes again. */
export function arrivalOf(item: Item): number {
    return Date.parse(item.arrivedAt ?? item.createdAt);
}
