/** A Content-Disposition whose name, where there is one, survives in any language (RFC 6266, RFC 8187). */
export function contentDisposition(asAttachment: boolean, filename: string | undefined): string {
  const type = asAttachment ? 'attachment' : 'inline'
  if (filename === undefined || filename === '') return type
  const name = filename.toWellFormed().replace(/[\u0000-\u001f\u007f]/g, '')
  const plain = name.replace(/[^\x20-\x7e]/g, '?').replace(/["\\]/g, '\\$&')
  if (plain === name) return `${type}; filename="${plain}"`
  const encoded = encodeURIComponent(name).replace(
    /['()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  )
  return `${type}; filename="${plain}"; filename*=UTF-8''${encoded}`
}
