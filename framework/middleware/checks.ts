import { type CheckMessage, checkError, checkWarning, registerCheck } from '../checks/index.ts'
import { hasSettings, settings } from '../conf/index.ts'
import type { Middleware } from '../http/index.ts'
import { xFrameOptionsMiddleware } from './clickjacking.ts'
import { csrfMiddleware } from './csrf.ts'
import { referrerPolicies } from './referrer-policy.ts'
import { securityMiddleware } from './security.ts'

const REFERRER_POLICIES = new Set([
  'no-referrer',
  'no-referrer-when-downgrade',
  'origin',
  'origin-when-cross-origin',
  'same-origin',
  'strict-origin',
  'strict-origin-when-cross-origin',
  'unsafe-url',
])
const OPENER_POLICIES = new Set(['same-origin', 'same-origin-allow-popups', 'unsafe-none', 'noopener-allow-popups'])

/** Look at the settings as a production site would need them (`check --deploy`), with Django's ids. */
export function checkDeployment(): CheckMessage[] {
  if (!hasSettings()) return []
  return [...middlewareWarnings(), ...httpsWarnings(), ...headerMessages(), ...keyWarnings(), ...siteWarnings()]
}

registerCheck(checkDeployment, { tags: ['security'], deploy: true })

/** Look for trusted origins that can never match. */
export function checkTrustedOrigins(): CheckMessage[] {
  if (!hasSettings()) return []
  return settings.csrfTrustedOrigins
    .filter((origin) => !/^https?:\/\/[^/]+$/.test(origin))
    .map((origin) =>
      checkError(
        '4_0.E001',
        `The origin ${JSON.stringify(origin)} in csrfTrustedOrigins needs a scheme, and no path.`,
        {
          hint: 'Write it as https://example.com or https://*.example.com.',
        },
      ),
    )
}

registerCheck(checkTrustedOrigins, { tags: ['security'] })

function has(middleware: Middleware): boolean {
  return settings.middleware.includes(middleware)
}

function* middlewareWarnings(): Generator<CheckMessage> {
  if (!has(securityMiddleware)) {
    yield checkWarning(
      'security.W001',
      'securityMiddleware is not in the middleware setting, so the secure… settings do nothing.',
      {
        hint: 'Import it from nuages/middleware and make it the first.',
      },
    )
  }
  if (!has(xFrameOptionsMiddleware)) {
    yield checkWarning(
      'security.W002',
      'xFrameOptionsMiddleware is not in the middleware setting: pages can be shown in frames of other sites.',
      {
        hint: 'Import it from nuages/middleware and add it.',
      },
    )
  }
  if (!has(csrfMiddleware)) {
    yield checkWarning(
      'security.W003',
      "csrfMiddleware is not in the middleware setting: other sites' pages can send forms in a user's name.",
      {
        hint: 'Import it from nuages/middleware and add it.',
      },
    )
  }
}

function* httpsWarnings(): Generator<CheckMessage> {
  if (!has(securityMiddleware)) return
  const { secureHstsSeconds, secureHstsIncludeSubdomains, secureHstsPreload, secureSslRedirect } = settings
  if (secureHstsSeconds === 0) {
    yield checkWarning('security.W004', 'secureHstsSeconds is 0, so browsers are not told to use HTTPS only.', {
      hint: 'Once the whole site is served by HTTPS, set it to 3600, and later to a year (31536000).',
    })
  } else {
    if (!secureHstsIncludeSubdomains) {
      yield checkWarning(
        'security.W005',
        'secureHstsIncludeSubdomains is false: subdomains can still be reached without HTTPS.',
        {
          hint: 'Set it to true if all subdomains are served by HTTPS.',
        },
      )
    }
    if (!secureHstsPreload) {
      yield checkWarning(
        'security.W021',
        'secureHstsPreload is false: the site cannot be put on the list that browsers bring along.',
        {
          hint: 'Set it to true if you mean to submit the site to that list.',
        },
      )
    }
  }
  if (!secureSslRedirect) {
    yield checkWarning('security.W008', 'secureSslRedirect is false: requests without HTTPS are answered.', {
      hint: 'Set it to true, unless the web server in front redirects.',
    })
  }
}

function* headerMessages(): Generator<CheckMessage> {
  const { secureContentTypeNosniff, secureReferrerPolicy, secureCrossOriginOpenerPolicy, xFrameOptions } = settings
  if (has(securityMiddleware)) {
    if (!secureContentTypeNosniff) {
      yield checkWarning(
        'security.W006',
        'secureContentTypeNosniff is false: browsers guess the type of what they get.',
        {
          hint: 'Set it to true.',
        },
      )
    }
    if (secureReferrerPolicy === null) {
      yield checkWarning(
        'security.W022',
        'secureReferrerPolicy is null: other sites see from which page a visitor comes.',
        {
          hint: "Set it to 'same-origin'.",
        },
      )
    } else {
      const wrong = referrerPolicies(secureReferrerPolicy).filter((policy) => !REFERRER_POLICIES.has(policy))
      if (wrong.length > 0) {
        yield checkError('security.E023', `secureReferrerPolicy has an unknown value: ${wrong.join(', ')}.`, {
          hint: `There are: ${[...REFERRER_POLICIES].join(', ')}.`,
        })
      }
    }
    if (secureCrossOriginOpenerPolicy !== null && !OPENER_POLICIES.has(secureCrossOriginOpenerPolicy)) {
      yield checkError(
        'security.E024',
        `secureCrossOriginOpenerPolicy is "${secureCrossOriginOpenerPolicy}", which is none.`,
        {
          hint: `There are: ${[...OPENER_POLICIES].join(', ')}.`,
        },
      )
    }
  }
  if (has(xFrameOptionsMiddleware) && xFrameOptions !== 'DENY') {
    yield checkWarning('security.W019', 'xFrameOptions is not DENY.', {
      hint: 'Leave it at DENY, unless the site shows itself in frames.',
    })
  }
}

function* keyWarnings(): Generator<CheckMessage> {
  if (isWeak(settings.secretKey)) {
    yield checkWarning(
      'security.W009',
      'secretKey is empty, short, of few different characters, or one made for development.',
      {
        hint: 'Set the environment variable SECRET_KEY to 50 or more random characters.',
      },
    )
  }
  for (const [index, key] of settings.secretKeyFallbacks.entries()) {
    if (isWeak(key)) {
      yield checkWarning('security.W025', `secretKeyFallbacks[${index}] is a weak key.`, {
        hint: 'Take it out, or use one of 50 or more random characters.',
      })
    }
  }
}

function isWeak(key: string): boolean {
  return key.length < 50 || new Set(key).size < 5 || key.startsWith('insecure-')
}

function* siteWarnings(): Generator<CheckMessage> {
  if (settings.debug) {
    yield checkWarning('security.W018', 'debug is true: error pages show code and settings to everybody.', {
      hint: 'Set the environment variable DEBUG to false.',
    })
  }
  if (settings.allowedHosts.length === 0) {
    yield checkWarning('security.W020', 'allowedHosts is empty, so no request is answered once debug is false.', {
      hint: 'Set the environment variable ALLOWED_HOSTS to the names of the site.',
    })
  }
}
