import { readFileSync } from "node:fs";
import { defineConfig, type Plugin } from "vite";

/** Pages around the element that the service gives out by itself, one at a time: `--mode inbox`, `--mode demo`. */
export default defineConfig(({ mode }) => {
    const folder = `src/pages/${mode}`;
    const page: Plugin = {
        name: "page",
        generateBundle() {
            this.emitFile({ type: "asset", fileName: "index.html", source: readFileSync(`${folder}/index.html`, "utf8") });
        },
    };
    return {
        plugins: [page],
        build: {
            outDir: `dist/pages/${mode}`,
            emptyOutDir: true,
            target: ["chrome125", "firefox129", "safari17.5"],
            minify: true,
            reportCompressedSize: false,
            modulePreload: false,
            copyPublicDir: false,
            rolldownOptions: {
                input: { page: `${folder}/page.ts` },
                output: { format: "es", entryFileNames: "[name].js", assetFileNames: "[name][extname]", minify: true },
            },
        },
    };
});
