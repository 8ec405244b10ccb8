/** The table of exchanges through a real nginx, in front by HTTP and by FastCGI. */
import assert from 'node:assert/strict'
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import fs from 'node:fs'
import http from 'node:http'
import net from 'node:net'
import os from 'node:os'
import path from 'node:path'
import { after, before, describe, test } from 'node:test'
import { createFastCGIServer, createServer, type GatewayServer } from 'nuages/gateway'
import { type Answer, conformanceApplication, defineConformance, type Exchange, sendHTTP } from './conformance.ts'
import { TextSink } from './helpers.ts'

const NGINX = ['/usr/sbin/nginx', '/usr/local/sbin/nginx', '/usr/bin/nginx'].find((file) => fs.existsSync(file))
const skip = NGINX === undefined && process.env['CI'] === undefined && 'nginx is not installed'

/** What an application needs to know of a request, by its FastCGI names; nginx's stock list has no PATH_INFO. */
const FASTCGI_PARAMS = `
  fastcgi_param GATEWAY_INTERFACE CGI/1.1;
  fastcgi_param SERVER_SOFTWARE   nginx;
  fastcgi_param QUERY_STRING      $query_string;
  fastcgi_param REQUEST_METHOD    $request_method;
  fastcgi_param CONTENT_TYPE      $content_type;
  fastcgi_param CONTENT_LENGTH    $content_length;
  fastcgi_param REQUEST_URI       $request_uri;
  fastcgi_param SERVER_PROTOCOL   $server_protocol;
  fastcgi_param REQUEST_SCHEME    $scheme;
  fastcgi_param HTTPS             $https if_not_empty;
  fastcgi_param REMOTE_ADDR       $remote_addr;
  fastcgi_param REMOTE_PORT       $remote_port;
  fastcgi_param SERVER_ADDR       $server_addr;
  fastcgi_param SERVER_PORT       $server_port;
  fastcgi_param SERVER_NAME       $server_name;
  fastcgi_param HTTP_PROXY        "";
`

const PROXY = `
  proxy_http_version 1.1;
  proxy_set_header Connection "";
  proxy_set_header Host $http_host;
  proxy_redirect off;
`

/** A configuration that touches nothing outside its directory. */
function configuration(directory: string): string {
  return `
daemon off;
pid ${directory}/nginx.pid;
error_log ${directory}/error.log warn;
worker_processes 1;
events { worker_connections 256; }
http {
  access_log off;
  default_type text/plain;
  client_body_temp_path ${directory}/body;
  proxy_temp_path ${directory}/proxy;
  fastcgi_temp_path ${directory}/fastcgi;
  scgi_temp_path ${directory}/scgi;
  uwsgi_temp_path ${directory}/uwsgi;
  client_max_body_size 8m;
  merge_slashes off;
  large_client_header_buffers 4 32k;
  upstream http_kept { server unix:${directory}/http.sock; keepalive 8; }
  upstream fastcgi_kept { server unix:${directory}/fastcgi.sock; keepalive 8; }
  server {
    listen unix:${directory}/front-http.sock;
    server_name site.example;
    location / { proxy_pass http://http_kept; ${PROXY} }
  }
  server {
    listen unix:${directory}/front-http-unbuffered.sock;
    server_name site.example;
    proxy_buffering off;
    proxy_request_buffering off;
    location / { proxy_pass http://http_kept; ${PROXY} }
  }
  server {
    listen unix:${directory}/front-fastcgi.sock;
    server_name site.example;
    fastcgi_keep_conn on;
    location / {
      fastcgi_pass fastcgi_kept;
      fastcgi_param SCRIPT_NAME "";
      fastcgi_param PATH_INFO $uri;
      ${FASTCGI_PARAMS}
    }
    location /mount/ {
      fastcgi_split_path_info ^(/mount)(/.*)$;
      fastcgi_pass fastcgi_kept;
      fastcgi_param SCRIPT_NAME $fastcgi_script_name;
      fastcgi_param PATH_INFO $fastcgi_path_info;
      ${FASTCGI_PARAMS}
    }
  }
  server {
    listen unix:${directory}/front-fastcgi-closing.sock;
    server_name site.example;
    fastcgi_buffering off;
    fastcgi_request_buffering off;
    location / {
      fastcgi_pass unix:${directory}/fastcgi.sock;
      fastcgi_param SCRIPT_NAME "";
      fastcgi_param PATH_INFO $uri;
      ${FASTCGI_PARAMS}
    }
  }
}
`
}

/** Resolves when somebody answers on a socket. */
async function untilListening(socket: string, nginx: ChildProcess): Promise<void> {
  while (nginx.exitCode === null) {
    const probe = net.connect(socket)
    const answered = await new Promise<boolean>((resolve) => {
      probe.once('connect', () => resolve(true))
      probe.once('error', () => resolve(false))
    })
    probe.destroy()
    if (answered) return
    await new Promise((resolve) => setTimeout(resolve, 10))
  }
  throw new Error(`nginx ended with ${nginx.exitCode} before it listened`)
}

describe('behind nginx', { skip }, () => {
  let directory: string
  let nginx: ChildProcess
  let servers: GatewayServer[]
  const agents = [1, 2].map(() => new http.Agent({ keepAlive: true, maxSockets: 1 }))

  before(async () => {
    assert.ok(NGINX !== undefined, 'nginx is not installed, and CI is set: install it (apt-get install nginx-light)')
    directory = fs.mkdtempSync(path.join(os.tmpdir(), 'nuages-'))
    fs.chmodSync(directory, 0o755)
    const errors = new TextSink()
    const byHTTP = createServer(conformanceApplication, { errors })
    const byFastCGI = createFastCGIServer(conformanceApplication, { errors })
    servers = [byHTTP, byFastCGI]
    await byHTTP.listen({ socket: path.join(directory, 'http.sock'), mode: 0o666 })
    await byFastCGI.listen({ socket: path.join(directory, 'fastcgi.sock'), mode: 0o666 })
    const file = path.join(directory, 'nginx.conf')
    fs.writeFileSync(file, configuration(directory))
    nginx = spawn(NGINX, ['-p', directory, '-c', file, '-e', path.join(directory, 'error.log')], { stdio: 'inherit' })
    await untilListening(path.join(directory, 'front-fastcgi-closing.sock'), nginx)
  })

  after(async () => {
    if (NGINX === undefined) return
    for (const agent of agents) agent.destroy()
    nginx.kill()
    await once(nginx, 'exit')
    await Promise.all(servers.map((server) => server.close()))
    fs.rmSync(directory, { recursive: true })
  })

  /** Sends to one of nginx's fronts, on one kept connection or each on its own. */
  function through(front: string, agent?: http.Agent): (exchange: Exchange) => Promise<Answer> {
    return (exchange) => sendHTTP({ socketPath: path.join(directory, `front-${front}.sock`) }, exchange, agent)
  }

  defineConformance('nginx and HTTP', through('http', agents[0]), { mounts: false })
  defineConformance('nginx and HTTP, nothing buffered', through('http-unbuffered'), { mounts: false })
  defineConformance('nginx and FastCGI', through('fastcgi', agents[1]))
  defineConformance('nginx and FastCGI, nothing buffered or kept', through('fastcgi-closing'), { mounts: false })

  test('nginx has nothing to complain of', () => {
    const complaints = logEntries().filter(
      (entry) => !/is buffered to a temporary file|FastCGI sent in stderr: "ERROR nuages.gateway: /.test(entry),
    )
    assert.deepEqual(complaints, [])
  })

  test("what an application tells its operator is in nginx's log too", () => {
    const told = logEntries().filter((entry) => entry.includes('An error that this test makes'))
    assert.equal(told.length, 2, 'once for each front that speaks FastCGI')
  })

  /** The entries of nginx's error log, which begin with a date and may have several lines. */
  function logEntries(): string[] {
    const log = fs.readFileSync(path.join(directory, 'error.log'), 'utf8')
    return log.split(/\n(?=\d{4}\/\d\d\/\d\d )|\n$/).filter((entry) => entry !== '')
  }
})
