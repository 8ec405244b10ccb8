export * from './messages.ts'
export * from './registry.ts'
