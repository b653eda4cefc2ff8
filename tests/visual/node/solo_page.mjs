// Draws a page of a Solo board as the whiteboard itself does: one Konva node for each element.
// window.draw({page, width, height, scale, konva}) gives a PNG as a data URL; `konva` is the version.
import Konva10 from 'konva-10'
import Konva9 from 'konva'
import { getStroke } from 'perfect-freehand'

const VERSIONS = { 9: Konva9, 10: Konva10 }
let Konva = Konva9

const HIGHLIGHTER_OPACITY = 0.4
const FONTS = 'Arial, Arabic, Emoji'

const points = (given) => {
  if (typeof given?.[0] === 'number') {
    return Array.from({ length: given.length / 2 }, (_, i) => [given[2 * i], given[2 * i + 1]])
  }
  return (given ?? []).map((p) => (Array.isArray(p) ? p : p.p === undefined ? [p.x, p.y] : [p.x, p.y, p.p]))
}

const outlinePath = (outline) => {
  if (outline.length === 0) return ''
  const parts = [`M ${outline[0][0]} ${outline[0][1]} Q`]
  outline.forEach(([x, y], i) => {
    const [nextX, nextY] = outline[(i + 1) % outline.length]
    parts.push(`${x} ${y} ${(x + nextX) / 2} ${(y + nextY) / 2}`)
  })
  return `${parts.join(' ')} Z`
}

const common = (element, composite = 'source-over') => ({
  opacity: element.opacity ?? 1,
  globalCompositeOperation: element.composite ?? composite,
})

const stroked = (element) => ({
  stroke: element.color,
  strokeWidth: element.size,
  lineCap: 'round',
  lineJoin: 'round',
})

// Start and end, of whichever form the element is.
const ends = (element) => {
  if (element.startX !== undefined) {
    return [[element.startX, element.startY], [element.endX, element.endY]]
  }
  if (element.width !== undefined && !element.points) {
    const { x, y, width, height } = element
    return [[x, y], [x + width, y + height]]
  }
  const all = points(element.points)
  return element.tool ? [all[0], all.at(-1)] : all
}

const box = (element) => {
  const corners = ends(element)
  const [xs, ys] = [0, 1].map((axis) => corners.map((corner) => corner[axis]))
  const [x, y] = [Math.min(...xs), Math.min(...ys)]
  return { x, y, width: Math.max(...xs) - x, height: Math.max(...ys) - y }
}

const place = (element) => {
  if (element.x !== undefined) return { x: element.x, y: element.y }
  const [[x, y]] = points(element.points)
  return { x, y }
}

const pen = (element) => {
  const given = points(element.points)
  const simulatePressure = given.every((point) => point.length < 3)
  const outline = getStroke(given, { size: element.size, simulatePressure })
  return [new Konva.Path({ data: outlinePath(outline), fill: element.color, ...common(element) })]
}

const line = (element, options) => [
  new Konva.Line({ points: ends(element).flat(), ...stroked(element), ...common(element), ...options }),
]

const kinds = {
  pen,
  highlighter: (element) =>
    line({ ...element, tool: undefined }, { opacity: element.opacity ?? HIGHLIGHTER_OPACITY }),
  eraser: (element) => line({ ...element, tool: undefined }, common(element, 'destination-out')),
  line,
  arrow: (element) => {
    const size = element.arrowSize ?? Math.max(10, 3 * element.size)
    return [
      new Konva.Arrow({
        points: ends(element).flat(),
        ...stroked(element),
        ...common(element),
        fill: element.color,
        pointerLength: size,
        pointerWidth: size,
        pointerAtBeginning: element.arrowStart === true,
        pointerAtEnding: element.arrowEnd !== false,
      }),
    ]
  },
  rectangle: (element) => [
    new Konva.Rect({
      ...box(element),
      stroke: element.color,
      strokeWidth: element.size,
      ...common(element),
    }),
  ],
  circle: (element) => {
    const style = { stroke: element.color, strokeWidth: element.size, ...common(element) }
    if (element.radius !== undefined) {
      return [new Konva.Circle({ ...place(element), radius: element.radius, ...style })]
    }
    const { x, y, width, height } = box(element)
    return [
      new Konva.Ellipse({
        x: x + width / 2,
        y: y + height / 2,
        radiusX: width / 2,
        radiusY: height / 2,
        ...style,
      }),
    ]
  },
  text: (element) => [
    new Konva.Text({
      ...place(element),
      text: element.text,
      fontSize: element.fontSize ?? 16,
      fontFamily: FONTS,
      fill: element.color,
      ...(element.width ? { width: element.width } : {}),
      ...common(element),
    }),
  ],
  note: (element) => {
    const { x, y } = place(element)
    const [width, height] = [element.width ?? 200, element.height ?? 200]
    const group = new Konva.Group({ x, y, opacity: element.opacity ?? 1 })
    group.add(new Konva.Rect({ width, height, fill: element.color, cornerRadius: 8 }))
    group.add(
      new Konva.Text({
        x: 10,
        y: 10,
        width: width - 20,
        text: element.text,
        fontSize: element.fontSize ?? 16,
        fontFamily: FONTS,
        fill: '#1f2937',
      }),
    )
    return [group]
  },
}

const picture = (src) =>
  new Promise((resolve, reject) => {
    const image = new Image()
    image.onload = () => resolve(image)
    image.onerror = () => reject(new Error(`no picture: ${src.slice(0, 60)}`))
    image.src = src
  })

const asset = async (element) =>
  new Konva.Image({
    image: await picture(element.src),
    x: element.x,
    y: element.y,
    width: element.width,
    height: element.height,
    rotation: element.rotation ?? 0,
    ...common(element),
  })

const paper = (background, width, height) => {
  const { type = 'white', color = '#ffffff', gridSize = 20, lineColor = '#e5e7eb' } = background ?? {}
  const nodes = [new Konva.Rect({ width, height, fill: type === 'white' ? '#ffffff' : color })]
  const lines = (step, opacity, isRuled) => {
    for (let y = 0; y <= height; y += step) {
      nodes.push(new Konva.Line({ points: [0, y + 0.5, width, y + 0.5], stroke: lineColor, strokeWidth: 1, opacity }))
    }
    for (let x = 0; x <= width && !isRuled; x += step) {
      nodes.push(new Konva.Line({ points: [x + 0.5, 0, x + 0.5, height], stroke: lineColor, strokeWidth: 1, opacity }))
    }
  }
  if (type === 'grid') lines(gridSize, 1, false)
  if (type === 'ruled') lines(gridSize, 1, true)
  if (type === 'graph') {
    lines(gridSize, 0.5, false)
    lines(gridSize * 5, 1, false)
  }
  if (type === 'dots') {
    for (let y = 0; y <= height; y += gridSize) {
      for (let x = 0; x <= width; x += gridSize) {
        nodes.push(new Konva.Circle({ x: x + 0.5, y: y + 0.5, radius: 1, fill: lineColor }))
      }
    }
  }
  return nodes
}

const add = (layer, nodes) => {
  for (const node of nodes) layer.add(node)
}

// What Arial hasn't, from the fonts that our own pictures are made with.
const fallbacks = [['Arabic', 'NotoSansArabic-Regular.ttf'], ['Emoji', 'NotoEmoji-Regular.ttf']]

const loadFonts = async () => {
  for (const [family, file] of fallbacks) {
    document.fonts.add(await new FontFace(family, `url(${file})`).load())
  }
}
const fontsAreLoaded = loadFonts()

window.draw = async ({ page, width, height, scale, konva = 9 }) => {
  Konva = VERSIONS[konva]
  await fontsAreLoaded
  const stage = new Konva.Stage({ container: 'stage', width, height })
  const under = new Konva.Layer()
  const layer = new Konva.Layer()
  stage.add(under, layer)
  add(under, paper(page.background, width, height))
  const assets = [...(page.assets ?? [])].sort((a, b) => (a.zIndex ?? 0) - (b.zIndex ?? 0))
  for (const element of assets) layer.add(await asset(element))
  const drawn = [...(page.shapes ?? []), ...(page.strokes ?? []), ...(page.texts ?? [])]
  for (const element of drawn) add(layer, (kinds[element.tool ?? element.type] ?? pen)(element))
  const url = stage.toDataURL({ pixelRatio: scale })
  stage.destroy()
  return url
}
