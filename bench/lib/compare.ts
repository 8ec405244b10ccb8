/** Alternating rounds of rivals in one run: the only way in which figures of a shared machine mean anything. */

/** One rival: `measure` gives any named figures of one round. */
export interface Rival {
  readonly name: string
  measure(): Promise<Readonly<Record<string, number>>>
}

/** A rival's figures over all rounds, by the figure's name. */
export type Figures = Map<string, Map<string, number[]>>

/** Measure the rivals in the order A B … B A, `rounds` times, after one round that does not count. */
export async function compare(rivals: readonly Rival[], rounds = 4): Promise<Figures> {
  const figures: Figures = new Map(rivals.map((rival) => [rival.name, new Map()]))
  for (const rival of rivals) await rival.measure()
  for (let round = 0; round < rounds; round++) {
    for (const rival of round % 2 === 0 ? rivals : rivals.toReversed()) {
      for (const [figure, value] of Object.entries(await rival.measure())) {
        const mine = figures.get(rival.name) as Map<string, number[]>
        mine.set(figure, [...(mine.get(figure) ?? []), value])
      }
    }
  }
  return figures
}

/** The middle one of some numbers. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((one, other) => one - other)
  const middle = sorted.length >> 1
  const [low = Number.NaN, high = Number.NaN] = [sorted[sorted.length % 2 === 1 ? middle : middle - 1], sorted[middle]]
  return (low + high) / 2
}

/** The median of one rival's figure. */
export function figureOf(figures: Figures, rival: string, figure: string): number {
  return median(figures.get(rival)?.get(figure) ?? [])
}

/** Print a table: a row for each rival, its medians, their spread, and the ratio to the first rival. */
export function printFigures(title: string, figures: Figures): void {
  console.log(`\n${title}`)
  const [base] = figures.keys()
  const names = [...new Set([...figures.values()].flatMap((mine) => [...mine.keys()]))]
  console.log(['rival', ...names.flatMap((name) => [name, 'min–max', 'ratio'])].join(' | '))
  for (const [rival, mine] of figures) {
    const cells = names.flatMap((name) => {
      const values = mine.get(name) ?? []
      const ratio = figureOf(figures, rival, name) / figureOf(figures, base as string, name)
      return [shown(median(values)), `${shown(Math.min(...values))}–${shown(Math.max(...values))}`, ratio.toFixed(2)]
    })
    console.log([rival, ...cells].join(' | '))
  }
}

/** Print whether a goal is met: `value` on the right side of `bound`. */
export function printGoal(goal: string, value: number, relation: '≤' | '≥', bound: number): void {
  const met = relation === '≤' ? value <= bound : value >= bound
  console.log(`${met ? 'met   ' : 'MISSED'} ${goal}: ${value.toFixed(2)} ${relation} ${bound}`)
}

function shown(value: number): string {
  return value >= 100 ? value.toFixed(0) : value.toPrecision(3)
}
