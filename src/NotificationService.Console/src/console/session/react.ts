import { useSyncExternalStore } from "react";
import { session } from "./browser.ts";
import type { Person } from "./session.ts";

export function useSession() {
    return useSyncExternalStore(session.subscribe, () => session.state);
}

export type Right = "view" | "send" | "admin" | "platform";

const allowed: Record<Right, readonly string[]> = {
    view: ["viewer", "operator", "admin", "platform_admin"],
    send: ["operator", "admin", "platform_admin"],
    admin: ["admin", "platform_admin"],
    platform: ["platform_admin"],
};

/** Whether the service would let this person: buttons that would be refused are not offered. */
export function may(person: Pick<Person, "roles">, right: Right): boolean {
    return person.roles.some((role) => allowed[right].includes(role));
}

export function useMay(right: Right): boolean {
    const state = useSession();
    return state.kind === "in" && may(state.person, right);
}
