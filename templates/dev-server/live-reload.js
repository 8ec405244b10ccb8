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
    /* Not by the page's base, which may be another site. */
    const events = new URL(script.dataset.events, location.href).href
    let { version } = script.dataset

    function receive(message) {
      if (message.failure !== undefined) return showFailure(message)
      if (message.kind === 'styles' && swapStyles(message)) version = message.version
      else if (message.kind === 'images' && swapImages(message)) version = message.version
      else if (message.version !== version) reload(message.version)
      hide('nuages-failure')
    }

    function showFailure({ failure, version: failed }) {
      if (script.dataset.failed === undefined) show('nuages-failure', failure, { inset: '0' })
      else if (failed !== version) reload(failed)
    }

    /* Once for each version, so that a page that comes out of some cache is not loaded for ever. */
    function reload(wanted) {
      if (script.dataset.sent !== undefined) {
        return show('nuages-sent', SENT, { inset: 'auto 0 0' })
      }
      const key = `nuages-live-reload ${location.href}`
      try {
        if (sessionStorage.getItem(key) === wanted) return
        sessionStorage.setItem(key, wanted)
      } catch {}
      location.reload()
    }

    if (!followWorker()) follow(events, receive)

    /* False where there are no shared workers, or a policy wants none. */
    function followWorker() {
      let worker
      try {
        worker = new SharedWorker(script.src, { name: events })
      } catch {
        return false
      }
      worker.addEventListener('error', () => follow(events, receive), { once: true })
      worker.port.addEventListener('message', ({ data }) => receive(data))
      worker.port.start()
      // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a port has one other end
      worker.port.postMessage('state')
      // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a port has one other end
      addEventListener('pagehide', () => worker.port.postMessage('leave'))
      /* A page that comes back out of the browser's memory has missed what happened. */
      addEventListener('pageshow', ({ persisted }) => persisted && followWorker())
      return true
    }
  }

  const SENT = 'The site has changed. This page answers what you have sent, so it is not loaded anew by itself.'

  /* Show a text before the page, at a place; in a way that no policy of the page forbids. */
  function show(id, text, place) {
    const element = document.getElementById(id) ?? document.createElement('pre')
    element.id = id
    element.setAttribute('role', 'alert')
    element.textContent = text
    const box = { position: 'fixed', zIndex: '2147483647', margin: '0', padding: '2rem', overflow: 'auto' }
    const look = { background: '#1b1b1f', color: '#f5f5f5', font: '14px/1.5 monospace', whiteSpace: 'pre-wrap' }
    Object.assign(element.style, box, place, look)
    document.documentElement.append(element)
  }

  function hide(id) {
    document.getElementById(id)?.remove()
  }

  /* Stylesheets that are fetched anew, and those that stay until then, the oldest first. */
  const stale = new Map()

  /* Fetch the stylesheets of these names anew, or all where one is imported by another. */
  function swapStyles({ files, version }) {
    const links = [...document.querySelectorAll('link[rel~="stylesheet"][href]')].filter(isOwn)
    const newest = links.filter((link) => ![...stale.values()].some((old) => old.includes(link)))
    const named = newest.filter((link) => files.some((file) => isFile(link.href, file)))
    for (const link of named.length > 0 ? named : newest) {
      const fresh = link.cloneNode()
      fresh.href = withVersion(link.href, version)
      stale.set(fresh, [...(stale.get(link) ?? []), link])
      for (const outcome of ['load', 'error']) fresh.addEventListener(outcome, () => replaceBy(fresh), { once: true })
      link.after(fresh)
    }
    return links.length > 0
  }

  function replaceBy(fresh) {
    for (const link of stale.get(fresh) ?? []) {
      stale.delete(link)
      link.remove()
    }
    stale.delete(fresh)
  }

  /* A page is loaded anew where it does not show each of these files as an image that can be fetched by itself. */
  function swapImages({ files, version }) {
    const images = [...document.images].filter((image) => files.some((file) => isFile(image.currentSrc, file)))
    if (!files.every((file) => images.some((image) => isFile(image.currentSrc, file)))) return false
    for (const image of images) {
      const { currentSrc } = image
      if (image.parentElement?.localName === 'picture') {
        for (const source of image.parentElement.querySelectorAll('source')) source.remove()
      }
      image.removeAttribute('srcset')
      image.src = withVersion(currentSrc, version)
    }
    return true
  }

  function isOwn(link) {
    return new URL(link.href).origin === location.origin
  }

  /* What a page's author writes into an address may be no text at all. */
  function isFile(url, file) {
    try {
      return decodeURIComponent(new URL(url, location.href).pathname).endsWith(`/${file}`)
    } catch {
      return false
    }
  }

  function withVersion(url, version) {
    const fresh = new URL(url, location.href)
    fresh.searchParams.set('live-reload', version)
    return fresh.href
  }

  if (typeof document === 'undefined') runWorker()
  else runPage(document.currentScript)
})()
