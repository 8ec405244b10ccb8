/** What the benchmarks use of find-my-way, so that types hold also where the rivals are not installed. */
declare module 'find-my-way' {
  interface Router {
    on(method: 'GET', path: string, handler: () => void): void
    find(method: 'GET', path: string): unknown
  }

  export default function findMyWay(): Router
}
