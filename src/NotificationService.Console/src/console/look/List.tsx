import { Button } from "@mantine/core";
import type { InfiniteData, UseInfiniteQueryResult } from "@tanstack/react-query";
import { type LucideIcon, RefreshCw } from "lucide-react";
import type { ReactNode } from "react";
import { useWords } from "../words/index.ts";
import { type Column, Rows } from "./Rows.tsx";
import { Empty, Failed, NoMatch, Waiting } from "./States.tsx";

/** What is read of a list so far. */
export type Pages<T> = UseInfiniteQueryResult<InfiniteData<{ items: T[] }>>;

export function itemsOf<T>(list: Pages<T>): T[] {
    return list.data?.pages.flatMap((page) => page.items) ?? [];
}

interface ListedProps<T> {
    list: Pages<T>;
    /** How many filters hide something. */
    hidden?: number;
    onClear?: () => void;
    /** Where there is nothing although nothing is hidden. */
    empty: { icon: LucideIcon; title: string; why: string; action?: ReactNode };
    waiting?: { rows?: number; height?: number };
    children: (items: T[]) => ReactNode;
}

/** A list, or in its place that it is on its way, was not loaded, is empty, or has nothing that fits the filters. */
export function Listed<T>({ list, hidden = 0, onClear, empty, waiting, children }: ListedProps<T>) {
    const items = itemsOf(list);
    if (list.isPending) return <Waiting rows={10} {...waiting} />;
    if (list.isError && items.length === 0) return <Failed error={list.error} onRetry={() => void list.refetch()} />;
    if (items.length > 0 || list.hasNextPage) return children(items);
    if (hidden > 0 && onClear) return <NoMatch count={hidden} onClear={onClear} />;
    return (
        <Empty icon={empty.icon} title={empty.title} action={empty.action}>
            {empty.why}
        </Empty>
    );
}

interface ListProps<T> extends Omit<ListedProps<T>, "children"> {
    label: string;
    id: (item: T) => string;
    columns: readonly Column<T>[];
    card: (item: T) => ReactNode;
}

/** A list as the one table. */
export function List<T>({ list, label, id, columns, card, ...rest }: ListProps<T>) {
    return (
        <Listed list={list} {...rest}>
            {(items) => <Rows label={label} items={items} id={id} columns={columns} card={card} more={{ has: list.hasNextPage, loading: list.isFetchingNextPage, load: () => void list.fetchNextPage() }} />}
        </Listed>
    );
}

export function RefreshButton<T>({ list }: { list: Pages<T> }) {
    const { t } = useWords();
    return (
        <Button variant="default" leftSection={<RefreshCw size={14} />} loading={list.isRefetching && !list.isFetchingNextPage} onClick={() => void list.refetch()}>
            {t("refresh")}
        </Button>
    );
}
