export * from './apps.ts'
