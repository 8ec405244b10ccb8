export * from './apps.ts'
export * from './finders.ts'
export * from './handler.ts'
