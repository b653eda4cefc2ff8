// node bundle.mjs PAGE.mjs FOLDER: makes FOLDER/index.html, a page that runs PAGE.mjs.
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { build } from 'esbuild'

const [entry, folder] = process.argv.slice(2)
await mkdir(folder, { recursive: true })
await build({
  entryPoints: [entry],
  outfile: join(folder, 'page.js'),
  bundle: true,
  format: 'iife',
  logLevel: 'warning',
})
await writeFile(
  join(folder, 'index.html'),
  '<!doctype html><meta charset="utf-8"><link rel="icon" href="data:,"><title>Reference</title><div id="stage"></div><script src="page.js"></script>\n',
)
