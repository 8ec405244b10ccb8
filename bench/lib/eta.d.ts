/** What the benchmarks use of eta, so that types hold also where the rivals are not installed. */
declare module 'eta' {
  export class Eta {
    constructor(options: { autoTrim: boolean })
    loadTemplate(name: string, text: string): void
    render(name: string, data: object): string
  }
}
