/** The policies of the setting `secureReferrerPolicy`, which may be a list or a text with commas. */
export function referrerPolicies(setting: string | readonly string[]): string[] {
  return [setting].flat().flatMap((text) => text.split(',').map((policy) => policy.trim()))
}
