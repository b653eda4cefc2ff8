// The words about what is kept on this device, in the page's language.

import { isUkrainian } from './language'
import { english, type Words } from './words_en'
import { ukrainian } from './words_uk'

export const words: Words = isUkrainian ? ukrainian : english
