// transcript.mjs: what the sessions in JavaScript share.
import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { inspect } from 'node:util'

export const [port, password, protocol] = process.argv.slice(2).map((a, i) => (i === 1 ? a : Number(a)))

Error.prototype[inspect.custom] = function () {
  return `${this.name}: ${this.message}`
}

// text is a value as Node shows it, in one line.
export const text = value => inspect(value, { depth: 9, breakLength: Infinity, compact: true, maxArrayLength: null, sorted: true })

// show prints a step and what its promise gave, or the error.
export async function show(step, ...promises) {
  const values = await Promise.all(promises.map(p => Promise.resolve(p).catch(e => e)))
  console.log(`${step}: ${values.map(text).join(', ')}`)
}

export const sum = value => createHash('sha1').update(text(value)).digest('hex')
export const sorted = list => [...list].sort()

// until asks until it gets what is wanted, since that takes its time.
export async function until(step, want, ask) {
  const deadline = Date.now() + 30_000
  let value
  do {
    value = await Promise.resolve().then(ask).catch(() => undefined)
    if (text(value) === text(want)) break
    await new Promise(resolve => setTimeout(resolve, 5))
  } while (Date.now() < deadline)
  await show(step, value)
}

export async function restart() {
  console.log('@restart')
  await once(process.stdin, 'data')
  process.stdin.unref?.()
}

// messages collects what is sent to a listener, and gives the next n of them.
export function messages() {
  const list = []
  return {
    listen: (...m) => list.push(m),
    next: async n => {
      const deadline = Date.now() + 30_000
      while (list.length < n && Date.now() < deadline) await new Promise(resolve => setTimeout(resolve, 5))
      return list.splice(0, n)
    },
  }
}

export const everyByte = Buffer.concat([Buffer.from(Array.from({ length: 256 }, (_, i) => i)), Buffer.from('\r\n\0$-1\r\n')])
