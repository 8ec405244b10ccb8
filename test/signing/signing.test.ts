import assert from 'node:assert/strict'
import { after, beforeEach, describe, type TestContext, test } from 'node:test'
import { deflateSync } from 'node:zlib'
import fc from 'fast-check'
import {
  BadSignature,
  configureSigning,
  dumps,
  getCookieSigner,
  loads,
  SignatureExpired,
  Signer,
  TimestampSigner,
} from 'nuages/signing'
import { anyText, FUZZ } from '../http/support.ts'

const KEYS = { secretKey: 'secret-ü', secretKeyFallbacks: ['older'] }

/** The moment at which Django signed what is compared here. */
const MOMENT = 1_700_000_000_500

function stopTheClock(t: TestContext, now = MOMENT): void {
  t.mock.timers.enable({ apis: ['Date'], now })
}

describe('a signer', () => {
  const written: Array<[what: string, signer: () => Signer, value: string, signed: string]> = [
    ['text', () => new Signer({ key: 'k' }), 'My string', 'My string:CQy_VMV3cgFjqs_N55UAMPP4DFdeKXwCs1fxg23yxmM'],
    ['UTF-8', () => new Signer({ key: 'k' }), 'grüße:😀', 'grüße:😀:suRRlC8YUZqV4DF-m-y5uyBtUpYDX6v6KiMInMXGuSo'],
    [
      'with a salt',
      () => new Signer({ key: 'k', salt: 'extra' }),
      'My string',
      'My string:cy2TNO2q09u9ljjX0Ygu2JlgLNLmyQx69_8_3da4SCw',
    ],
    [
      'with another hash',
      () => new Signer({ key: 'k', algorithm: 'sha512' }),
      'My string',
      'My string:o0PqWanvnehCbICnY3Gsi13D3fMZli0skDifze-OO0bfXpgPOGicqRQnlomt22m7M_mVNzF1jIOzxxkCRm5i3A',
    ],
    [
      'with another separator',
      () => new Signer({ key: 'k', sep: '/' }),
      'My string',
      'My string/CQy_VMV3cgFjqs_N55UAMPP4DFdeKXwCs1fxg23yxmM',
    ],
    [
      'with the time',
      () => new TimestampSigner({ key: 'k' }),
      'hello',
      'hello:1r31eq:ITVAZeRKoRwLyev_rc4yqLEnB5MJjHgZvq15DzDWXhY',
    ],
  ]
  for (const [what, signer, value, signed] of written) {
    test(`signs ${what} as Django does`, (t) => {
      stopTheClock(t)
      assert.equal(signer().sign(value), signed)
      assert.equal(signer().unsign(signed), value)
    })
  }

  test('gives any text back, and takes none that was changed', () => {
    const signer = new Signer({ key: 'k' })
    fc.assert(
      fc.property(anyText, anyText, (text, other) => {
        const value = text.toWellFormed()
        const signed = signer.sign(value)
        assert.equal(signer.unsign(signed), value)
        if (other !== signed) assert.throws(() => signer.unsign(other), BadSignature)
        if (other === '') return
        assert.throws(() => signer.unsign(signed + other), BadSignature)
        assert.throws(() => signer.unsign(other + signed), BadSignature)
      }),
      { numRuns: Math.min(FUZZ, 20_000) },
    )
  })

  test('does not take one lone surrogate for another', () => {
    const signer = new Signer({ key: 'k' })
    assert.throws(() => signer.sign('\ud800'), TypeError)
    const signed = signer.sign('\ufffd')
    assert.throws(() => signer.unsign(signed.replace('\ufffd', '\ud800')), BadSignature)
  })

  test('takes no signature of another salt or key', () => {
    const signed = new Signer({ key: 'k', salt: 'one' }).sign('x')
    assert.throws(() => new Signer({ key: 'k', salt: 'two' }).unsign(signed), BadSignature)
    assert.throws(() => new Signer({ key: 'l', salt: 'one' }).unsign(signed), BadSignature)
  })

  test('takes those of its fallback keys', () => {
    const signed = new Signer({ key: 'old' }).sign('x')
    assert.equal(new Signer({ key: 'new', fallbackKeys: ['older', 'old'] }).unsign(signed), 'x')
  })

  test('refuses a separator that may be part of a signature', () => {
    for (const sep of ['', '-', '_', 'a', '=', '-0']) {
      assert.throws(() => new Signer({ key: 'k', sep }), { name: 'ImproperlyConfigured', message: /separator/ })
    }
  })
})

describe('the keys of the settings', () => {
  beforeEach(() => configureSigning(KEYS))
  after(() => configureSigning({}))

  test('sign, and older ones verify', () => {
    assert.equal(new Signer().sign('x'), new Signer({ key: KEYS.secretKey }).sign('x'))
    assert.equal(new Signer().unsign(new Signer({ key: 'older' }).sign('x')), 'x')
  })

  test('verify nothing for a signer with a key of its own', () => {
    assert.throws(() => new Signer({ key: 'k' }).unsign(new Signer({ key: 'older' }).sign('x')), BadSignature)
  })

  test('must be there', () => {
    configureSigning({})
    const missing = { name: 'ImproperlyConfigured', message: /setting secretKey/ }
    assert.throws(() => new Signer(), missing)
    assert.throws(() => getCookieSigner(), missing)
    assert.throws(() => dumps({}), missing)
  })

  test('are others for cookies, as in Django', (t) => {
    stopTheClock(t)
    const signed = 'value:1r31eq:o50j_BSHZDTQ-8aKGz0F7gbQjlw_c8klcD0ZcJ28eww'
    assert.equal(getCookieSigner('namesalt').sign('value'), signed)
    assert.equal(getCookieSigner('namesalt').unsign(signed), 'value')
    assert.throws(() => new TimestampSigner({ salt: 'namesalt' }).unsign(signed), BadSignature)
  })
})

describe('a signature with a time', () => {
  test('expires', (t) => {
    stopTheClock(t)
    const signer = new TimestampSigner({ key: 'k' })
    const signed = signer.sign('x')
    t.mock.timers.setTime(MOMENT + 10_000)
    assert.equal(signer.unsign(signed, { maxAge: 11 }), 'x')
    assert.throws(() => signer.unsign(signed, { maxAge: 10 }), SignatureExpired)
    assert.throws(() => signer.unsign(signed, { maxAge: Number.NaN }), SignatureExpired)
    assert.equal(signer.unsign(signed), 'x')
  })

  test('must have one', () => {
    const salt = 'same'
    for (const value of ['x', 'x:', 'x:!', 'x:zzzzzzzzzzzz']) {
      const signed = new Signer({ key: 'k', salt }).sign(value)
      assert.throws(() => new TimestampSigner({ key: 'k', salt }).unsign(signed), { message: /without a time/ })
    }
  })
})

describe('a signed object', () => {
  const VALUE = { foo: 'bar', n: [1, 2.5, null, true], u: 'ü😀\x7f\u2028' }

  test('is written as Django writes it', (t) => {
    stopTheClock(t)
    const signer = new Signer({ key: 'k' })
    assert.equal(
      signer.signObject({ message: 'Hello!' }),
      'eyJtZXNzYWdlIjoiSGVsbG8hIn0:-XmPHrAreOMhO_fC9-8qNnt7y2RLmp6Nll-7-bY59KY',
    )
    assert.equal(
      signer.signObject({ a: 1 }, { compress: true }),
      'eyJhIjoxfQ:gdmL7Y7uPN0s_zLksouMWjVXpaeb5laGaZSf0ZW2DIA',
    )
    assert.equal(
      dumps(VALUE, { key: 'k' }),
      'eyJmb28iOiJiYXIiLCJuIjpbMSwyLjUsbnVsbCx0cnVlXSwidSI6Ilx1MDBmY1x1ZDgzZFx1ZGUwMFx1MDA3Zlx1MjAyOCJ9:1r31eq:yCHmPXKS6ZVMEKVIwwUJ5Os__H3DVQ4gTjtIr16zSd8',
    )
  })

  test('that Django has compressed is read', (t) => {
    stopTheClock(t)
    const token = '.eJyLVkpMSh5Fo4jqSCkWAKCf5q0:1r31eq:GoczbJ9puhyYiTWW82ucaW_ZP6DiEOoOVs5fYoQU4Ww'
    assert.deepEqual(loads(token, { key: 'k', salt: 's', maxAge: 60 }), ['abc'.repeat(200)])
  })

  test('comes back as it was, compressed or not', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.boolean(), (value, compress) => {
        const token = dumps(value, { key: 'k', compress })
        assert.match(token, /^[\w.:-]+$/)
        assert.deepEqual(loads(token, { key: 'k', maxAge: 3600 }), JSON.parse(JSON.stringify(value)))
      }),
      { numRuns: Math.min(FUZZ, 20_000) },
    )
  })

  test('expires', (t) => {
    stopTheClock(t)
    const token = dumps(VALUE, { key: 'k' })
    t.mock.timers.setTime(MOMENT + 61_000)
    assert.throws(() => loads(token, { key: 'k', maxAge: 60 }), SignatureExpired)
  })

  test('must be JSON', () => {
    assert.throws(() => dumps(undefined, { key: 'k' }), TypeError)
    const signer = new Signer({ key: 'k' })
    for (const value of ['text', '.text', '', '.']) {
      assert.throws(() => signer.unsignObject(signer.sign(value)), { name: 'BadSignature', message: /signObject/ })
    }
  })

  test('that would unfold to very much is not unfolded', () => {
    const signer = new Signer({ key: 'k' })
    const bomb = deflateSync(Buffer.alloc(9_000_000, '1')).toString('base64url')
    assert.throws(() => signer.unsignObject(signer.sign(`.${bomb}`)), BadSignature)
  })
})
