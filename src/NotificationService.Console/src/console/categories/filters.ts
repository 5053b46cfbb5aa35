/** Which category's form is open; `new` for one that is to be. */
export function readCategoryPlace(search: Record<string, unknown>): { category?: string } {
    const category = (typeof search.category === "string" || typeof search.category === "number") && String(search.category).slice(0, 64);
    return category ? { category } : {};
}
