const tags = /<[a-zA-Z](?:"[^"]*"|'[^']*'|[^'">])*>/g;
const names = /("[^"]*"|'[^']*')((?:style|on\w+)(?=\s*=))?|([\s/])(style|on\w+)(?=\s*=)/gi;

/** What an attribute is called that the policy would report: it looks at HTML wherever it is parsed, also where nothing of it is shown or run. */
const renamed = (name: string) => (name.toLowerCase() === "style" ? "data-style" : "data-on");

/** Attributes get another name before the mail is parsed, and sheets get the nonce. */
function prepared(html: string, nonce: string): string {
    const attributes = (tag: string) =>
        tag.replace(names, (_, quoted: string | undefined, close: string | undefined, before: string | undefined, name: string | undefined) => {
            if (quoted === undefined) return `${before}${renamed(name as string)}`;
            return close === undefined ? quoted : `${quoted} ${renamed(close)}`;
        });
    return html.replace(tags, (tag) => (/^<style[\s>/]/i.test(tag) ? `<style nonce="${nonce}">` : attributes(tag)));
}

/**
 * A mail as a document for a frame without scripts. The page's policy holds in the frame, too: styles need its nonce, and `style` attributes would be ignored. So
 * each of them becomes a rule of a sheet, stronger than what the mail's own sheets say. What is neither text nor style, a picture of this service or a link is left out.
 */
export function mailDocument(html: string, nonce: string): string {
    const mail = new DOMParser().parseFromString(prepared(html, nonce), "text/html");
    for (const element of mail.querySelectorAll("script,iframe,object,embed,base,link,meta,form,noscript,template")) element.remove();
    const rules: string[] = [];
    for (const element of mail.querySelectorAll("*")) {
        for (const attribute of [...element.attributes]) if (/^on/i.test(attribute.name) || attribute.name === "data-s" || attribute.name === "data-on") element.removeAttribute(attribute.name);
        const style = element.getAttribute("data-style");
        element.removeAttribute("style");
        element.removeAttribute("data-style");
        if (style === null) continue;
        // What would end the rule would begin another.
        if (/[{}<]/.test(style)) continue;
        const name = `[data-s="${rules.length}"]`;
        element.setAttribute("data-s", String(rules.length));
        rules.push(`${name.repeat(4)}{${style}}`);
    }
    const own = mail.createElement("style");
    own.setAttribute("nonce", nonce);
    own.textContent = `html{color-scheme:light;background:#fff}body{font:14px/20px system-ui,sans-serif}${rules.join("\n")}`;
    mail.head.append(own);
    return `<!doctype html>${mail.documentElement.outerHTML}`;
}
