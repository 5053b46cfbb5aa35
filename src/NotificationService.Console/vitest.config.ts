import { defineConfig } from "vitest/config";

const alias = { "@notification-service/inbox": new URL("src/inbox/index.ts", import.meta.url).pathname };

export default defineConfig({
    test: {
        projects: [
            { resolve: { alias }, test: { name: "unit", include: ["tests/unit/**/*.test.ts"], environment: "node", testTimeout: 20_000 } },
            { test: { name: "console", include: ["tests/console/**/*.test.{ts,tsx}"], environment: "happy-dom", testTimeout: 20_000 } },
            // They share a browser and two processor cores.
            { test: { name: "browser", include: ["tests/browser/**/*.test.ts"], environment: "node", testTimeout: 60_000, hookTimeout: 60_000, fileParallelism: false } },
        ],
    },
});
