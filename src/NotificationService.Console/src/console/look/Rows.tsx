import { VisuallyHidden } from "@mantine/core";
import { useMediaQuery } from "@mantine/hooks";
import { useWindowVirtualizer } from "@tanstack/react-virtual";
import { type ReactNode, useEffect, useLayoutEffect, useRef, useState } from "react";
import { useWords } from "../words/index.ts";
import styles from "./look.module.css";

export interface Column<T> {
    key: string;
    title: string;
    /** A width of the table's grid, such as `2fr` or `120px`. */
    width: string;
    align?: "end";
    /** The title is for who hears the table. */
    quiet?: true;
    cell: (item: T) => ReactNode;
}

interface RowsProps<T> {
    label: string;
    items: readonly T[];
    id: (item: T) => string;
    columns: readonly Column<T>[];
    /** The same row as two lines, for narrow windows. */
    card: (item: T) => ReactNode;
    more?: { has: boolean; loading: boolean; load: () => void };
}

/**
 * The one table: only the rows that are in view are in the page, however many were loaded, and what follows is asked for before its place is reached. Under 720 px
 * a row is a card of two lines. The first column's link covers its row.
 */
export function Rows<T>({ label, items, id, columns, card, more }: RowsProps<T>) {
    const { t } = useWords();
    const narrow = useMediaQuery("(max-width: 719px)", undefined, { getInitialValueInEffect: false }) ?? false;
    const list = useRef<HTMLDivElement>(null);
    const [top, setTop] = useState(0);
    useLayoutEffect(() => {
        if (list.current) setTop(list.current.getBoundingClientRect().top + window.scrollY);
    }, []);
    const rows = useWindowVirtualizer({ count: items.length, estimateSize: () => (narrow ? 68 : 40), overscan: 12, scrollMargin: top, getItemKey: (index) => id(items[index] as T) });
    // Cards and rows differ in height.
    // biome-ignore lint/correctness/useExhaustiveDependencies: of another width.
    useEffect(() => rows.measure(), [narrow]);
    const shown = rows.getVirtualItems();
    const last = shown.at(-1)?.index ?? 0;
    const load = more?.load;
    const wanted = more?.has === true && !more.loading && last >= items.length - 20;
    useEffect(() => {
        if (wanted) load?.();
    }, [wanted, load]);

    const grid = { gridTemplateColumns: columns.map((column) => `minmax(0, ${column.width})`).join(" ") };
    const space = { height: rows.getTotalSize() };
    return (
        <div className={styles.rows}>
            {narrow ? (
                <div ref={list} style={space} className={styles.window}>
                    <ul aria-label={label} style={{ transform: `translateY(${(shown[0]?.start ?? top) - top}px)` }}>
                        {shown.map((row) => (
                            <li key={row.key} data-index={row.index} ref={rows.measureElement} className={styles.cardRow}>
                                {card(items[row.index] as T)}
                            </li>
                        ))}
                    </ul>
                </div>
            ) : (
                <div role="table" aria-label={label} aria-rowcount={more?.has ? -1 : items.length + 1}>
                    <div role="rowgroup">
                        <div role="row" className={styles.head} style={grid}>
                            {columns.map((column) => (
                                <div role="columnheader" key={column.key} data-align={column.align}>
                                    {column.quiet ? <VisuallyHidden>{column.title}</VisuallyHidden> : column.title}
                                </div>
                            ))}
                        </div>
                    </div>
                    <div role="rowgroup" ref={list} style={space} className={styles.window}>
                        {shown.map((row) => (
                            <div role="row" aria-rowindex={row.index + 2} key={row.key} className={styles.row} style={{ ...grid, height: row.size, transform: `translateY(${row.start - top}px)` }}>
                                {columns.map((column) => (
                                    <div role="cell" key={column.key} data-align={column.align}>
                                        {column.cell(items[row.index] as T)}
                                    </div>
                                ))}
                            </div>
                        ))}
                    </div>
                </div>
            )}
            <p className={styles.rowsEnd} aria-live="polite">
                {more?.loading ? t("loadingMore") : more?.has ? "" : t("rowsEnd", { count: items.length })}
            </p>
        </div>
    );
}
