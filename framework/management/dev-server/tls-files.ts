import { createPrivateKey, type KeyObject, X509Certificate } from 'node:crypto'
import fs from 'node:fs'
import { isIP } from 'node:net'
import path from 'node:path'
import { createSecureContext } from 'node:tls'
import { makeCertificate } from '../certificate.ts'
import { CommandLineError } from '../errors.ts'

/** The files of a certificate and of its key. */
export interface TLSFiles {
  readonly cert: string
  readonly key: string
}

/** How long before its end a certificate of our own is replaced, in milliseconds. */
const MARGIN = 7 * 86_400_000

/** What a certificate of our own is always good for. */
const LOCAL = ['localhost', '127.0.0.1', '::1']

/**
 * The certificate and key in these files, held to fit each other and to be good today; `say` is told of one that ends soon.
 *
 * @throws CommandLineError that says what is wrong, and with which file.
 */
export function readTLSFiles({ cert, key }: TLSFiles, say: (message: string) => void): { cert: Buffer; key: Buffer } {
  const [certificateBytes, keyBytes] = [read(cert, 'certificate'), read(key, 'key')]
  const certificate = parseCertificate(cert, certificateBytes)
  const privateKey = parseKey(key, keyBytes)
  if (!certificate.checkPrivateKey(privateKey))
    throw new CommandLineError(
      `The key in ${key} is not that of the certificate in ${cert}. Give the two that belong together.`,
    )
  const [from, to] = [new Date(certificate.validFrom), new Date(certificate.validTo)]
  if (from.getTime() > Date.now())
    throw new CommandLineError(`The certificate in ${cert} is not good before ${from.toISOString()}.`)
  if (to.getTime() < Date.now())
    throw new CommandLineError(`The certificate in ${cert} has expired on ${to.toISOString()}. Get a new one.`)
  if (to.getTime() - MARGIN < Date.now())
    say(`The certificate in ${cert} expires on ${to.toISOString()}. Get a new one soon.`)
  const files = { cert: certificateBytes, key: keyBytes }
  try {
    createSecureContext(files)
  } catch (error) {
    const { reason = (error as Error).message } = error as { reason?: string }
    throw new CommandLineError(`The certificate in ${cert} is not one to serve with: ${reason}. Get another one.`, {
      cause: error,
    })
  }
  return files
}

/**
 * A certificate of our own for this machine and for `host`, in the directory `.nuages` of a project, which git ignores. It
 * is made anew where it is missing, ends soon, or is not good for the host, of which `say` is told: whoever had a browser trust
 * the last one has to do so again.
 */
export function ownTLSFiles(project: string, host: string, say: (message: string) => void): TLSFiles {
  const directory = path.join(project, '.nuages')
  const files = { cert: path.join(directory, 'certificate.pem'), key: path.join(directory, 'key.pem') }
  const hosts = isAnyAddress(host) || LOCAL.includes(host) ? LOCAL : [...LOCAL, host]
  if (isGood(files, hosts)) return files
  const { cert, key } = makeCertificate(hosts)
  try {
    fs.mkdirSync(directory, { recursive: true, mode: 0o700 })
    fs.writeFileSync(path.join(directory, '.gitignore'), '*\n')
    write(files.key, key)
    write(files.cert, cert)
  } catch (error) {
    throw new CommandLineError(
      `A certificate cannot be kept: ${(error as Error).message}. Give one of your own: --cert FILE --key FILE.`,
      { cause: error },
    )
  }
  const until = new Date(new X509Certificate(cert).validTo).toISOString().slice(0, 10)
  say(`Made a certificate for ${hosts.join(', ')}, good until ${until}: ${files.cert}`)
  return files
}

/** Never for a moment readable for others, nor half written. */
function write(file: string, text: string): void {
  const temporary = `${file}.${process.pid}`
  fs.writeFileSync(temporary, text, { mode: 0o600 })
  fs.renameSync(temporary, file)
}

function isGood({ cert, key }: TLSFiles, hosts: readonly string[]): boolean {
  try {
    const certificate = new X509Certificate(fs.readFileSync(cert))
    return (
      new Date(certificate.validFrom).getTime() <= Date.now() &&
      new Date(certificate.validTo).getTime() - MARGIN > Date.now() &&
      certificate.checkPrivateKey(createPrivateKey(fs.readFileSync(key))) &&
      hosts.every((host) => (isIP(host) === 0 ? certificate.checkHost(host) : certificate.checkIP(host)) !== undefined)
    )
  } catch {
    return false
  }
}

function isAnyAddress(host: string): boolean {
  return host === '0.0.0.0' || host === '::'
}

function read(file: string, what: string): Buffer {
  try {
    return fs.readFileSync(file)
  } catch (error) {
    throw new CommandLineError(`The ${what} ${file} cannot be read: ${(error as Error).message}.`, { cause: error })
  }
}

function parseCertificate(file: string, bytes: Buffer): X509Certificate {
  try {
    // The same in DER would be read here, and not by the server.
    if (!bytes.includes('-----BEGIN ')) throw new Error('There is no PEM.')
    return new X509Certificate(bytes)
  } catch (error) {
    throw new CommandLineError(
      `${file} holds no certificate in PEM, which begins with "-----BEGIN CERTIFICATE-----".`,
      {
        cause: error,
      },
    )
  }
}

function parseKey(file: string, bytes: Buffer): KeyObject {
  try {
    return createPrivateKey(bytes)
  } catch (error) {
    const encrypted = /ENCRYPTED/.test(bytes.toString('latin1'))
    throw new CommandLineError(
      encrypted
        ? `The key in ${file} is encrypted. Give one that is not: openssl pkey -in ${file} -out key.pem`
        : `${file} holds no private key in PEM, which begins with "-----BEGIN PRIVATE KEY-----".`,
      { cause: error },
    )
  }
}
