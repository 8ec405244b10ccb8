export * from './base.ts'
export * from './exception.ts'
export * from './wsgi.ts'
