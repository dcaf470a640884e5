import { describe, expect, test } from '@jest/globals'
import { wantedFiles } from '../../../services/station/core/plan.ts'
import { adopt, emergencyOf, file, manifestOf, Shell, slotOf } from './shell.ts'

/** A shell with one slot of the dispatches 1, 2 and 3 that begins in ten seconds, and is half a minute late at most. */
function withSlot(): { shell: Shell; slot: ReturnType<typeof slotOf> } {
  const shell = new Shell()
  const slot = slotOf('1', shell.iso(10_000), 30, ['1', '2', '3'])
  adopt(shell, manifestOf(shell, 1, { slots: [slot] }))
  return { shell, slot }
}

describe('a slot', () => {
  test('is prepared, begins on its time, and every part is told when it is heard', () => {
    const { shell, slot } = withSlot()
    const startsAt = Date.parse(slot.startsAt)
    shell.pass(60_000)
    expect(shell.kinds()).toEqual(['started 1 1', 'ended 1 1', 'started 2 1', 'ended 2 1', 'started 3 1', 'ended 3 1'])
    expect(shell.actions[0]).toMatchObject({ do: 'prepare', at: startsAt })
    expect(shell.given[0]?.at).toBe(startsAt)
    expect(shell.events.map(e => Date.parse(e.at) - startsAt).slice(1)).toEqual([
      1_000, 4_000, 4_500, 7_500, 8_000, 11_000,
    ])
    expect(shell.given.at(-1)?.toMs).toBe(slot.file.durationMs)
    shell.pass(600_000)
    expect(shell.events).toHaveLength(7)
  })

  test('without its file waits as long as it may, then is missed part by part', () => {
    const shell = new Shell()
    const slot = slotOf('1', shell.iso(0), 30, ['1', '2'])
    shell.tell({ type: 'manifest', manifest: manifestOf(shell, 1, { slots: [slot] }) })
    shell.pass(29_000)
    expect(shell.kinds()).toEqual([])
    shell.pass(2_000)
    expect(shell.kinds()).toEqual(['missed 1 1 no-file', 'missed 2 1 no-file'])
    shell.tell({ type: 'file-ready', sha256: slot.file.sha256, isNew: true })
    shell.pass(60_000)
    expect(shell.given).toEqual([])
  })

  test('whose file comes late but in time begins at once', () => {
    const shell = new Shell()
    const slot = slotOf('1', shell.iso(0), 30, ['1'])
    shell.tell({ type: 'manifest', manifest: manifestOf(shell, 1, { slots: [slot] }) })
    shell.pass(25_000)
    shell.tell({ type: 'file-ready', sha256: slot.file.sha256, isNew: true })
    shell.pass(20_000)
    expect(shell.kinds()).toEqual(['started 1 1', 'ended 1 1'])
  })

  test('that names no parts is one piece', () => {
    const shell = new Shell()
    adopt(shell, manifestOf(shell, 1, { slots: [slotOf('1', shell.iso(1_000), 30, [])] }))
    shell.pass(10_000)
    expect(shell.events.map(e => [e.kind, e.slotId, e.dispatchId])).toEqual([
      ['fetched', undefined, undefined],
      ['started', '1', undefined],
      ['ended', '1', undefined],
    ])
  })

  test('goes on after a power cut with the part that was cut, and never with one that ended', () => {
    const { shell } = withSlot()
    shell.pass(10_000 + 6_000)
    shell.powerCut(20_000)
    shell.pass(60_000)
    expect(shell.kinds()).toEqual([
      ...['started 1 1', 'ended 1 1', 'started 2 1', 'interrupted 2 1 power-cut'],
      ...['started 2 1', 'ended 2 1', 'started 3 1', 'ended 3 1'],
    ])
    // Within the last two seconds of position notes.
    expect(shell.events.find(e => e.kind === 'interrupted')?.positionMs).toBeLessThanOrEqual(1_500)
  })

  test('is not taken up again after its own length beyond the latest start', () => {
    const { shell } = withSlot()
    shell.pass(10_000 + 6_000)
    shell.powerCut(60_000)
    shell.pass(60_000)
    expect(shell.kinds().slice(3)).toEqual([
      'interrupted 2 1 power-cut',
      'missed 2 1 power-cut',
      'missed 3 1 power-cut',
    ])
  })

  test('during which the device was off is missed for that reason', () => {
    const { shell } = withSlot()
    shell.pass(5_000)
    shell.powerCut(120_000)
    expect(shell.kinds()).toEqual(['missed 1 1 power-cut', 'missed 2 1 power-cut', 'missed 3 1 power-cut'])
  })

  test('whose file gives less than it promised is given up, not repeated', () => {
    const { shell } = withSlot()
    shell.pass(12_000)
    const sound = shell.state.sound
    shell.playing = undefined
    shell.tell({ type: 'sound-ended', soundId: sound?.id ?? 0 })
    shell.pass(60_000)
    expect(shell.kinds()).toEqual([
      ...['started 1 1', 'interrupted 1 1 bad-audio'],
      ...['missed 1 1 bad-audio', 'missed 2 1 bad-audio', 'missed 3 1 bad-audio'],
    ])
  })

  test('waits for a sink that failed, from the beginning of the part', () => {
    const { shell } = withSlot()
    shell.pass(12_000)
    shell.playing = undefined
    shell.tell({ type: 'sink', ok: false })
    shell.pass(5_000)
    shell.tell({ type: 'sink', ok: true })
    shell.pass(60_000)
    expect(shell.kinds().slice(0, 5)).toEqual([
      ...['started 1 1', 'interrupted 1 1 sink-failed', 'fault sink-failed', 'started 1 1', 'ended 1 1'],
    ])
  })
})

describe('a withdrawal', () => {
  test('leaves the part out and keeps what lies around it', () => {
    const { shell, slot } = withSlot()
    adopt(shell, manifestOf(shell, 2, { slots: [slot], withdrawn: ['2'] }))
    shell.pass(60_000)
    expect(shell.kinds()).toEqual(['started 1 1', 'ended 1 1', 'started 3 1', 'ended 3 1', 'skipped 2 1 withdrawn'])
    expect(shell.given.filter(g => g.toMs > 4_500 && g.fromMs < 7_500)).toEqual([])
  })

  test('stops the part that is on air and goes on behind it', () => {
    const { shell, slot } = withSlot()
    shell.pass(10_000 + 6_000)
    adopt(shell, manifestOf(shell, 2, { slots: [slot], withdrawn: ['2'] }))
    shell.pass(60_000)
    expect(shell.kinds().slice(2)).toEqual(['started 2 1', 'interrupted 2 1 withdrawn', 'started 3 1', 'ended 3 1'])
    expect(shell.events.find(e => e.kind === 'interrupted')?.positionMs).toBe(1_500)
  })

  test('of a later part shortens the stretch that is on air', () => {
    const { shell, slot } = withSlot()
    shell.pass(10_000 + 6_000)
    adopt(shell, manifestOf(shell, 2, { slots: [slot], withdrawn: ['3'] }))
    expect(shell.actions.at(-1)).toMatchObject({ do: 'limit', toMs: 8_000 })
    shell.pass(60_000)
    expect(shell.kinds().slice(2)).toEqual(['started 2 1', 'ended 2 1', 'skipped 3 1 withdrawn'])
  })

  test('of everything in a slot leaves no chime behind', () => {
    const { shell, slot } = withSlot()
    adopt(shell, manifestOf(shell, 2, { slots: [slot], withdrawn: ['1', '2', '3'] }))
    expect(wantedFiles(shell.state)).toEqual([])
    shell.pass(60_000)
    expect(shell.given).toEqual([])
    expect(shell.kinds()).toEqual(['skipped 1 1 withdrawn', 'skipped 2 1 withdrawn', 'skipped 3 1 withdrawn'])
  })

  test('stops an emergency, says so once, and lets the slot go on', () => {
    const { shell, slot } = withSlot()
    shell.pass(12_000)
    const emergency = emergencyOf('90', shell.iso(0), { times: 3 })
    adopt(shell, manifestOf(shell, 2, { slots: [slot], emergencies: [emergency] }))
    shell.pass(1_000)
    adopt(shell, manifestOf(shell, 3, { slots: [slot], withdrawn: ['90'] }))
    shell.pass(60_000)
    expect(shell.kinds().slice(0, 6)).toEqual([
      ...[
        'started 1 1',
        'interrupted 1 1 emergency',
        'started 90 1',
        'interrupted 90 1 withdrawn',
        'started 1 1',
        'ended 1 1',
      ],
    ])
    expect(shell.kinds().filter(k => k.includes('90'))).toHaveLength(2)
  })
})

describe('an emergency', () => {
  test('interrupts, is heard its times with its pause, and the slot goes on with the part that was cut', () => {
    const { shell, slot } = withSlot()
    shell.pass(10_000 + 6_000)
    adopt(shell, manifestOf(shell, 2, { slots: [slot], emergencies: [emergencyOf('90', shell.iso(0), { times: 2 })] }))
    expect(shell.state.sound?.emergency).toMatchObject({ dispatchId: '90', play: 1 })
    shell.pass(60_000)
    expect(shell.kinds().slice(2)).toEqual([
      ...['started 2 1', 'interrupted 2 1 emergency', 'started 90 1', 'ended 90 1', 'started 90 2', 'ended 90 2'],
      ...['started 2 1', 'ended 2 1', 'started 3 1', 'ended 3 1'],
    ])
    const starts = shell.events.filter(e => e.kind === 'started' && e.dispatchId === '90').map(e => Date.parse(e.at))
    expect((starts[1] ?? 0) - (starts[0] ?? 0)).toBe(3_000)
  })

  test('with `skip` ends the slot', () => {
    const { shell, slot } = withSlot()
    shell.pass(12_000)
    const emergencies = [emergencyOf('90', shell.iso(0), { afterwards: 'skip' })]
    adopt(shell, manifestOf(shell, 2, { slots: [slot], emergencies }))
    shell.pass(60_000)
    expect(shell.kinds()).toEqual([
      ...[
        'started 1 1',
        'interrupted 1 1 emergency',
        'missed 1 1 emergency',
        'missed 2 1 emergency',
        'missed 3 1 emergency',
      ],
      ...['started 90 1', 'ended 90 1'],
    ])
  })

  test('that is newer goes first, then the older is heard from its beginning', () => {
    const shell = new Shell()
    const older = emergencyOf('90', shell.iso(0))
    adopt(shell, manifestOf(shell, 1, { emergencies: [older] }))
    shell.pass(1_000)
    adopt(shell, manifestOf(shell, 2, { emergencies: [older, emergencyOf('91', shell.iso(0))] }))
    shell.pass(30_000)
    expect(shell.kinds()).toEqual([
      ...['started 90 1', 'interrupted 90 1 emergency', 'started 91 1', 'ended 91 1', 'started 90 1', 'ended 90 1'],
    ])
  })

  test('comes again every so often until its end', () => {
    const shell = new Shell()
    const emergency = emergencyOf('90', shell.iso(0), { everySeconds: 60, expiresAt: shell.iso(200_000) })
    adopt(shell, manifestOf(shell, 1, { emergencies: [emergency] }))
    shell.pass(600_000)
    const starts = shell.events
      .filter(e => e.kind === 'started')
      .map(e => [e.play, (Date.parse(e.at) - (shell.now - 600_000)) / 1_000])
    expect(starts).toEqual([
      [1, 0],
      [2, 60],
      [3, 120],
      [4, 180],
    ])
    expect(shell.kinds().filter(k => k.startsWith('missed'))).toEqual([])
  })

  test('after hours without power only its latest play is heard; the others are told', () => {
    const shell = new Shell()
    adopt(shell, manifestOf(shell, 1, { emergencies: [emergencyOf('90', shell.iso(0), { everySeconds: 60 })] }))
    shell.pass(10_000)
    shell.powerCut(310_000)
    shell.pass(5_000)
    expect(shell.kinds()).toEqual([
      ...['started 90 1', 'ended 90 1'],
      ...[2, 3, 4, 5].map(play => `missed 90 ${play} too-late`),
      ...['started 90 6', 'ended 90 6'],
    ])
  })

  test('cut by a power cut is begun again, for better twice than never', () => {
    const shell = new Shell()
    adopt(shell, manifestOf(shell, 1, { emergencies: [emergencyOf('90', shell.iso(0))] }))
    shell.pass(1_000)
    shell.powerCut(2_000)
    shell.pass(10_000)
    expect(shell.kinds()).toEqual(['started 90 1', 'interrupted 90 1 power-cut', 'started 90 1', 'ended 90 1'])
  })

  test('whose file never came is told when it is over', () => {
    const shell = new Shell()
    const emergency = emergencyOf('90', shell.iso(0), { expiresAt: shell.iso(60_000) })
    shell.tell({ type: 'manifest', manifest: manifestOf(shell, 1, { emergencies: [emergency] }) })
    shell.pass(120_000)
    expect(shell.kinds()).toEqual(['missed 90 1 no-file'])
  })

  test('over the start of a slot delays it, as long as it may be late', () => {
    const shell = new Shell()
    const slots = [slotOf('1', shell.iso(1_000), 3, ['1']), slotOf('2', shell.iso(1_000), 30, ['2'])]
    const emergencies = [emergencyOf('90', shell.iso(0), { file: file('e', 5_000) })]
    adopt(shell, manifestOf(shell, 1, { slots, emergencies }))
    shell.pass(60_000)
    expect(shell.kinds()).toEqual(['started 90 1', 'missed 1 1 emergency', 'ended 90 1', 'started 2 1', 'ended 2 1'])
  })
})

describe('a manifest', () => {
  test('with an older sequence is refused, with the same one is no news but for its addresses', () => {
    const { shell, slot } = withSlot()
    adopt(shell, manifestOf(shell, 5, { slots: [slot] }))
    shell.tell({ type: 'manifest', manifest: manifestOf(shell, 4, {}) })
    expect(shell.kinds()).toEqual(['refused old-sequence'])
    const moved = { ...slot, file: { ...slot.file, url: '/f/new?signed' } }
    shell.tell({ type: 'manifest', manifest: manifestOf(shell, 5, { slots: [moved] }) })
    expect(shell.state.manifest?.slots[0]?.file.url).toBe('/f/new?signed')
    shell.tell({ type: 'manifest', manifest: manifestOf(shell, 5, { slots: [] }) })
    expect(shell.kinds()).toEqual(['refused old-sequence', 'refused bad-manifest'])
    expect(shell.state.manifest?.slots).toHaveLength(1)
  })

  test('that has expired is refused; the one in force lets nothing be heard after its end', () => {
    const shell = new Shell()
    const slots = [slotOf('1', shell.iso(5_000), 30, ['1', '2']), slotOf('2', shell.iso(60_000), 30, ['3'])]
    adopt(shell, manifestOf(shell, 1, { slots, expiresAt: shell.iso(10_000) }))
    shell.tell({ type: 'manifest', manifest: manifestOf(shell, 2, { expiresAt: shell.iso(0) }) })
    shell.pass(200_000)
    expect(shell.kinds()).toEqual([
      ...['refused expired', 'started 1 1', 'ended 1 1', 'started 2 1', 'interrupted 2 1 expired'],
      ...['missed 2 1 expired', 'missed 3 1 expired'],
    ])
  })

  test('refused again and again is told once an hour', () => {
    const shell = new Shell()
    for (let i = 0; i < 100; i++) {
      shell.tell({ type: 'refused', reason: 'bad-signature' })
      shell.pass(60_000)
    }
    expect(shell.kinds()).toEqual(['refused bad-signature', 'refused bad-signature'])
  })
})

describe('without a trusted time', () => {
  test('nothing is begun and nothing called missed', () => {
    const { shell } = withSlot()
    shell.tell({ type: 'clock', ok: false, skewMs: 0 })
    shell.pass(120_000)
    expect(shell.kinds()).toEqual([])
    shell.now -= 120_000
    shell.tell({ type: 'clock', ok: true, skewMs: -120_000 })
    shell.pass(60_000)
    expect(shell.kinds()).toHaveLength(6)
  })
})

describe('events', () => {
  test('are kept until the server has them', () => {
    const { shell } = withSlot()
    shell.pass(60_000)
    expect(shell.state.pending.map(e => e.n)).toEqual([1, 2, 3, 4, 5, 6, 7])
    shell.tell({ type: 'acked', upTo: 5 })
    shell.powerCut(1_000)
    expect(shell.state.pending.map(e => e.n)).toEqual([6, 7])
  })

  test('of a device that lost its journal go on behind what the server knows', () => {
    const { shell } = withSlot()
    shell.pass(12_000)
    shell.tell({ type: 'acked', upTo: 400 })
    expect(shell.state.pending.map(e => e.n)).toEqual([401, 402])
    shell.pass(60_000)
    expect(shell.state.pending.at(-1)?.n).toBe(407)
    expect(shell.recorded().nextN).toBe(408)
  })
})
