/** What messages of JavaScript itself are most often about in a web project. */
const ADVICE: ReadonlyArray<readonly [message: RegExp, advice: string]> = [
  [
    /^Cannot access '.*' before initialization$/,
    'Is it used above its declaration, or do files import each other in a circle?',
  ],
  [
    /\b(?:get|getAll|has|entries)\b is not a function$/,
    'Is an await missing? request.form() and request.json() give promises: const form = await request.form()',
  ],
  [
    /^(?:Class constructor|Cannot call a class constructor) .* without 'new'$/,
    'Give view classes to path() as Name.asView().',
  ],
]

/** A word of advice on an error whose message does not say what to do; undefined where there is none. */
export function adviceFor(message: string): string | undefined {
  return ADVICE.find(([pattern]) => pattern.test(message.slice(0, 500)))?.[1]
}
