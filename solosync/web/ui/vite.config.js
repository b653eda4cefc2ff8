import { defineConfig } from 'vite'

// Names tell the content, so that browsers keep the files; `manifest.json` tells the names.
export default defineConfig({
  base: '/static/',
  build: {
    outDir: 'built',
    assetsDir: '',
    manifest: 'manifest.json',
    modulePreload: false,
    target: 'es2022',
    rolldownOptions: {
      input: ['src/board.tsx', 'src/viewer.tsx', 'src/kept.tsx', 'src/worker/worker.ts'],
      output: {
        entryFileNames: '[name]-[hash].js',
        chunkFileNames: '[name]-[hash].js',
        assetFileNames: '[name]-[hash][extname]'
      }
    }
  }
})
