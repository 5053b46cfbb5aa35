type Value = string | number | boolean | null | undefined | ((event: never) => void);

/** An element with attributes, listeners (`onclick`) and children. Text stays text. */
export function h<K extends keyof HTMLElementTagNameMap>(tag: K, attributes: Record<string, Value> = {}, ...children: (Node | string | null | undefined)[]): HTMLElementTagNameMap[K] {
    const element = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes)) {
        if (typeof value === "function") element.addEventListener(name.slice(2), value as EventListener);
        else set(element, name, value);
    }
    element.append(...children.filter((child) => child !== null && child !== undefined));
    return element;
}

/** Sets or removes an attribute; leaves alone what is right already, so that nobody hears of a change that is none. */
export function set(element: Element, name: string, value: string | number | boolean | null | undefined): void {
    if (value === false || value === null || value === undefined) element.removeAttribute(name);
    else if (element.getAttribute(name) !== (value === true ? "" : String(value))) element.setAttribute(name, value === true ? "" : String(value));
}

export function setText(element: Element, text: string): void {
    if (element.textContent !== text) element.textContent = text;
}

/** Children in this order; those that are there already are not touched, or they would lose the focus. */
export function setChildren(parent: Element, children: readonly Element[]): void {
    const wanted = new Set<Element>(children);
    for (const child of [...parent.children]) if (!wanted.has(child)) child.remove();
    let next = parent.firstElementChild;
    for (const child of children) {
        if (child === next) next = next.nextElementSibling;
        else parent.insertBefore(child, next);
    }
}

/** An address that a sender may name: nothing that runs in the page. */
export function safeUrl(url: string | null | undefined): string | undefined {
    if (!url) return undefined;
    try {
        return ["http:", "https:", "mailto:", "tel:"].includes(new URL(url, document.baseURI).protocol) ? url : undefined;
    } catch {
        return undefined;
    }
}
