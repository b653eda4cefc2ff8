// node browser.mjs BROWSER FOLDER REQUESTS.json OUT: serves FOLDER on the loopback, opens its
// index.html in the browser without a window, calls its `draw(request)` for each request, which
// gives a PNG as a data URL, and writes it to OUT/<request.name>.png. How many milliseconds each
// took, from the call to the file, is in OUT/times.json.
import { createServer } from 'node:http'
import { readFile, writeFile } from 'node:fs/promises'
import { extname, join, normalize } from 'node:path'
import puppeteer from 'puppeteer-core'

const TYPES = {
  '.html': 'text/html',
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.json': 'application/json',
  '.ttf': 'font/ttf',
  '.woff2': 'font/woff2',
}

const [executable, folder, requests, out] = process.argv.slice(2)

const server = createServer(async (request, response) => {
  const path = normalize(decodeURIComponent(new URL(request.url, 'http://localhost').pathname))
  try {
    const body = await readFile(join(folder, path === '/' ? 'index.html' : path))
    response.writeHead(200, { 'Content-Type': TYPES[extname(path)] ?? 'application/octet-stream' })
    response.end(body)
  } catch {
    response.writeHead(404).end()
  }
})
await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve))

const browser = await puppeteer.launch({
  executablePath: executable,
  headless: true,
  args: ['--no-sandbox', '--disable-gpu', '--font-render-hinting=none'],
  protocolTimeout: 120_000,
})
try {
  const page = await browser.newPage()
  page.on('pageerror', (error) => console.error(String(error)))
  page.on('console', (message) => message.type() === 'error' && console.error(message.text()))
  await page.goto(`http://127.0.0.1:${server.address().port}/index.html`)
  await page.waitForFunction('typeof window.draw === "function"')
  const times = {}
  for (const request of JSON.parse(await readFile(requests, 'utf8'))) {
    const begun = performance.now()
    const url = await page.evaluate((given) => window.draw(given), request)
    await writeFile(join(out, `${request.name}.png`), Buffer.from(url.split(',')[1], 'base64'))
    times[request.name] = performance.now() - begun
  }
  await writeFile(join(out, 'times.json'), JSON.stringify(times))
} finally {
  await browser.close()
  server.close()
}
