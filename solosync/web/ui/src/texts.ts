// The words of the page in its language, which the server chose from what the browser asked for.

import { english, type Texts } from './texts_en'
import { ukrainian } from './texts_uk'

export const texts: Texts = document.documentElement.lang === 'uk' ? ukrainian : english
