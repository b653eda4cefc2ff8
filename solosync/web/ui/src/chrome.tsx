// What stands around the canvas: the bar above, tools, pages, and the help.

import type { JSX } from 'preact'
import { useEffect, useRef } from 'preact/hooks'
import type { Tool } from './gestures'
import { Icon, type IconName } from './icons'
import { COLORS, SIZES, type Model } from './model'
import { Status } from './status'
import { texts } from './texts'

interface OfModel { model: Model }

function Act (
  { icon, label, onClick, isOff = false }:
  { icon: IconName, label: string, onClick: () => void, isOff?: boolean }
): JSX.Element {
  return (
    <button type='button' title={label} aria-label={label} disabled={isOff} onClick={onClick}>
      <Icon name={icon} />
    </button>
  )
}

export function Bar ({ model, name, about }: OfModel & { name: string, about: string }): JSX.Element {
  const others = model.others.value
  return (
    <header>
      <a class='home' href='/' title={texts.home} aria-label={texts.home}><Icon name='home' /></a>
      <h1><a href={about} title={texts.about}>{name}</a></h1>
      <Status model={model} />
      {others.length > 0 && (
        <p class='others' title={others.join(', ')}>{texts.somebody(others.length + 1)}</p>
      )}
      <Act icon='help' label={texts.help} onClick={() => { model.isHelping.value = true }} />
    </header>
  )
}

export function Tools ({ model }: OfModel): JSX.Element {
  const { tool, color, size } = model.choice.value
  return (
    <div class='tools' role='toolbar' aria-label={texts.toolbar}>
      {(Object.keys(texts.tools) as Tool[]).map(one => (
        <button
          key={one} type='button' title={texts.tools[one]} aria-label={texts.tools[one]}
          aria-pressed={tool === one} onClick={() => model.chooseTool(one)}
        >
          <Icon name={one} />
        </button>
      ))}
      <span class='gap' />
      <span class='group' role='group' aria-label={texts.colors}>
        {COLORS.map((one, at) => (
          <button
            key={one} type='button' class='color' title={texts.colorNames[at]}
            aria-label={texts.colorNames[at]} aria-pressed={color === one}
            onClick={() => model.choose({ color: one })}
          >
            <i style={{ background: one }} />
          </button>
        ))}
      </span>
      <span class='group' role='group' aria-label={texts.sizes}>
        {SIZES.map((one, at) => (
          <button
            key={one} type='button' class='size' title={texts.sizeNames[at]}
            aria-label={texts.sizeNames[at]} aria-pressed={size === one}
            onClick={() => model.choose({ size: one })}
          >
            <i style={{ width: `${one + 2}px`, height: `${one + 2}px` }} />
          </button>
        ))}
      </span>
      <span class='gap' />
      <Act icon='undo' label={texts.undo} isOff={!model.canUndo.value} onClick={() => model.undo()} />
      <Act icon='redo' label={texts.redo} isOff={!model.canRedo.value} onClick={() => model.redo()} />
      <Act
        icon='remove' label={texts.remove} isOff={model.selection.value === 0}
        onClick={() => model.removeSelected()}
      />
    </div>
  )
}

export function Pages ({ model }: OfModel): JSX.Element {
  return (
    <footer>
      <nav aria-label={texts.pages}>
        {model.pages.value.map((page, at) => (
          <button
            key={page.key} type='button' aria-current={page.key === model.page.value ? 'page' : undefined}
            onClick={() => model.show(page.key)}
          >
            {page.name || texts.page(at + 1)}
          </button>
        ))}
        <Act
          icon='zoomIn' label={texts.addPage} isOff={!model.takesPages.value}
          onClick={() => model.addPage()}
        />
      </nav>
      <span class='zoom'>
        <Act icon='zoomOut' label={texts.zoomOut} onClick={() => model.surface.zoom(0.8)} />
        <output>{Math.round(model.scale.value * 100)} %</output>
        <Act icon='zoomIn' label={texts.zoomIn} onClick={() => model.surface.zoom(1.25)} />
        <Act icon='fit' label={texts.fit} onClick={() => model.surface.fit()} />
      </span>
    </footer>
  )
}

export function Help ({ model }: OfModel): JSX.Element {
  const sheet = useRef<HTMLDialogElement>(null)
  const isOpen = model.isHelping.value
  useEffect(() => { if (isOpen) sheet.current?.showModal() }, [isOpen])
  return (
    <dialog ref={sheet} aria-label={texts.help} onClose={() => { model.isHelping.value = false }}>
      <h2>{texts.help}</h2>
      <dl>
        {texts.shortcuts.map(([keys, meaning]) => (
          <div key={keys}><dt><kbd>{keys}</kbd></dt><dd>{meaning}</dd></div>
        ))}
      </dl>
      <form method='dialog'><button class='button' type='submit'>{texts.close}</button></form>
    </dialog>
  )
}
