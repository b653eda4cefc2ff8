// The words of the page in its language.

import { isUkrainian } from './offline/language'
import { english, type Texts } from './texts_en'
import { ukrainian } from './texts_uk'

export const texts: Texts = isUkrainian ? ukrainian : english
