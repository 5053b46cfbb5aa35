import { defineConfig, type Plugin, type UserConfig } from "vite";
import { demoService } from "./tests/demo.ts";

/** The page `demo.html` talks to a service in memory. */
const demo: Plugin = {
    name: "demo-service",
    async configureServer(server) {
        const service = demoService();
        server.middlewares.use((request, response, next) => (request.url?.startsWith("/api/") || request.url?.startsWith("/demo/") ? void service.handle(request, response) : next()));
    },
};

/** The console: its page, and what the page needs by routes, under names that say what is in them. `--mode console`. */
function consoleConfig(): UserConfig {
    return {
        root: "src/console",
        base: "/",
        // What is small stays a file too: the page's policy knows no data: addresses.
        html: { cspNonce: "__CSP_NONCE__" },
        server: { proxy: { "/api": process.env.SERVICE ?? "http://localhost:8080" } },
        build: {
            outDir: "../../dist/console",
            emptyOutDir: true,
            target: ["chrome125", "firefox129", "safari17.5"],
            assetsInlineLimit: 0,
            reportCompressedSize: false,
            manifest: true,
            modulePreload: { polyfill: false },
            // A word for servers that libraries begin their files with; there is none here.
            rolldownOptions: { onLog: (level, log, next) => (log.code === "MODULE_LEVEL_DIRECTIVE" ? undefined : next(level, log)) },
        },
    };
}

/** One file without anything beside it, so that a page can take it from the service with one script element. */
export default defineConfig(({ mode }) => {
    if (mode === "console") return consoleConfig();
    const isReact = mode === "react";
    return {
        plugins: [demo],
        build: {
            outDir: "dist/inbox",
            emptyOutDir: !isReact,
            target: ["chrome125", "firefox129", "safari17.5"],
            minify: true,
            reportCompressedSize: false,
            modulePreload: false,
            copyPublicDir: false,
            rolldownOptions: {
                input: isReact ? { react: "src/inbox/react.tsx" } : { "notification-inbox": "src/inbox/index.ts" },
                preserveEntrySignatures: "strict",
                external: isReact ? ["react", "@notification-service/inbox"] : [],
                output: { format: "es", entryFileNames: "[name].js", minify: true },
            },
        },
    };
});
