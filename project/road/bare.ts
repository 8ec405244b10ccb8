import type { Application } from 'nuages/gateway'

/** An application without a framework: the contract alone, as the gateways see it. */
export const bare: Application = (environ, startResponse) => {
  startResponse('200 OK', [['Content-Type', 'text/plain; charset=utf-8']])
  return [
    Buffer.from(
      [
        'No framework between you and the gateway.',
        '',
        `REQUEST_METHOD  ${environ.REQUEST_METHOD}`,
        `SCRIPT_NAME     ${environ.SCRIPT_NAME}`,
        `PATH_INFO       ${environ.PATH_INFO}`,
        `QUERY_STRING    ${environ.QUERY_STRING}`,
        '',
      ].join('\n'),
      'latin1',
    ),
  ]
}
