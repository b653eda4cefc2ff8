// What the page is about at the moment: the document, the canvas, and what the person has chosen.

import { computed, effect, signal, type Signal } from '@preact/signals'
import { Clipboard } from './clipboard'
import { BoardDocument, type Element, type Page } from './document'
import { boxOf } from './drawing'
import { grown, type Point } from './geometry'
import type { Guest } from './guest'
import { History, type Preview } from './history'
import { whenLoaded } from './looks/images'
import type { Asked } from './menu'
import type { Person } from './offline/device'
import { Others, personOn } from './others'
import { Pictures } from './pictures'
import { Paging } from './paging'
import { Saver } from './saving'
import { Selection } from './selection'
import { request, socketAddress } from './server'
import type { Surface } from './surface'
import { Choices, type Choice } from './tools/choices'
import { shapeAround } from './tools/shapes'
import type { ToolName } from './tools/tool'
import { again, begin, isWritten, put, type Writing } from './writing'

const MARGIN = 8

export class Model {
  readonly board = new BoardDocument()
  readonly saver: Saver
  readonly choices = new Choices()
  readonly choice = signal<Choice>(this.choices.of('pen'))
  readonly pages = signal<Page[]>([])
  readonly page = signal('')
  readonly count = signal(0)
  /** Another one with each change of the document. */
  readonly edition = signal(0)
  readonly scale = signal(1)
  /** Where on the screen the board's 0, 0 is. */
  readonly corner = signal<Point>({ x: 0, y: 0 })
  /** What a screen reader is told. */
  readonly said = signal('')
  readonly writing = signal<Writing | null>(null)
  readonly canUndo = signal(false)
  readonly canRedo = signal(false)
  readonly takesPages = signal(false)
  readonly isExcalidraw = signal(false)
  readonly isHelping = signal(false)
  /** Where the menu of the canvas is open. */
  readonly menu = signal<Asked | null>(null)
  /** What is to be read for a moment. */
  readonly hint = signal<string | null>(null)
  readonly name = signal('')
  /** The name that the server didn't get. */
  readonly unnamed = signal<string | null>(null)
  /** An older version that is shown; meanwhile nothing may be changed. */
  readonly preview = signal<Preview | null>(null)
  readonly isClosed = computed(() => this.saver.saving.value.state === 'ended')
  surface!: Surface
  readonly selection = new Selection(this)
  readonly paging = new Paging(this)
  readonly clipboard = new Clipboard(this)
  readonly history: History
  readonly pictures: Pictures
  private before = { page: '', view: (): void => {} }

  private readonly company = new Others(() => !this.preview.value, key => this.board.get(key) !== undefined)

  /** A guest has no account here: only what is drawn is theirs to change. */
  constructor (readonly sessionId: string, readonly person: Person, readonly guest: Guest | null = null) {
    this.saver = new Saver(this.board.doc, socketAddress())
    this.history = new History(this, sessionId)
    this.pictures = new Pictures(this, sessionId)
  }

  async open (surface: Surface): Promise<void> {
    this.surface = surface
    surface.whenViewed = () => {
      this.scale.value = surface.scale
      this.corner.value = surface.stage.position()
      this.selection.show()
    }
    whenLoaded(() => surface.changed())
    this.board.listen(keys => this.changed(keys))
    this.board.doc.on('update', () => { this.edition.value++ })
    this.pictures.listen()
    const { undoing } = this.board
    undoing.on('stack-item-added', ({ stackItem }) => this.paging.mark(stackItem))
    for (const name of ['stack-item-added', 'stack-item-popped', 'stack-cleared'] as const) {
      undoing.on(name, () => {
        this.canUndo.value = undoing.canUndo()
        this.canRedo.value = undoing.canRedo()
        this.paging.removed.value = null
      })
    }
    const opened = this.guest
      ? this.saver.open(this.sessionId, null, { ...await this.guest.letIn() })
      : this.saver.open(this.sessionId, { user: this.person.id, name: this.name.value })
    const { provider } = this.saver
    this.company.join(provider, surface)
    if (this.guest) this.follow(this.guest)
    else this.company.introduce(this.person.name, personOn(this.sessionId, this.person.id))
    let isFirst = true
    provider.on('sync', (isSynced: boolean) => {
      if (isSynced && isFirst) surface.fit()
      isFirst &&= !isSynced
    })
    await opened
    this.changed(null)
    surface.fit()
  }

  private follow (guest: Guest): void {
    effect(() => this.company.introduce(guest.name.value, personOn(this.sessionId, guest.id)))
    effect(() => {
      if (this.saver.saving.value.ended !== 'signed out') return
      void guest.again().then(visit => this.saver.comeBackBy({ ...visit }))
    })
  }

  get isGuest (): boolean {
    return this.guest !== null
  }

  private changed (keys: Set<string> | null): void {
    if (this.preview.value) return // it is shown when one looks at the board again
    if (!keys) {
      const before = this.pages.value
      this.pages.value = this.board.pages()
      this.isExcalidraw.value = this.board.isExcalidraw
      const wanted = this.paging.toShow(before)
      if (wanted === this.page.value) this.layPaper()
      else this.lay(wanted)
    }
    this.takesPages.value = this.board.isKnown && this.board.takesPages
    this.selection.show()
    this.count.value = this.surface.elements().length
    this.surface.changed(keys)
    this.company.show()
  }

  choose (choice: Partial<Choice>): void {
    const before = choice.tool ? this.choices.of(choice.tool) : this.choice.value
    this.choice.value = { ...before, ...choice }
    this.choices.keep(this.choice.value)
    if (!choice.tool) this.selection.paint(choice)
    else if (choice.tool !== 'select') this.selection.unselect()
  }

  chooseTool (tool: ToolName): void {
    this.choose({ tool })
  }

  /** In the middle of what one sees, for whoever has no pointer. */
  putShape (): void {
    if (!this.mayDraw) return
    const fields = shapeAround(this.choice.value, this.surface.middle)
    this.selection.take(this.board.add(this.page.value, 'strokes', fields))
  }

  /** Not before it is known which pages there are: what is drawn has to be on one. */
  get mayDraw (): boolean {
    return this.board.isKnown && !this.isExcalidraw.value && !this.isClosed.value &&
      !this.preview.value && this.hasPage
  }

  private get hasPage (): boolean {
    return this.pages.value.some(page => page.key === this.page.value)
  }

  // -- pages ---------------------------------------------------------------------------------

  show (key: string): void {
    this.paging.chosen()
    this.lay(key)
  }

  private lay (key: string): void {
    this.page.value = this.surface.page = key
    this.count.value = this.surface.elements().length
    this.layPaper()
    this.selection.unselect()
    this.surface.changed()
    this.surface.fit()
    this.company.show()
    this.paging.tell(key)
  }

  private layPaper (): void {
    const shown = this.pages.value.find(page => page.key === this.page.value)
    this.surface.lay(shown?.background)
  }

  turn (by: number): void {
    const at = this.pages.value.findIndex(page => page.key === this.page.value)
    const page = this.pages.value[at + by]
    if (page) this.show(page.key)
  }

  /** The page that one is on, or was before one looked back. */
  get livePage (): string {
    return this.preview.value ? this.before.page : this.page.value
  }

  /** Over REST, as a name isn't part of the document; it needs the connection. */
  async rename (name: string): Promise<void> {
    const answer = await request(`/api/v1/solo/sessions/${this.sessionId}/`, {
      method: 'PATCH',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify({ name })
    }).catch(() => null)
    this.unnamed.value = answer?.ok ? null : name
    if (answer?.ok) this.name.value = name
  }

  // -- older versions ------------------------------------------------------------------------

  /** Shows another board in place of this one, which goes on underneath. */
  lookAt (preview: Preview): void {
    if (!this.preview.value) this.before = { page: this.page.value, view: this.surface.keepView() }
    this.pointed(null)
    this.preview.value = preview
    this.takesPages.value = false
    this.surface.board = preview.board
    this.pages.value = preview.board.pages()
    const wanted = preview.element?.page ?? this.before.page
    this.show((this.pages.value.find(({ key }) => key === wanted) ?? this.pages.value[0])?.key ?? '')
    const box = preview.element && boxOf(preview.element)
    this.surface.marquee = box ? grown(box, MARGIN) : null
  }

  lookAtNow (): void {
    if (!this.preview.value) return
    this.preview.value = null
    this.surface.marquee = null
    this.surface.board = this.board
    this.changed(null)
    if (!this.pages.value.some(({ key }) => key === this.before.page)) return
    this.show(this.before.page)
    this.before.view()
  }

  // -- steps ---------------------------------------------------------------------------------

  undo (): void {
    const { undoing } = this.board
    this.paging.follow(() => undoing.undo(), undoing.redoStack)
  }

  redo (): void {
    const { undoing } = this.board
    this.paging.follow(() => undoing.redo(), undoing.undoStack)
  }

  // -- texts ---------------------------------------------------------------------------------

  write (at: Point, element: Element | null): void {
    if (this.writing.value || !this.mayDraw) return
    const choice = this.choice.value.tool === 'select' ? this.choices.of('text') : this.choice.value
    this.writing.value = element ? again(element) : begin(this.page.value, at, choice)
    this.surface.hide(element?.key ?? null)
  }

  written (text: string): void {
    const done = this.writing.value
    this.writing.value = null
    this.surface.hide(null)
    if (done) put(this.board, done, text)
  }

  /** The text or note that is selected, if it is just one. */
  get selectedText (): Element | null {
    const [key, ...others] = this.surface.selected
    const element = key !== undefined && others.length === 0 ? this.board.get(key) : undefined
    return element && isWritten(element) ? element : null
  }

  // -- others --------------------------------------------------------------------------------

  pointed (point: Point | null): void {
    this.company.pointed(point)
  }

  get others (): Signal<string[]> {
    return this.company.names
  }
}
