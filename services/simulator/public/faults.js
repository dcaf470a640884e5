import { call, el, word } from './dom.js'

/** The faults: what is active, a form to add one, and the pace of the simulator. */
export async function showFaults(panel) {
  const { settings, hits, kinds } = await call('/api/faults')
  const w = word()
  const language = document.documentElement.lang
  const message = el('p', { class: 'message', role: 'status' })
  const save = async (changes, done = '') => {
    try {
      const body = JSON.stringify({ ...settings, ...changes })
      await call('/api/faults', { method: 'PUT', headers: { 'content-type': 'application/json' }, body })
      await showFaults(panel)
      panel.querySelector('.message').textContent = done
    } catch (error) {
      message.textContent = w.failed + error.message
    }
  }
  panel.replaceChildren(
    el('h2', {}, w.faultsTitle),
    el('p', { class: 'intro' }, w.faultsIntro),
    activeRules(settings, hits, kinds, language, save),
    addForm(settings, kinds, language, save, message),
    paceForm(settings, save),
    message,
  )
}

function activeRules(settings, hits, kinds, language, save) {
  const w = word()
  if (settings.rules.length === 0) return el('p', { class: 'calm' }, w.noFaults)
  const without = id => settings.rules.filter(rule => rule.id !== id)
  return el(
    'div',
    {},
    el(
      'ul',
      { class: 'rules' },
      ...settings.rules.map(rule =>
        el(
          'li',
          {},
          el(
            'div',
            {},
            el('strong', {}, `${groupOf(rule.kind, w)}: ${kinds[rule.kind][language]}`),
            el('span', { class: 'rule-limits' }, `${describe(rule)} · ${w.hits(hits[rule.id] ?? 0)}`),
          ),
          el('button', { type: 'button', class: 'quiet', onclick: () => save({ rules: without(rule.id) }) }, w.remove),
        ),
      ),
    ),
    settings.rules.length > 1 &&
      el('button', { type: 'button', class: 'quiet', onclick: () => save({ rules: [] }) }, w.removeAll),
  )
}

const groupOf = (kind, w) => ({ sms: w.groupSms, email: w.groupEmail, speech: w.groupSpeech })[kind.split('.')[0]]

function describe(rule) {
  const w = word()
  const limits = [
    rule.vendor !== undefined && (w.vendors[rule.vendor] ?? w.speechVendors[rule.vendor]),
    rule.code !== undefined && w.ruleCode(rule.code),
    rule.percent !== undefined && w.rulePercent(rule.percent),
    rule.pattern !== undefined && w.rulePattern(rule.pattern),
    rule.next !== undefined && w.ruleNext(rule.next),
    rule.delayMs !== undefined && w.ruleDelay(rule.delayMs),
  ].filter(Boolean)
  return limits.length > 0 ? limits.join(', ') : w.ruleAll
}

function addForm(settings, kinds, language, save, message) {
  const w = word()
  const options = prefix =>
    Object.entries(kinds)
      .filter(([kind]) => kind.startsWith(prefix))
      .map(([kind, names]) => el('option', { value: kind }, names[language]))
  const kind = el(
    'select',
    { name: 'kind' },
    el('optgroup', { label: w.groupSms }, ...options('sms.')),
    el('optgroup', { label: w.groupEmail }, ...options('email.')),
    el('optgroup', { label: w.groupSpeech }, ...options('speech.')),
  )
  const scope = el(
    'select',
    { name: 'scope' },
    el('option', { value: 'all' }, w.scopeAll),
    el('option', { value: 'percent' }, w.scopePercent),
    el('option', { value: 'pattern' }, w.scopePattern),
    el('option', { value: 'next' }, w.scopeNext),
  )
  const value = el('input', { name: 'value', type: 'text', autocomplete: 'off' })
  const delay = el('input', { name: 'delay', type: 'number', min: '0', max: '600000', value: '2000' })
  const vendor = el(
    'select',
    { name: 'vendor' },
    el('option', { value: '' }, w.vendorAll),
    ...Object.entries({ ...w.vendors, ...w.speechVendors }).map(([id, name]) => el('option', { value: id }, name)),
  )
  const code = el('input', { name: 'code', type: 'number', min: '1', max: '99999' })
  const vendorField = field(w.vendor, vendor)
  const codeField = field(w.code, code)
  const valueField = field(w.scopeValue, value)
  const delayField = field(w.delay, delay)
  const adapt = () => {
    valueField.hidden = scope.value === 'all'
    delayField.hidden = !kind.value.endsWith('.slow')
    const speech = kind.value.startsWith('speech.')
    vendorField.hidden = kind.value.startsWith('email.')
    codeField.hidden = !['sms.code', 'sms.undelivered', 'sms.failed'].includes(kind.value)
    // Only the vendors whose protocol can show this fault.
    const able = kinds[kind.value].vendors ?? Object.keys(speech ? w.speechVendors : w.vendors)
    for (const option of vendor.options) option.disabled = option.value !== '' && !able.includes(option.value)
    if (vendor.selectedOptions[0]?.disabled) vendor.value = ''
    const examples = speech ? 'hcm-*' : kind.value.startsWith('sms.') ? '+8491*' : '*@example.vn'
    value.placeholder = { all: '', percent: '5', pattern: examples, next: '10' }[scope.value]
  }
  kind.addEventListener('change', adapt)
  scope.addEventListener('change', adapt)
  adapt()
  return el(
    'form',
    {
      class: 'add',
      onsubmit: event => {
        event.preventDefault()
        const rule = { kind: kind.value }
        const text = value.value.trim().replace(',', '.')
        if (scope.value === 'pattern') rule.pattern = value.value.trim()
        else if (scope.value !== 'all') rule[scope.value] = Number(text)
        if (scope.value !== 'all' && (text === '' || Number.isNaN(rule[scope.value]))) {
          message.textContent = w.valueNeeded
          value.focus()
          return
        }
        if (!vendorField.hidden && vendor.value !== '') rule.vendor = vendor.value
        if (!codeField.hidden && code.value !== '') rule.code = Number(code.value)
        if (!delayField.hidden) rule.delayMs = Number(delay.value)
        void save({ rules: [...settings.rules, rule] })
      },
    },
    field(w.faultKind, kind),
    vendorField,
    codeField,
    field(w.scope, scope),
    valueField,
    delayField,
    el('button', { type: 'submit', class: 'solid' }, w.add),
  )
}

function paceForm(settings, save) {
  const w = word()
  const input = name => el('input', { name, type: 'number', min: '0', step: '1', value: String(settings[name]) })
  return el(
    'form',
    {
      class: 'pace',
      onsubmit: event => {
        event.preventDefault()
        const numbers = Object.fromEntries([...new FormData(event.target)].map(([name, text]) => [name, Number(text)]))
        void save(numbers, w.saved)
      },
    },
    el('h3', {}, w.pace),
    field(w.latency, input('latencyMs')),
    field(w.sentAfter, input('sentAfterMs')),
    field(w.deliveredAfter, input('deliveredAfterMs')),
    field(w.seed, input('seed')),
    el('button', { type: 'submit', class: 'solid' }, w.save),
  )
}

function field(label, input) {
  return el('label', { class: 'field' }, el('span', {}, label), input)
}
