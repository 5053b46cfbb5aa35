import { ConnectionError, SignInError } from "./errors.ts";

/** Asks the page for a token. It comes from the page's own backend; the element keeps it in memory and nowhere else. */
export type TokenProvider = () => string | Promise<string>;


/** Remembers the page's token until the service refuses it. Callers who come together share one question to the page. */
export class Tokens {
    private readonly provider: TokenProvider;
    private token: string | undefined;
    private asking: Promise<string> | undefined;
    private owner: string | undefined;

    constructor(provider: TokenProvider) {
        this.provider = provider;
    }

    async current(): Promise<string> {
        return this.token ?? (await this.ask());
    }

    /** After a refusal. Another caller may have a new token already. */
    async after(refused: string): Promise<string> {
        if (this.token === refused) this.token = undefined;
        return this.current();
    }

    /** From here on the page may give a token of another person. */
    forget(): void {
        this.token = undefined;
        this.owner = undefined;
    }

    private ask(): Promise<string> {
        this.asking ??= Promise.resolve()
            .then(() => this.provider())
            .then(
                (token) => {
                    if (!token) throw new SignInError("The page gave no token.");
                    const owner = ownerOf(token);
                    if (owner && this.owner && owner !== this.owner) throw new SignInError("The page gave a token of somebody else.");
                    this.owner ??= owner;
                    return (this.token = token);
                },
                (reason: unknown) => {
                    // So does a fetch of the page's that reached nobody: that is no refusal.
                    throw reason instanceof TypeError ? new ConnectionError("The page could not ask for a token.", { cause: reason }) : new SignInError("The page gave no token.", { cause: reason });
                },
            )
            .finally(() => (this.asking = undefined));
        return this.asking;
    }
}

/**
 * Whose token it is, as a name that two tabs of the same person share; undefined where its claims cannot be read. Nothing is trusted for it: the service verifies
 * tokens.
 */
export function ownerOf(token: string): string | undefined {
    try {
        const claims = JSON.parse(decode(token.split(".")[1] ?? "")) as Record<string, unknown>;
        // A token that a backend asked for has the backend's account as its subject: the person is in "uid".
        return claims.sub ? hash(JSON.stringify([claims.iss, claims.tenant ?? claims.tenant_id, claims.sub, claims.uid, claims.live])) : undefined;
    } catch {
        return undefined;
    }
}

function decode(part: string): string {
    const bytes = Uint8Array.from(atob(part.replaceAll("-", "+").replaceAll("_", "/")), (character) => character.charCodeAt(0));
    return new TextDecoder().decode(bytes);
}

/** FNV-1a from both ends: crypto.subtle is missing where a page came without TLS. */
export function hash(text: string): string {
    let a = 0x811c9dc5;
    let b = 0x811c9dc5;
    for (let i = 0; i < text.length; i++) {
        a = Math.imul(a ^ text.charCodeAt(i), 0x01000193);
        b = Math.imul(b ^ text.charCodeAt(text.length - 1 - i), 0x01000193);
    }
    return (a >>> 0).toString(36) + (b >>> 0).toString(36);
}
