import assert from 'node:assert/strict'
import { afterEach, describe, test } from 'node:test'
import { resetForTests, setup } from 'nuages'
import { type AppConfig, defineApp } from 'nuages/apps'
import { defineSettings } from 'nuages/conf'
import { AppCommand, callCommand, LabelCommand } from 'nuages/management'
import { Memory } from './support.ts'

class PathCommand extends AppCommand {
  override readonly help = 'Say where apps are.'
  override handleAppConfig(app: AppConfig): void {
    this.stdout.write(`${app.label} ${app.path}`)
  }
}

class EchoCommand extends LabelCommand {
  override readonly help = 'Say words again.'
  override handleLabel(label: string): void {
    this.stdout.write(label)
  }
}

describe('commands for apps and labels', () => {
  afterEach(() => resetForTests())

  test('do their work for each, once all apps are known to be there', async () => {
    const installedApps = ['polls', 'news'].map((name) => defineApp({ name, path: `/srv/${name}` }))
    await setup(defineSettings({ installedApps }))
    const stdout = new Memory()
    await callCommand(new PathCommand(), ['news', 'polls'], { stdout })
    assert.equal(stdout.text, 'news /srv/news\npolls /srv/polls\n')
    const wrong = callCommand(new PathCommand(), ['news', 'pols'], { stdout })
    await assert.rejects(wrong, { name: 'CommandError', message: /No installed app.*"pols".*Did you mean "polls"/ })
    assert.equal(stdout.text, 'news /srv/news\npolls /srv/polls\n')
    await assert.rejects(callCommand(new PathCommand(), []), /The argument <app> is missing/)
  })

  test('take any words', async () => {
    const stdout = new Memory()
    await callCommand(new EchoCommand(), ['a', 'b'], { stdout })
    assert.equal(stdout.text, 'a\nb\n')
  })
})
