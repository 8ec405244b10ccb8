import { types } from 'node:util'
import { functionName } from '../../utils/index.ts'
import type { Masker } from './mask.ts'

const MAX_LEVELS = 4
const MAX_ENTRIES = 50
const MAX_STRING = 1000
const MAX_NAME = 100
/** Characters of a value that still stand on one line. */
const LINE = 76
/** Values in a value, counted over all its depths. */
const MAX_VALUES = 500

/**
 * A value as text: bounded in depth, width and length, its secrets masked. It calls no code of the value's and cannot
 * fail. `levels` is how far it looks into objects.
 */
export function show(value: unknown, masker: Masker, name = '', levels = MAX_LEVELS): string {
  return new Shower(masker).show(value, name, levels)
}

class Shower {
  readonly #masker: Masker
  readonly #around: object[] = []
  #left = MAX_VALUES

  constructor(masker: Masker) {
    this.#masker = masker
  }

  show(value: unknown, name: string, levels: number): string {
    if (this.#left-- <= 0) return '…'
    if (value === GETTER) return '[Getter]'
    const cleansed = this.#masker.cleanse(name, value)
    return cleansed === value ? this.#plain(value, levels) : `'${String(cleansed)}'`
  }

  #plain(value: unknown, levels: number): string {
    switch (typeof value) {
      case 'string':
        return this.#string(value)
      case 'bigint':
        return `${value}n`
      case 'function':
        return `[Function ${nameOf(value)}]`
      case 'object':
        return value === null ? 'null' : this.#object(value, levels)
      default:
        return String(value)
    }
  }

  #string(text: string): string {
    const more = text.length - MAX_STRING
    return `${JSON.stringify(this.#masker.text(text, MAX_STRING))}${more > 0 ? ` … ${more} more characters` : ''}`
  }

  #object(value: object, levels: number): string {
    try {
      return this.#special(value) ?? this.#entries(value, levels)
    } catch {
      return '[This object cannot be shown]'
    }
  }

  #special(value: object): string | undefined {
    if (types.isProxy(value)) return '[Proxy]'
    if (types.isDate(value)) {
      return Number.isNaN(Date.prototype.getTime.call(value)) ? 'Invalid Date' : Date.prototype.toISOString.call(value)
    }
    if (types.isRegExp(value)) return RegExp.prototype.toString.call(value)
    if (types.isPromise(value)) return '[Promise]'
    if (types.isAnyArrayBuffer(value)) return `[${value.byteLength} bytes]`
    if (ArrayBuffer.isView(value)) return `[${value.byteLength} bytes]`
    if (value instanceof URL) return this.#string(value.href)
    if (types.isNativeError(value)) return `[${this.#masker.text(errorLine(value), MAX_STRING)}]`
    return undefined
  }

  #entries(value: object, levels: number): string {
    if (this.#around.includes(value)) return '[Circular]'
    const isList = Array.isArray(value) || types.isSet(value)
    if (levels === 0) return isList ? '[…]' : `${className(value)}{…}`
    const { entries, more } = entriesOf(value)
    this.#around.push(value)
    const shown = entries.map(([name, each]) => {
      const text = this.show(each, name ?? '', levels - 1)
      return name === undefined ? text : `${this.#key(name)}: ${text}`
    })
    this.#around.pop()
    if (more > 0) shown.push(`… ${more} more`)
    const [open, close] = isList ? ['[', ']'] : [`${className(value)}{`, '}']
    if (shown.length === 0) return open + close
    const line = `${open} ${shown.join(', ')} ${close}`
    if (line.length <= LINE && !line.includes('\n')) return line
    return `${open}\n${shown.map((each) => `  ${each.replaceAll('\n', '\n  ')},`).join('\n')}\n${close}`
  }

  #key(name: string): string {
    const text = this.#masker.text(name, MAX_NAME)
    return /^[\w$]+$/.test(text) ? text : JSON.stringify(text)
  }
}

/** The first entries of an object, without names where it is a list; getters are not called. */
function entriesOf(value: object): {
  entries: Array<readonly [name: string | undefined, value: unknown]>
  more: number
} {
  if (Array.isArray(value) || types.isSet(value)) {
    const size = Array.isArray(value) ? value.length : value.size
    const entries = firstOf(value as Iterable<unknown>).map((each) => [undefined, each] as const)
    return { entries, more: size - entries.length }
  }
  if (types.isMap(value)) {
    const entries = firstOf(value).map(([name, each]) => [typeof name === 'string' ? name : typeof name, each] as const)
    return { entries, more: value.size - entries.length }
  }
  const names = Object.keys(value)
  const entries = names.slice(0, MAX_ENTRIES).map((name) => {
    const property = Object.getOwnPropertyDescriptor(value, name)
    return [name, property?.get === undefined ? property?.value : GETTER] as const
  })
  return { entries, more: names.length - entries.length }
}

/** Stands for a value that only the object's code could tell. */
const GETTER = Symbol('getter')

function firstOf<T>(values: Iterable<T>): T[] {
  const first: T[] = []
  for (const value of values) {
    if (first.length === MAX_ENTRIES) break
    first.push(value)
  }
  return first
}

/** The name of an object's class and a space; nothing for a plain object. */
function className(value: object): string {
  const prototype = Object.getPrototypeOf(value) as object | null
  if (prototype === null || prototype === Object.prototype) return ''
  const maker: unknown = Object.getOwnPropertyDescriptor(prototype, 'constructor')?.value
  return typeof maker === 'function' ? `${nameOf(maker)} ` : ''
}

function nameOf(fn: object): string {
  const name: unknown = types.isProxy(fn) ? '' : Object.getOwnPropertyDescriptor(fn, 'name')?.value
  return functionName({ name: typeof name === 'string' ? name.slice(0, MAX_NAME) : '' })
}

function errorLine(error: Error): string {
  return `${error.name}: ${error.message}`
}
