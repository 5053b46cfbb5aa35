export type Placement = "bottom-end" | "bottom-start" | "top-end" | "top-start";

const margin = 8;

/** Puts a layer at the anchor, on the other side where there is more room, and never outside the window. */
export function place(layer: HTMLElement, anchor: HTMLElement, placement: Placement, gap = 8): void {
    const at = anchor.getBoundingClientRect();
    const isRtl = getComputedStyle(anchor).direction === "rtl";
    const { innerWidth: width, innerHeight: height } = window;
    layer.style.maxHeight = "";
    const size = layer.getBoundingClientRect();
    const below = height - at.bottom - gap - margin;
    const above = at.top - gap - margin;
    const wantsBelow = placement.startsWith("bottom");
    const isBelow = wantsBelow ? below >= size.height || below >= above : above < size.height && below > above;
    const room = Math.max(160, isBelow ? below : above);
    if (size.height > room) layer.style.maxHeight = `${room}px`;
    const tall = Math.min(size.height, room);
    const top = isBelow ? at.bottom + gap : at.top - gap - tall;
    const isAtRight = placement.endsWith("end") !== isRtl;
    const left = isAtRight ? at.right - size.width : at.left;
    layer.style.top = `${Math.round(Math.max(margin, Math.min(top, height - tall - margin)))}px`;
    layer.style.left = `${Math.round(Math.max(margin, Math.min(left, width - size.width - margin)))}px`;
}
