import { Signal } from '../signals.ts'

/**
 * Sent when a template begins to render: the one that was asked for, each one that it extends, and each that is included
 * (Django's `template_rendered`). The test client listens to it. A template waits for nobody, so neither may a receiver.
 */
export const templateRendered = new Signal<{ name: string; context: Readonly<Record<string, unknown>> }>()

/** Send `templateRendered`, where anybody listens; what a receiver throws is logged, and the page rendered. */
export function announceRendering(name: string, context: Readonly<Record<string, unknown>>): void {
  if (!templateRendered.isEmpty) templateRendered.notify({ name, context })
}
