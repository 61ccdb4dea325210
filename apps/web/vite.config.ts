import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';
import type { Plugin } from 'vite';

const api = 'http://127.0.0.1:3001';

/** Asks for the text face with the page itself, so that text does not change its face after it is read. */
const preloadText: Plugin = {
  name: 'quadrax-preload-text',
  transformIndexHtml: {
    order: 'post',
    handler(_html, { bundle }) {
      const face = Object.keys(bundle ?? {}).find((name) => /inter-latin-wght-normal.*\.woff2$/.test(name));
      if (face === undefined) return [];
      return [
        {
          tag: 'link',
          attrs: { rel: 'preload', href: `/${face}`, as: 'font', type: 'font/woff2', crossorigin: true },
          injectTo: 'head',
        },
      ];
    },
  },
};

export default defineConfig({
  plugins: [react(), preloadText],
  // The server puts the nonce of the request in its place.
  html: { cspNonce: '__CSP_NONCE__' },
  build: {
    outDir: 'dist',
    emptyOutDir: true,
    target: 'es2023',
    // Fonts and pictures stay files: the content policy has no `data:` for them.
    assetsInlineLimit: 0,
    // The one large chunk is ECharts, asked for by the first chart.
    chunkSizeWarningLimit: 700,
    rolldownOptions: {
      output: {
        // A shared piece would be named after every page that shares it.
        chunkFileNames: ({ name }) => `assets/${name.startsWith('shared~') ? 'shared' : '[name]'}-[hash].js`,
        codeSplitting: {
          groups: [
            // What every page begins with, in one piece.
            { name: 'initial', tags: ['$initial'], priority: 1 },
            // What some pages share, by which of them do; the smallest pieces go with their nearest kin.
            { name: 'shared', minShareCount: 2, entriesAware: true, entriesAwareMergeThreshold: 500 },
          ],
        },
      },
    },
  },
  server: {
    port: 5173,
    strictPort: true,
    proxy: {
      '/api': api,
      '/health': api,
      '/openapi.json': api,
      '/docs': api,
      '/socket.io': { target: api, ws: true },
      '/ws': { target: api, ws: true },
    },
  },
});
