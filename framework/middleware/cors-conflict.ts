/** What is wrong with letting every origin ask with credentials, and what to do about it. */
export const CORS_CONFLICT = {
  message:
    'corsAllowAllOrigins and corsAllowCredentials are both true: any site could then act in the name of whoever visits it.',
  hint: 'Name the origins in corsAllowedOrigins, or let pages ask without credentials.',
}
