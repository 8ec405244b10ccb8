import { BadRequest } from '../exceptions.ts'

/** A value was not signed by this site, or has been changed since; becomes a 400 page where nobody catches it. */
export class BadSignature extends BadRequest {
  override readonly name: string = 'BadSignature'
}

/** A value was signed by this site, but too long ago. */
export class SignatureExpired extends BadSignature {
  override readonly name = 'SignatureExpired'
}
