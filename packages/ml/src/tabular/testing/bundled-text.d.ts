/** Files that tests import as text. */
declare module '*?raw' {
  const text: string;
  export default text;
}

interface ImportMeta {
  /** Vite's eager import of many files as text, by path. */
  glob(pattern: string, options: { eager: true; query: '?raw'; import: 'default' }): Record<string, string>;
}
