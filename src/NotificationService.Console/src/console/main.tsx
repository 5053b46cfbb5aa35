import "./look/mantine.css";
import "./look/tokens.css";
import { localStorageColorSchemeManager, MantineProvider } from "@mantine/core";
import { QueryClientProvider } from "@tanstack/react-query";
import { RouterProvider } from "@tanstack/react-router";
import { setNonce } from "get-nonce";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { theme, variables } from "./look/theme.ts";
import { router } from "./router.tsx";
import { session } from "./session/browser.ts";
import { queries } from "./shell/queries.ts";
import { speak } from "./words/index.ts";

/** The page's policy lets in only styles that carry the nonce of this one answer. */
const nonce = document.querySelector<HTMLScriptElement>("script[nonce]")?.nonce ?? "";
setNonce(nonce);

// What another person of this browser has seen is not this one's.
session.subscribe(() => {
    if (session.state.kind === "out") queries.clear();
    void router.invalidate();
});

void speak().then(() => {
    createRoot(document.getElementById("root") as HTMLElement).render(
        <StrictMode>
            <MantineProvider theme={theme} cssVariablesResolver={variables} defaultColorScheme="auto" colorSchemeManager={localStorageColorSchemeManager({ key: "ns-theme" })} getStyleNonce={() => nonce}>
                <QueryClientProvider client={queries}>
                    <RouterProvider router={router} />
                </QueryClientProvider>
            </MantineProvider>
        </StrictMode>,
    );
});
