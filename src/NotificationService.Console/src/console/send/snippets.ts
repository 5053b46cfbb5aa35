import type { SendRequest } from "./request.ts";

export const languages = ["curl", "csharp", "typescript"] as const;
export type SnippetLanguage = (typeof languages)[number];

const path = "/api/v1/services/notifications/send";

/** The same send, for a program. The token is the program's own. */
export function snippetOf(language: SnippetLanguage, request: SendRequest, origin: string): string {
    const json = JSON.stringify(request, null, 2);
    switch (language) {
        case "curl":
            // A quote ends the shell's text, stands for itself, and begins it again.
            return `curl -s ${origin}${path} \\\n  -H "Authorization: Bearer $TOKEN" -H 'Content-Type: application/json' -H "Idempotency-Key: $(uuidgen)" \\\n  -d '${json.replaceAll("'", "'\\''")}'`;
        case "csharp": {
            // More quotes than the text has in a row.
            const quotes = '"'.repeat(Math.max(3, ...[...json.matchAll(/"+/g)].map((match) => match[0].length + 1)));
            return `using var request = new HttpRequestMessage(HttpMethod.Post, "${origin}${path}");
request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
request.Headers.Add("Idempotency-Key", Guid.NewGuid().ToString());
request.Content = new StringContent(${quotes}
${json.replace(/^/gm, "    ")}
    ${quotes}, Encoding.UTF8, "application/json");
using var response = await httpClient.SendAsync(request);
response.EnsureSuccessStatusCode();`;
        }
        case "typescript":
            return `const response = await fetch("${origin}${path}", {
    method: "POST",
    headers: { Authorization: \`Bearer \${token}\`, "Content-Type": "application/json", "Idempotency-Key": crypto.randomUUID() },
    body: JSON.stringify(${json.replace(/\n/g, "\n    ")}),
});
if (!response.ok) throw new Error(await response.text());`;
    }
}
