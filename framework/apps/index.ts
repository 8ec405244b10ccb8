export * from './config.ts'
export * from './registry.ts'
