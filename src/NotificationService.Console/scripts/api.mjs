// Takes from the service's OpenAPI document what the console calls, and makes the types of it:
//   dotnet run --project ../NotificationService.Host -- openapi > openapi.json && npm run api -- openapi.json
// Without a file only the types are made anew.
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import openapiTypes, { astToString } from "openapi-typescript";

const folder = new URL("../src/console/api/", import.meta.url);
const excerpt = new URL("openapi.json", folder);

/** Examples and descriptions are for readers, and change more often than shapes. A field may be called like one of them: what it is then is a schema. */
function withoutProse(node) {
    if (Array.isArray(node)) return node.map(withoutProse);
    if (node === null || typeof node !== "object") return node;
    const rest = Object.entries(node).filter(([key, value]) => !((key === "description" || key === "summary" || key === "title") && typeof value === "string") && key !== "example" && key !== "examples" && !(key === "tags" && Array.isArray(value)));
    return Object.fromEntries(rest.map(([key, value]) => [key, withoutProse(value)]));
}

function excerptOf(document) {
    const wanted = JSON.parse(readFileSync(new URL("operations.json", folder), "utf8"));
    const paths = {};
    const schemas = {};
    const take = (node) => {
        if (Array.isArray(node)) node.forEach(take);
        else if (node !== null && typeof node === "object") {
            const name = typeof node.$ref === "string" ? node.$ref.replace("#/components/schemas/", "") : undefined;
            if (name !== undefined && !(name in schemas)) {
                schemas[name] = withoutProse(document.components.schemas[name]);
                take(schemas[name]);
            }
            Object.values(node).forEach(take);
        }
    };
    for (const [path, methods] of Object.entries(wanted)) {
        paths[path] = {};
        for (const method of methods) {
            const operation = document.paths[path]?.[method];
            if (operation === undefined) throw new Error(`The service has no ${method} ${path}.`);
            const { parameters, requestBody, responses } = operation;
            // What goes wrong is a problem on every route.
            const good = Object.fromEntries(
                Object.entries(responses)
                    .filter(([status]) => status.startsWith("2"))
                    .map(([status, { description, content }]) => [status, { description, ...(content && { content }) }]),
            );
            paths[path][method] = { ...(parameters && { parameters: withoutProse(parameters) }), ...(requestBody && { requestBody: withoutProse(requestBody) }), responses: Object.fromEntries(Object.entries(good).map(([status, response]) => [status, { description: "", ...withoutProse(response) }])) };
            take(paths[path][method]);
        }
    }
    take({ $ref: "#/components/schemas/Problem" });
    return { openapi: document.openapi, info: { title: "What the console calls", version: "1" }, paths, components: { schemas: Object.fromEntries(Object.entries(schemas).sort(([a], [b]) => a.localeCompare(b))) } };
}

const [file] = process.argv.slice(2);
if (file !== undefined) writeFileSync(excerpt, `${JSON.stringify(excerptOf(JSON.parse(readFileSync(file, "utf8"))), null, 1)}\n`);
const schema = new URL("schema.ts", folder);
const text = `// Made by \`npm run api\` of openapi.json.\n${astToString(await openapiTypes(excerpt, { defaultNonNullable: false }))}`;
// A file that is as it was is not newer: nothing is built anew for it.
if (!existsSync(schema) || readFileSync(schema, "utf8") !== text) writeFileSync(schema, text);
