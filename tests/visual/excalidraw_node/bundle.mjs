// node bundle.mjs PAGE.mjs FOLDER: makes FOLDER/index.html, a page that runs PAGE.mjs, with
// Excalidraw's fonts beside it.
import { cp, mkdir, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'

const [entry, folder] = process.argv.slice(2)
const packages = join(dirname(fileURLToPath(import.meta.url)), 'node_modules')
await mkdir(folder, { recursive: true })
await cp(join(packages, '@excalidraw/excalidraw/dist/prod/fonts'), join(folder, 'fonts'), {
  recursive: true,
})
await build({
  entryPoints: [entry],
  outfile: join(folder, 'page.js'),
  bundle: true,
  format: 'esm',
  conditions: ['production'],
  define: { 'process.env.IS_PREACT': '"false"', 'process.env.NODE_ENV': '"production"' },
  loader: { '.woff2': 'file', '.ttf': 'file' },
  logLevel: 'warning',
})
await writeFile(
  join(folder, 'index.html'),
  `<!doctype html><meta charset="utf-8"><title>Reference</title>
<script>window.EXCALIDRAW_ASSET_PATH = location.origin + '/'</script>
<script type="module" src="page.js"></script>
`,
)
