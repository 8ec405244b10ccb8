export * from './env.ts'
export * from './holder.ts'
export * from './settings.ts'
