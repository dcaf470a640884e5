import { fileURLToPath } from 'node:url'
import react from '@vitejs/plugin-react'
import { defineConfig } from 'vite'

/**
 * The console is a static bundle: `npx vite build --config services/web/console/vite.config.ts` from the project root
 * writes it to `dist/web/console`. Nothing is inlined as a data: address, because the server's content security policy
 * only allows its own origin.
 */
export default defineConfig({
  root: fileURLToPath(new URL('.', import.meta.url)),
  base: '/',
  plugins: [react()],
  build: {
    outDir: '../../../dist/web/console',
    emptyOutDir: true,
    assetsDir: 'assets',
    assetsInlineLimit: 0,
  },
  server: {
    host: '127.0.0.1',
    // The API, and what previews show: the board player and stored files.
    proxy: {
      '^/(api|b|board-preview|board-assets|files|print|print-assets|n)(/|$)': {
        target: 'http://127.0.0.1:8080',
        changeOrigin: false,
      },
    },
  },
})
