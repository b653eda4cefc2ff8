// Values of which anything can be: a board holds what any program wrote into it.

export function num (value: unknown): number | null {
  return typeof value === 'number' && Number.isFinite(value) ? value : null
}

export function positive (value: unknown, otherwise: number): number {
  const found = num(value)
  return found !== null && found > 0 ? found : otherwise
}

export function str (value: unknown): string {
  return typeof value === 'string' ? value : ''
}

export const isObject = (value: unknown): value is Record<string, unknown> =>
  value !== null && typeof value === 'object' && !Array.isArray(value)
