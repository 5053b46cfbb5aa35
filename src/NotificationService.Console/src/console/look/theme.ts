import { type CSSVariablesResolver, createTheme, defaultVariantColorsResolver, type MantineColorsTuple } from "@mantine/core";
import { ChevronDown } from "lucide-react";
import { createElement } from "react";

const accent: MantineColorsTuple = ["#edebfc", "#d9d5fa", "#c0b9ff", "#aba2ff", "#8c80f0", "#6f62e4", "#5a4edb", "#4b3fd6", "#3f34bd", "#3329a0"];

export const theme = createTheme({
    primaryColor: "accent",
    primaryShade: { light: 7, dark: 3 },
    colors: { accent },
    variantColorResolver: (input) => {
        const colors = defaultVariantColorsResolver(input);
        return input.variant === "filled" ? { ...colors, color: "var(--ns-on-accent)" } : colors;
    },
    fontFamily: '"Inter Variable", system-ui, sans-serif',
    fontFamilyMonospace: "var(--ns-mono)",
    defaultRadius: 6,
    fontSizes: { xs: "12px", sm: "13px", md: "14px", lg: "16px", xl: "20px" },
    lineHeights: { xs: "16px", sm: "20px", md: "20px", lg: "24px", xl: "28px" },
    spacing: { xs: "4px", sm: "8px", md: "12px", lg: "16px", xl: "24px" },
    headings: { fontWeight: "600" },
    focusRing: "auto",
    cursorType: "pointer",
    respectReducedMotion: true,
    components: {
        Button: { defaultProps: { size: "sm" } },
        NativeSelect: { defaultProps: { rightSection: createElement(ChevronDown, { size: 14, "aria-hidden": true }), rightSectionWidth: 28 } },
        Tooltip: { defaultProps: { openDelay: 300, events: { hover: true, focus: true, touch: true }, withArrow: false, multiline: true, maw: 360 } },
        // A dialog's head is not the page's.
        Modal: { defaultProps: { attributes: { header: { role: "presentation" } }, centered: true, radius: 8, overlayProps: { backgroundOpacity: 0.4 }, transitionProps: { duration: 140 } } },
    },
});

/** What Mantine paints with is what the design names. */
export const variables: CSSVariablesResolver = () => {
    const both = {
        "--mantine-color-body": "var(--ns-surface)",
        "--mantine-color-text": "var(--ns-text)",
        "--mantine-color-dimmed": "var(--ns-text-3)",
        "--mantine-color-placeholder": "var(--ns-text-3)",
        "--mantine-color-error": "var(--ns-bad)",
        "--mantine-color-default": "var(--ns-surface)",
        "--mantine-color-default-hover": "var(--ns-hover)",
        "--mantine-color-default-color": "var(--ns-text)",
        "--mantine-color-default-border": "var(--ns-control)",
        "--mantine-color-anchor": "var(--ns-accent)",
        "--mantine-color-accent-filled": "var(--ns-accent)",
        "--mantine-color-accent-filled-hover": "var(--ns-accent-hover)",
        "--mantine-color-accent-light": "var(--ns-accent-tint)",
        "--mantine-color-accent-light-hover": "var(--ns-accent-tint)",
        "--mantine-color-accent-light-color": "var(--ns-accent)",
        "--mantine-primary-color-filled": "var(--ns-accent)",
        "--mantine-primary-color-filled-hover": "var(--ns-accent-hover)",
        "--mantine-primary-color-contrast": "var(--ns-on-accent)",
        "--mantine-color-red-filled": "var(--ns-bad)",
        "--mantine-color-red-filled-hover": "var(--ns-bad)",
        "--mantine-color-red-light-color": "var(--ns-bad)",
        "--mantine-color-red-light": "var(--ns-bad-tint)",
        "--mantine-color-red-light-hover": "var(--ns-bad-tint)",
        "--mantine-color-disabled": "var(--ns-neutral-tint)",
        "--mantine-color-disabled-color": "var(--ns-text-3)",
        "--mantine-color-disabled-border": "var(--ns-divider)",
    };
    return { variables: {}, light: both, dark: both };
};
