// node outlines.mjs < [{points, options}, ...]: the outlines that the package makes of them.
import { readFileSync } from 'node:fs'
import { getStroke } from 'perfect-freehand'

const requests = JSON.parse(readFileSync(0, 'utf8'))
process.stdout.write(JSON.stringify(requests.map(({ points, options }) => getStroke(points, options))))
