import { createTheme, defaultVariantColorsResolver } from '@mantine/core';
import type { MantineColorsTuple, VariantColorsResolver } from '@mantine/core';

const teal: MantineColorsTuple = [
  '#eef6f5',
  '#e2efee',
  '#c3dedc',
  '#96c6c3',
  '#66c9c1',
  '#3d9490',
  '#1f7674',
  '#0d5c63',
  '#0a484e',
  '#073539',
];

/** Filled controls take their colours from the tokens, which are set apart for light and dark. */
const variantColorResolver: VariantColorsResolver = (input) => {
  const color = input.color ?? input.theme.primaryColor;
  if (input.variant === 'filled' && (color === 'teal' || color === 'red')) {
    const name = color === 'teal' ? 'accent' : 'bad';
    return {
      background: `var(--${name}-fill)`,
      hover: `var(--${name}-fill-hover)`,
      color: `var(--on-${name})`,
      border: '1px solid transparent',
    };
  }
  if (input.variant === 'default') {
    return {
      background: 'var(--surface)',
      hover: 'var(--sunken)',
      color: 'var(--ink)',
      border: '1px solid var(--line-strong)',
    };
  }
  if (input.variant === 'subtle' && (color === 'teal' || color === 'gray')) {
    return {
      background: 'transparent',
      hover: 'var(--sunken)',
      color: color === 'teal' ? 'var(--accent)' : 'var(--ink-2)',
      border: '1px solid transparent',
    };
  }
  return defaultVariantColorsResolver(input);
};

const dialog = {
  // Locking the scroll would move the page by the width of its scroll bar.
  lockScroll: false,
  overlayProps: { backgroundOpacity: 0.4, blur: 0 },
  closeButtonProps: { 'aria-label': 'Close' },
  // A <header> outside the page's sections would count as a second banner.
  attributes: { header: { role: 'presentation' } },
};

/** Mantine's theme. Its CSS variables are in `tokens.css`, so that the first paint waits for no script. */
export const theme = createTheme({
  primaryColor: 'teal',
  primaryShade: { light: 7, dark: 4 },
  colors: { teal },
  black: '#14191a',
  fontFamily: 'var(--sans)',
  fontFamilyMonospace: 'var(--mono)',
  defaultRadius: 'sm',
  cursorType: 'pointer',
  focusRing: 'auto',
  respectReducedMotion: true,
  variantColorResolver,
  components: {
    Button: { defaultProps: { size: 'sm' } },
    ActionIcon: { defaultProps: { variant: 'subtle', color: 'gray' } },
    Modal: { defaultProps: { ...dialog, centered: true } },
    Drawer: { defaultProps: { ...dialog, position: 'right' } },
    Notification: { defaultProps: { closeButtonProps: { 'aria-label': 'Close' } } },
    Tooltip: { defaultProps: { openDelay: 300, withArrow: false } },
    Menu: {
      defaultProps: {
        shadow: 'md',
        position: 'bottom-end',
        returnFocus: true,
        // Its placeholder for the first focus is a child that a menu may not have.
        withInitialFocusPlaceholder: false,
        // Beside its button, so that it stays in the button's landmark.
        withinPortal: false,
        floatingStrategy: 'fixed',
      },
    },
    Select: { defaultProps: { comboboxProps: { shadow: 'md' } } },
  },
});
