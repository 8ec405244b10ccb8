/** The one tree of errors that the framework gives a meaning to. */

/** The settings, or what they name, cannot work; the message says which and what to do. */
export class ImproperlyConfigured extends Error {
  override readonly name: string = 'ImproperlyConfigured'
}

/** There is nothing at this address: becomes a 404 page. */
export class Http404 extends Error {
  override readonly name: string = 'Http404'
}

/** This user may not do this: becomes a 403 page. */
export class PermissionDenied extends Error {
  override readonly name: string = 'PermissionDenied'
}

/** The request makes no sense: becomes a 400 page. */
export class BadRequest extends Error {
  override readonly name: string = 'BadRequest'
}

/** Something in the request looks like an attack: becomes a 400 page and a line in the `nuages.security` log. */
export class SuspiciousOperation extends Error {
  override readonly name: string = 'SuspiciousOperation'
}

/** The request's Host is none of `allowedHosts`. */
export class DisallowedHost extends SuspiciousOperation {
  override readonly name = 'DisallowedHost'
}

/** A redirect to a scheme that a browser should not be sent to, or to a target that is too long. */
export class DisallowedRedirect extends SuspiciousOperation {
  override readonly name = 'DisallowedRedirect'
}

/** A file name that would lead out of its root. */
export class SuspiciousFileOperation extends SuspiciousOperation {
  override readonly name = 'SuspiciousFileOperation'
}

/** The body is larger than `dataUploadMaxMemorySize`. */
export class RequestDataTooBig extends SuspiciousOperation {
  override readonly name = 'RequestDataTooBig'
}

/** More fields than `dataUploadMaxNumberFields`. */
export class TooManyFieldsSent extends SuspiciousOperation {
  override readonly name = 'TooManyFieldsSent'
}

/** More files than `dataUploadMaxNumberFiles`. */
export class TooManyFilesSent extends SuspiciousOperation {
  override readonly name = 'TooManyFilesSent'
}

/** The body says that it is multipart, and is not. */
export class MultiPartParserError extends BadRequest {
  override readonly name = 'MultiPartParserError'
}

/** The body ended before its CONTENT_LENGTH, or the client left while it was read. */
export class UnreadablePostError extends BadRequest {
  override readonly name = 'UnreadablePostError'
}

/** The body was asked for a second time in a way that the first reading has made impossible. */
export class RawPostDataException extends Error {
  override readonly name = 'RawPostDataException'
}

/** A header's name or value that would break the answer's head. */
export class BadHeaderError extends Error {
  override readonly name = 'BadHeaderError'
}

/** Thrown by a middleware factory that has nothing to do, so that it is left out of the stack. */
export class MiddlewareNotUsed extends Error {
  override readonly name = 'MiddlewareNotUsed'
}
