// All words of the page in Ukrainian.

import type { Texts } from './texts_en'

export const ukrainian: Texts = {
  home: 'Ваші дошки',
  about: 'Експорт, історія, спільний доступ',
  share: 'Поділитися',
  name: 'Назва дошки',
  rename: 'Перейменувати',
  notRenamed: 'Назва лишилася старою: сервер не прийняв нової.',
  opening: 'Відкривається…',
  saved: 'Збережено',
  savedByItself: 'Усе, що ви малюєте, зберігається саме.',
  saving: 'Зберігається…',
  stuck: count => `Не збережено: ${plural(count, ['зображення', 'зображення', 'зображень'])}`,
  offlineEmpty: 'Без зв’язку — зміни зберігатимуться на цьому пристрої',
  offline: count => `Без зв’язку — ${changes(count)} на цьому пристрої`,
  offlineLost: count => `Без зв’язку — ${changes(count)} лише в цій вкладці: не закривайте її`,
  offlineEmptyLost: 'Без зв’язку — браузер нічого не зберігає: не закривайте вкладку',
  ended: {
    'somebody else': 'У цьому браузері тепер увійшла інша особа.',
    'signed out': 'Ви вийшли з облікового запису.',
    forbidden: 'Ви не можете змінювати цю дошку.',
    gone: 'Цієї дошки вже немає.',
    refused: 'Сервер не приймає того, що надіслала ця сторінка.'
  },
  endedKept: count => `На цьому пристрої: ${changes(count)}, не збережено.`,
  signIn: 'Увійти',
  reload: 'Завантажити сторінку знову',
  excalidraw: 'Це дошка Excalidraw. На цій сторінці малюють лише на дошках Solo; відкрийте її ' +
    'програмою, що розуміє формат Excalidraw.',
  sharedBy: owner => `Ділиться: ${owner}`,
  watched: {
    opening: 'Відкривається…',
    live: 'Наживо',
    lost: 'Немає зв’язку. Пробуємо знову…',
    later: 'Зараз дивиться забагато людей. Сторінка невдовзі спробує знову.',
    gone: 'Доступ закрито'
  },
  linkGone: 'Це посилання вже нікуди не веде. Попросіть інше в того, хто його надіслав.',
  viewed: count => `Дошка, лише для перегляду. На цій сторінці елементів: ${count}.`,
  download: 'Завантажити',
  guest: 'Гість',
  yourName: 'Ваше ім’я',
  byLink: 'за посиланням',
  locked: 'Минула година. Дошка знову просить пароль.',
  password: 'Пароль',
  wrongPassword: 'Це не пароль від цього посилання.',
  open: 'Відкрити',
  notSaved: count => `Не дійшло до сервера: ${changes(count)}.`,
  somebody: count => `Тут: ${plural(count, ['особа', 'особи', 'осіб'])}`,
  tools: {
    select: 'Вибір',
    hand: 'Пересування сторінки',
    pen: 'Перо',
    highlighter: 'Маркер',
    eraser: 'Гумка: цілі штрихи',
    wiper: 'Гумка: те, що під нею',
    line: 'Лінія',
    arrow: 'Стрілка',
    rectangle: 'Прямокутник',
    ellipse: 'Еліпс',
    text: 'Текст',
    note: 'Нотатка'
  },
  begin: 'Малюйте тут, натисніть T, щоб писати, або перетягніть сюди зображення. Натисніть ?, щоб побачити всі клавіші.',
  beginAsGuest: 'Малюйте тут або натисніть T, щоб писати. Натисніть ?, щоб побачити всі клавіші.',
  beginByFinger: 'Малюйте тут пальцем або пером.',
  addPicture: 'Додати зображення',
  unnamedPicture: 'Зображення',
  arriving: 'Зображення в дорозі',
  pictureComes: 'надсилається…',
  pictureProblems: {
    kind: '— не зображення PNG, JPEG чи WebP.',
    large: 'завелике: щонайбільше 20 МБ і 64 мільйони пікселів.',
    offline: 'чекає на з’єднання.',
    account: 'потребує облікового запису; за посиланням можна лише малювати й писати.',
    later: 'сервер зараз не може прийняти; спробуємо ще раз.',
    refused: 'не прийнято сервером.'
  },
  pictureLost: 'У браузері немає для нього місця: не закривайте цю сторінку.',
  leaveOut: 'Не додавати',
  toolbar: 'Інструменти',
  colors: 'Колір',
  hues: {
    black: 'Чорний',
    red: 'Червоний',
    orange: 'Помаранчевий',
    yellow: 'Жовтий',
    green: 'Зелений',
    blue: 'Синій',
    violet: 'Фіолетовий',
    pink: 'Рожевий'
  },
  ownColor: 'Власний колір',
  sizes: 'Товщина',
  sizeNames: ['Тонка', 'Середня', 'Товста', 'Дуже товста'],
  fontSizes: 'Розмір літер',
  fontSizeNames: ['Малий', 'Середній', 'Великий', 'Дуже великий'],
  filled: 'Із заливкою',
  opacity: 'Непрозорість',
  kinds: 'Різновид',
  undo: 'Скасувати',
  redo: 'Повторити',
  remove: 'Видалити',
  zoomIn: 'Ближче',
  zoomOut: 'Далі',
  fit: 'Показати все',
  export: 'Експортувати у файл',
  actualSize: 'Справжній розмір',
  pages: 'Сторінки',
  page: number => `Сторінка ${number}`,
  addPage: 'Додати сторінку',
  noPage: 'На цій дошці не лишилося сторінок. Додайте нову: плюс унизу.',
  pageName: 'Назва сторінки',
  pageMenu: 'Ця сторінка: назва, місце, папір',
  renamePage: 'Перейменувати',
  duplicatePage: 'Дублювати',
  pageBack: 'Пересунути ліворуч',
  pageOn: 'Пересунути праворуч',
  removePage: 'Видалити сторінку',
  copyOf: name => `${name} (копія)`,
  pageMoved: (name, place, count) => `${name}: місце ${place} з ${count}`,
  pageRemoved: name => `Сторінку «${name}» видалено.`,
  pagePaper: 'Папір',
  papers: { white: 'Білий', grid: 'Клітинка', dots: 'Крапки', ruled: 'Лінійка', graph: 'Міліметрівка' },
  paperColor: 'Колір паперу',
  paperColors: ['Кремовий', 'Рожевий', 'М’ятний', 'Блакитний', 'Бузковий', 'Графітовий'],
  selection: 'Вибране',
  duplicate: 'Дублювати',
  menu: 'Що тут можна зробити',
  cut: 'Вирізати',
  copy: 'Копіювати',
  paste: 'Вставити',
  pasteByKeys: 'Скопійоване деінде цей браузер показує сторінкам, лише коли ви натискаєте Ctrl V.',
  selectAll: 'Вибрати все',
  changeText: 'Змінити текст',
  fix: 'Закріпити на місці',
  release: 'Відкріпити',
  toFront: 'На передній план',
  over: 'Вище',
  under: 'Нижче',
  toBack: 'На задній план',
  arranged: {
    front: 'На передньому плані', forward: 'Вище', backward: 'Нижче', back: 'На задньому плані',
    none: 'Такого самого виду там нічого немає. Зображення лежать під фігурами, ті — під штрихами, а ті — під текстами.'
  },
  kindNames: {
    pen: 'Штрих пером', stroke: 'Штрих', highlighter: 'Маркер', eraser: 'Стерте', line: 'Лінія', arrow: 'Стрілка',
    rectangle: 'Прямокутник', rect: 'Прямокутник', circle: 'Коло', ellipse: 'Еліпс', text: 'Текст', note: 'Нотатка',
    image: 'Зображення'
  },
  saying: (kind, words) => `${kind} «${words}»`,
  stepped: (what, number, count) => `${what}, ${number} з ${count}`,
  selected: count => `Вибрано: ${count}`,
  copied: count => `Скопійовано: ${count}`,
  pasted: count => `Вставлено: ${count}`,
  removed: count => `Видалено: ${count}`,
  history: 'Історія',
  historyTrouble: {
    offline: 'Історія зберігається на сервері, а він зараз недоступний.',
    failed: 'Сервер відповів не так, як мав би.'
  },
  tryAgain: 'Спробувати ще раз',
  more: 'Показати ще',
  steps: count => changes(count),
  summary: summary => summarized(summary),
  asOf: moment => `Ви дивитеся на дошку, якою вона була: ${moment}.`,
  restore: 'Відновити',
  backToNow: 'Назад',
  historyTabs: { versions: 'Версії', asides: 'Відкладене' },
  aboutAside: 'Коли двоє змінюють те саме, хтось має поступитися. Тут те, що поступилося, і його можна повернути.',
  nothingAside: 'Нічого не відкладено: жодна зміна не поступилася іншій.',
  asideOf: (list, page, field) => {
    const what = WHAT[list ?? (page === null ? 'state' : 'page')] ?? WHAT.state!
    return field === undefined ? what : `${what}: ${FIELDS[field] ?? field}`
  },
  lostTo: person => person ? `Поступилося тому, що зберегла особа ${person}` : 'Поступилося іншому збереженню',
  isBack: 'Це вже на дошці.',
  isGone: 'Того, до чого це належало, вже немає.',
  withIt: 'Так дошка виглядала б із цим.',
  bringBack: 'Повернути',
  broughtBack: moment => `Дошка знову така, як була: ${moment}.`,
  help: 'Довідка',
  close: 'Закрити',
  canvas: count => `Дошка. На цій сторінці елементів: ${count}. Малюйте пером, пальцем або мишею.`,
  writing: 'Текст',
  shortcuts: [
    {
      title: 'Інструменти',
      keys: [
        ['V', 'Вибір'], ['H', 'Пересування сторінки'], ['P', 'Перо'], ['M', 'Маркер'], ['E', 'Гумка: цілі штрихи'],
        ['W', 'Гумка: те, що під нею'], ['L', 'Лінія'], ['A', 'Стрілка'], ['R', 'Прямокутник'], ['O', 'Еліпс'],
        ['T', 'Текст'], ['N', 'Нотатка'], ['I', 'Додати зображення'],
        ['Escape', 'Назад до «Вибору»']
      ]
    },
    {
      title: 'Малювання й письмо',
      keys: [
        ['1 – 6', 'Кольори'], ['[ і ]', 'Тонше, товще; менші, більші літери'],
        ['Shift під час малювання', 'Пряма лінія, квадрат, коло'],
        ['Alt під час малювання чи тягнучи', 'Від середини'], ['Escape під час малювання', 'Не малювати'],
        ['Подвійне клацання', 'Писати там (з «Вибором»)'],
        ['Подвійне клацання або Enter', 'Змінити вибраний текст чи нотатку'],
        ['Enter', 'Писати посередині (з «Текстом» чи «Нотаткою»), поставити там фігуру']
      ]
    },
    {
      title: 'Вибране',
      keys: [
        ['Ctrl A', 'Вибрати все'], ['Tab, Shift Tab', 'Вибрати наступне, попереднє'],
        ['Стрілки', 'Пересунути вибране'], ['Alt, пересуваючи', 'Пересунути копію'],
        ['Shift, тягнучи за ручку', 'Зберегти пропорції (зображень — ні), повертати кроками'],
        ['Shift , і .', 'Менше, більше'], [', і .', 'Повернути'], ['Ctrl C, X, V', 'Копіювати, вирізати, вставити'],
        ['Ctrl D', 'Дублювати'], ['Ctrl [ і ]', 'Нижче, вище'], ['Ctrl Shift [ і ]', 'На задній, на передній план'],
        ['Delete', 'Видалити вибране'], ['Права кнопка, Shift F10', 'Що тут можна зробити']
      ]
    },
    {
      title: 'Огляд',
      keys: [
        ['Пробіл і тягнути', 'Пересування сторінки'], ['Колесо', 'Пересування сторінки'],
        ['Ctrl і колесо', 'Ближче, далі'], ['+, −, 0', 'Ближче, далі, усе'], ['Shift 0', 'Справжній розмір'],
        ['Page Up, Page Down', 'Попередня сторінка, наступна'],
        ['F2, подвійне клацання', 'Перейменувати сторінку (на назві)'],
        ['Ctrl ← і →', 'Пересунути сторінку (на назві)']
      ]
    },
    {
      title: 'Інше',
      keys: [
        ['Ctrl Z', 'Скасувати свою останню зміну'], ['Ctrl Shift Z', 'Повторити'], ['Shift H', 'Історія'],
        ['Escape, потім Tab', 'Вийти з полотна'], ['?', 'Ця довідка']
      ]
    }
  ]
}

const WHAT: Record<string, string> = {
  strokes: 'Штрих', shapes: 'Фігура', texts: 'Текст', assets: 'Зображення', page: 'Сторінка', state: 'Дошка'
}
const FIELDS: Record<string, string> = {
  color: 'колір', size: 'товщина', points: 'форма', x: 'місце', y: 'місце', text: 'слова', name: 'назва', background: 'папір'
}
const SUMMARIES: Record<string, string> = {
  '': 'Змінено', created: 'Створено', copied: 'Скопійовано', imported: 'Імпортовано',
  'restored from a backup': 'Відновлено з резервної копії'
}
const WORDS: Record<string, string> = { added: 'додано', changed: 'змінено', removed: 'видалено', moved: 'пересунуто' }

/** What the server tells in English. */
function summarized (summary: string): string {
  const told = SUMMARIES[summary] ?? summary
    .replace(/^restored rev \d+$/, 'Відновлено давнішу версію')
    .replace('saved without a base', 'збережено без відомої основи')
    .replace(/(\d+) (added|changed|removed|moved)/g, (_, count, word) => `${WORDS[word]} ${count}`)
  return told.charAt(0).toUpperCase() + told.slice(1)
}

function changes (count: number): string {
  return plural(count, ['зміна', 'зміни', 'змін'])
}

/** Such as "1 зміна", "2 зміни", "5 змін". */
function plural (count: number, forms: [string, string, string]): string {
  const rules = { one: 0, few: 1 } as Record<string, number>
  return `${count} ${forms[rules[new Intl.PluralRules('uk').select(count)] ?? 2]!}`
}
