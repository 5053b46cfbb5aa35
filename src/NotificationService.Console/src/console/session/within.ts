/** Where to go after signing in: only addresses of this console. */
export function within(to: unknown): string {
    return typeof to === "string" && /^\/t\/[^/\\.][^/\\]*(\/|$|\?)/.test(to) && !to.includes("\\") ? to : "/";
}
