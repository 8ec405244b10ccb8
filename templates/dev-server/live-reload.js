/*
 * Keeps the pages of a browser up to date with the development server, which puts this file into them. It is two programs:
 * the one in a page, and a worker that all pages share, so that many of them need one connection and no more.
 */
;(() => {
  'use strict'

  const RETRY = 300

  /* Tell `receive` what the server says. A server that has gone is asked for until it is there again. */
  function follow(url, receive) {
    const events = new EventSource(url)
    events.addEventListener('message', ({ data }) => receive(JSON.parse(data)))
    events.addEventListener('error', () => {
      events.close()
      setTimeout(() => follow(url, receive), RETRY)
    })
  }

  function runWorker() {
    const ports = new Set()
    let latest
    self.addEventListener('connect', ({ ports: [port] }) => {
      ports.add(port)
      port.addEventListener('message', ({ data }) => {
        if (data === 'leave') ports.delete(port)
        else if (latest !== undefined) port.postMessage(latest)
      })
      port.start()
    })
    follow(self.name, (message) => {
      latest = { ...message, kind: 'state' }
      for (const port of ports) port.postMessage(message)
    })
  }

  function runPage(script) {
    const { events } = script.dataset
    let { version } = script.dataset

    function receive(message) {
      if (message.failure !== undefined) return showFailure(message)
      if (message.kind === 'styles' && swapStyles(message)) version = message.version
      else if (message.kind === 'images' && swapImages(message)) version = message.version
      else if (message.version !== version) reload(message.version)
      hideFailure()
    }

    function showFailure({ failure, version: failed }) {
      if (script.dataset.failed !== undefined) {
        if (failed !== version) reload(failed)
        return
      }
      const overlay = document.getElementById('nuages-failure') ?? document.createElement('pre')
      overlay.id = 'nuages-failure'
      overlay.setAttribute('role', 'alert')
      overlay.textContent = failure
      const style = {
        position: 'fixed',
        inset: '0',
        zIndex: '2147483647',
        margin: '0',
        padding: '2rem',
        overflow: 'auto',
      }
      const look = { background: '#1b1b1f', color: '#f5f5f5', font: '14px/1.5 monospace', whiteSpace: 'pre-wrap' }
      Object.assign(overlay.style, style, look)
      document.documentElement.append(overlay)
    }

    function hideFailure() {
      document.getElementById('nuages-failure')?.remove()
    }

    /* Once for each version, so that a page that comes out of some cache is not loaded for ever. */
    function reload(wanted) {
      const key = 'nuages-live-reload'
      try {
        if (sessionStorage.getItem(key) === wanted) return
        sessionStorage.setItem(key, wanted)
      } catch {}
      location.reload()
    }

    if (typeof SharedWorker === 'undefined') follow(events, receive)
    else followWorker()

    function followWorker() {
      const worker = new SharedWorker(script.src, { name: new URL(events, location.href).href })
      worker.addEventListener('error', () => follow(events, receive), { once: true })
      worker.port.addEventListener('message', ({ data }) => receive(data))
      worker.port.start()
      // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a port has one other end
      worker.port.postMessage('state')
      // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a port has one other end
      addEventListener('pagehide', () => worker.port.postMessage('leave'))
      /* A page that comes back out of the browser's memory has missed what happened. */
      addEventListener('pageshow', ({ persisted }) => persisted && followWorker())
    }
  }

  /* Fetch the stylesheets of these names anew, or all where one is imported by another; the old one stays until then. */
  function swapStyles({ files, version }) {
    const links = [...document.querySelectorAll('link[rel~="stylesheet"][href]')].filter(isOwn)
    const named = links.filter((link) => files.some((file) => pathOf(link.href).endsWith(`/${file}`)))
    for (const link of named.length > 0 ? named : links) {
      const fresh = link.cloneNode()
      fresh.href = withVersion(link.href, version)
      fresh.addEventListener('load', () => link.remove())
      fresh.addEventListener('error', () => link.remove())
      link.after(fresh)
    }
    return links.length > 0
  }

  function swapImages({ files, version }) {
    const images = [...document.images].filter((image) =>
      files.some((file) => pathOf(image.currentSrc).endsWith(`/${file}`)),
    )
    for (const image of images) {
      image.removeAttribute('srcset')
      image.src = withVersion(image.currentSrc, version)
    }
    return images.length > 0
  }

  function isOwn(link) {
    return new URL(link.href).origin === location.origin
  }

  function pathOf(url) {
    return url === '' ? '' : decodeURIComponent(new URL(url, location.href).pathname)
  }

  function withVersion(url, version) {
    const fresh = new URL(url, location.href)
    fresh.searchParams.set('live-reload', version)
    return fresh.href
  }

  if (typeof document === 'undefined') runWorker()
  else runPage(document.currentScript)
})()
