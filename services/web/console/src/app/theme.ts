import { type CSSVariablesResolver, createTheme, type MantineColorsTuple } from '@mantine/core'

/**
 * The look of the console: ink blue on paper, gold only for the mark and thin lines, red kept for emergencies and
 * refusals. Contrast of text on its ground is 4.5:1 or better in both schemes.
 */
const ink: MantineColorsTuple = [
  '#eef4f9',
  '#dbe6f0',
  '#b4cce1',
  '#8ab0d1',
  '#6797c3',
  '#4d86b8',
  '#2f6a9e',
  '#1f5585',
  '#174469',
  '#12395a',
]
const gold: MantineColorsTuple = [
  '#fdf6e6',
  '#f6e9cb',
  '#ecd296',
  '#e2bd68',
  '#d6a745',
  '#c2912f',
  '#a67820',
  '#835e19',
  '#674912',
  '#4f380d',
]
const alarm: MantineColorsTuple = [
  '#fdf0ee',
  '#f8dcd8',
  '#f0b4ad',
  '#e88b81',
  '#df675b',
  '#d44f42',
  '#c0392b',
  '#a42a1e',
  '#8a2118',
  '#6e1912',
]
const leaf: MantineColorsTuple = [
  '#ecf7f1',
  '#d6ecdf',
  '#a9d8be',
  '#79c39b',
  '#51b07d',
  '#36a169',
  '#23865a',
  '#1b6f4a',
  '#155a3c',
  '#0e4730',
]
const slate: MantineColorsTuple = [
  '#f3f4f6',
  '#e5e8ec',
  '#ccd2d9',
  '#adb6c1',
  '#8e99a7',
  '#727e8d',
  '#5a6675',
  '#465160',
  '#333d4a',
  '#222a34',
]
const dark: MantineColorsTuple = [
  '#e4e8ed',
  '#b9c2cc',
  '#9fabb8',
  '#6c7a89',
  '#3f4c5a',
  '#2d3845',
  '#212b36',
  '#18212a',
  '#11181f',
  '#0b1015',
]

export const theme = createTheme({
  primaryColor: 'ink',
  primaryShade: { light: 7, dark: 5 },
  colors: { ink, gold, alarm, leaf, slate, dark },
  fontFamily: "'Be Vietnam Pro', system-ui, sans-serif",
  fontFamilyMonospace: "ui-monospace, 'Cascadia Mono', 'Liberation Mono', monospace",
  headings: {
    fontFamily: "'Be Vietnam Pro', system-ui, sans-serif",
    fontWeight: '600',
    sizes: {
      h1: { fontSize: '1.625rem', lineHeight: '1.3' },
      h2: { fontSize: '1.2rem', lineHeight: '1.35' },
      h3: { fontSize: '1rem', lineHeight: '1.4' },
    },
  },
  // Vietnamese stacks two marks on a letter: lines need more air than the default 1.45.
  lineHeights: { xs: '1.45', sm: '1.5', md: '1.6', lg: '1.6', xl: '1.65' },
  defaultRadius: 6,
  cursorType: 'pointer',
  focusRing: 'auto',
  respectReducedMotion: true,
  components: {
    Button: { defaultProps: { size: 'sm' } },
    Paper: { defaultProps: { radius: 8 } },
    Badge: {
      defaultProps: { radius: 4, tt: 'none', variant: 'light', size: 'lg', fw: 600 },
      styles: { root: { fontSize: '0.78rem', letterSpacing: 0 } },
    },
    InputWrapper: { styles: { description: { fontSize: '0.82rem', lineHeight: 1.45 }, label: { marginBottom: 2 } } },
    Tooltip: { defaultProps: { withArrow: true, multiline: true, maw: 320 } },
    Modal: {
      defaultProps: { centered: true, radius: 10 },
      styles: { title: { fontSize: '1.15rem', fontWeight: 600 }, header: { paddingBottom: 8 } },
    },
  },
})

/** Grounds and lines that Mantine has no names for, in both schemes. */
export const cssVariables: CSSVariablesResolver = () => ({
  variables: { '--mantine-font-size-md': '0.95rem' },
  light: {
    '--mantine-color-body': '#ffffff',
    '--mantine-color-text': '#1d2733',
    '--mantine-color-dimmed': '#566272',
    '--mantine-color-default-border': '#d5d9de',
    '--mantine-color-placeholder': '#6b7684',
    '--mantine-color-error': '#a42a1e',
    '--loa-ground': '#f4f3ee',
    '--loa-line': '#e0ded5',
    '--loa-band': '#12395a',
    '--loa-strong': '#12395a',
    '--loa-tint': '#f0f4f8',
    '--loa-gold': '#c2912f',
  },
  dark: {
    '--mantine-color-body': '#18212a',
    '--mantine-color-text': '#e4e8ed',
    '--mantine-color-dimmed': '#a3afbc',
    '--mantine-color-default-border': '#3a4654',
    '--mantine-color-placeholder': '#8d99a7',
    '--mantine-color-error': '#e88b81',
    '--loa-ground': '#0f161d',
    '--loa-line': '#2a3541',
    '--loa-band': '#0c2236',
    '--loa-strong': '#b4cce1',
    '--loa-tint': '#1f2a35',
    '--loa-gold': '#e2bd68',
  },
})
