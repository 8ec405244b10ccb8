import { defineApp } from 'nuages/apps'

/** Shows the road of a request: where it came from, what it met, how long it took. */
export const road = defineApp({ name: 'road', path: import.meta.dirname, verboseName: 'The road of a request' })
