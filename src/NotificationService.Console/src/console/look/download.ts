import { api } from "../session/browser.ts";

/** Fetches a file with the token that its address cannot carry, and hands it to the browser. */
export async function download(address: string, name: string): Promise<void> {
    const url = URL.createObjectURL(await (await api.raw(address)).blob());
    const link = document.createElement("a");
    link.href = url;
    link.download = name;
    link.click();
    // The browser has begun by then.
    setTimeout(() => URL.revokeObjectURL(url), 60_000);
}
