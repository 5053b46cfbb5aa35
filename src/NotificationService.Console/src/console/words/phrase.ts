/** A text, or its forms by the language's plural categories. `{name}` is filled in. */
export type Phrase = string | ({ other: string } & Partial<Record<Intl.LDMLPluralRule, string>>);
export type Values = Record<string, string | number>;

/** A text with its values filled in; numbers as the language writes them. `count` chooses the plural. */
export function fill(phrase: Phrase, values: Values, locale: string): string {
    const form = typeof phrase === "string" ? phrase : (phrase[new Intl.PluralRules(locale).select(Number(values.count ?? 0))] ?? phrase.other);
    return form.replace(/\{(\w+)\}/g, (whole, name: string) => {
        const value = values[name];
        return value === undefined ? whole : typeof value === "number" ? new Intl.NumberFormat(locale).format(value) : value;
    });
}
