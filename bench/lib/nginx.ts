import { spawn } from 'node:child_process'
import fs from 'node:fs'
import net from 'node:net'
import path from 'node:path'
import { setTimeout } from 'node:timers/promises'

/** The parameters that Nuages' own nginx configuration sends. */
const FASTCGI_PARAMS = `
fastcgi_param GATEWAY_INTERFACE CGI/1.1;
fastcgi_param SERVER_SOFTWARE nginx/$nginx_version;
fastcgi_param QUERY_STRING $query_string;
fastcgi_param REQUEST_METHOD $request_method;
fastcgi_param CONTENT_TYPE $content_type;
fastcgi_param CONTENT_LENGTH $content_length;
fastcgi_param SCRIPT_NAME "";
fastcgi_param PATH_INFO $uri;
fastcgi_param REQUEST_URI $request_uri;
fastcgi_param SERVER_PROTOCOL $server_protocol;
fastcgi_param REQUEST_SCHEME $scheme;
fastcgi_param HTTPS $https if_not_empty;
fastcgi_param REMOTE_ADDR $remote_addr;
fastcgi_param REMOTE_PORT $remote_port;
fastcgi_param SERVER_ADDR $server_addr;
fastcgi_param SERVER_PORT $server_port;
fastcgi_param SERVER_NAME $server_name;
fastcgi_param HTTP_PROXY "";
`

/** How nginx reaches a rival: the protocol and the rival's unix socket. */
export interface Upstream {
  readonly name: string
  readonly protocol: 'http' | 'fastcgi' | 'uwsgi'
  readonly socket: string
  /** The program that FastCGI's SCRIPT_FILENAME names; its server keeps no connection, for one of its workers serves only one. */
  readonly script?: string
}

/** A running nginx: each upstream under its own port, one worker, keep-alive on both sides. */
export interface Nginx {
  readonly ports: ReadonlyMap<string, number>
  stop(): void
}

/** Start nginx in `directory` in front of the upstreams. */
export async function startNginx(directory: string, upstreams: readonly Upstream[]): Promise<Nginx> {
  const ports = new Map<string, number>()
  for (const { name } of upstreams) ports.set(name, await freePort())
  const file = path.join(directory, 'nginx.conf')
  fs.writeFileSync(file, configuration(directory, upstreams, ports))
  const child = spawn('nginx', ['-p', directory, '-c', file, '-e', path.join(directory, 'error.log')], {
    stdio: 'inherit',
  })
  await setTimeout(300)
  return { ports, stop: () => void child.kill('SIGQUIT') }
}

function configuration(directory: string, upstreams: readonly Upstream[], ports: ReadonlyMap<string, number>): string {
  return `
daemon off; worker_processes 1; pid ${directory}/nginx.pid; ${process.getuid?.() === 0 ? 'user root;' : ''}
events { worker_connections 1024; }
http {
  access_log off; keepalive_requests 1000000000;
  client_body_temp_path ${directory}/body; proxy_temp_path ${directory}/proxy; fastcgi_temp_path ${directory}/fastcgi;
  uwsgi_temp_path ${directory}/uwsgi; scgi_temp_path ${directory}/scgi;
  ${upstreams.map((upstream) => server(upstream, ports.get(upstream.name) as number)).join('\n')}
}`
}

function server(upstream: Upstream, port: number): string {
  const { name, socket, script } = upstream
  const keepalive = script === undefined ? 'keepalive 64; keepalive_requests 1000000000;' : ''
  return `
  upstream ${name} { server unix:${socket}; ${keepalive} }
  server { listen 127.0.0.1:${port} backlog=1024; location / { ${pass(upstream)} } }`
}

function pass({ name, protocol, script }: Upstream): string {
  switch (protocol) {
    case 'http':
      return `proxy_pass http://${name}; proxy_http_version 1.1; proxy_set_header Connection ""; proxy_set_header Host $host;
         proxy_set_header X-Forwarded-For $remote_addr; proxy_set_header X-Forwarded-Proto $scheme;`
    case 'fastcgi':
      return script === undefined
        ? `fastcgi_pass ${name}; fastcgi_keep_conn on; ${FASTCGI_PARAMS}`
        : `fastcgi_pass ${name}; ${FASTCGI_PARAMS} fastcgi_param SCRIPT_FILENAME ${script};`
    case 'uwsgi':
      return `uwsgi_pass ${name}; include /etc/nginx/uwsgi_params;`
  }
}

/** A port of the loopback address that nobody listens on. */
export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = net.createServer().on('error', reject)
    probe.listen(0, '127.0.0.1', () => {
      const { port } = probe.address() as net.AddressInfo
      probe.close(() => resolve(port))
    })
  })
}
