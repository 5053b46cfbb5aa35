/** Drawn on 20 × 20 with a line of 1.5. */
const paths = {
    bell: "M10 2.8a4.9 4.9 0 0 0-4.9 4.9c0 4.1-1.4 5.4-1.9 6h13.6c-.5-.6-1.9-1.9-1.9-6A4.9 4.9 0 0 0 10 2.8ZM8.1 16.4a2 2 0 0 0 3.8 0",
    read: "M4 10.6 8.2 15 16 5.6",
    unread: "M3 5.5h14v9H3zM3.4 6l6.6 5 6.6-5",
    archive: "M3 4h14v3.4H3zM4.2 7.4V16h11.6V7.4M8 10.4h4",
    unarchive: "M3 4h14v3.4H3zM4.2 7.4V16h11.6V7.4M10 14v-4M8 11.6l2-2 2 2",
    snooze: "M10 3.2a6.8 6.8 0 1 0 0 13.6 6.8 6.8 0 0 0 0-13.6ZM10 6.4V10l2.6 1.8",
    remove: "M4 5.6h12M8 5.4V3.6h4v1.8M5.4 5.8l.8 10.6h7.6l.8-10.6M8.4 8.6v5M11.6 8.6v5",
    settings: "M3 6h7M14 6h3M3 14h3M10 14h7M12 4v4M8 12v4",
    close: "M5 5l10 10M15 5 5 15",
    warning: "M10 3.2 17.6 16H2.4ZM10 8v3.6M10 13.6v.4",
    important: "M10 3v9M10 15.6v.4",
    all: "M2.6 10.6 6 14l7-8.4M9 13.4l.8.6 7-8.4",
} as const;

export type Icon = keyof typeof paths;

/** For eyes only: what it means stands beside it or in the label around it. */
export function icon(name: Icon): SVGSVGElement {
    const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
    for (const [key, value] of Object.entries({ viewBox: "0 0 20 20", width: "20", height: "20", "aria-hidden": "true", class: "icon" })) svg.setAttribute(key, value);
    const path = document.createElementNS("http://www.w3.org/2000/svg", "path");
    path.setAttribute("d", paths[name]);
    svg.append(path);
    return svg;
}
