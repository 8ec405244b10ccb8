import { configureHttp, httpOptions } from '../http/index.ts'

/** Allow a host of tests, which no setting has to name. While `debug`, an empty list goes on to mean localhost. */
export function allowHost(host: string): void {
  const options = httpOptions()
  if (options.allowedHosts.includes(host)) return
  const local = options.debug && options.allowedHosts.length === 0 ? ['.localhost', '127.0.0.1', '[::1]'] : []
  configureHttp({ ...options, allowedHosts: [...options.allowedHosts, ...local, host] })
}
