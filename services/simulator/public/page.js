import { call, el, language, spaced, switchLanguage, time, word } from './dom.js'
import { showFaults } from './faults.js'
import { showMailbox, showPhone } from './inbox.js'

/**
 * The simulator page: totals, lists of phones and mailboxes, one opened inbox, the faults. The address after `#` names
 * what is open (`#phones/+84912...`), so that it can be linked to and Back works.
 */
const $ = id => document.getElementById(id)
const listLimit = 100
const state = { tab: 'phones', open: null, search: '' }
let refreshing = false
let stale = false

const number = n => n.toLocaleString(language.current === 'vi' ? 'vi-VN' : 'en-GB')

function showWords() {
  const w = word()
  document.documentElement.lang = language.current
  document.title = w.pageTitle
  for (const node of document.querySelectorAll('[data-word]')) node.textContent = w[node.dataset.word]
  $('language').textContent = w.language
  $('language').lang = language.current === 'vi' ? 'en' : 'vi'
  $('search').placeholder = state.tab === 'mailboxes' ? w.searchMailboxes : w.searchPhones
}

function showTotals({ sms, email, speech, activeFaults }) {
  const w = word()
  const refused = [sms, email, speech].flatMap(channel => Object.values(channel.refusals))
  const totals = [
    [w.totalSms, sms.total],
    [w.totalPhones, sms.addresses],
    [w.totalMails, email.total],
    [w.totalMailboxes, email.addresses],
    [w.totalSpoken, speech.total],
    [w.totalRepeats, sms.repeats + email.repeats, 'alert'],
    [w.totalRefused, refused.reduce((a, b) => a + b, 0), 'warn'],
  ]
  $('totals').replaceChildren(
    ...totals.map(([label, value, tone]) =>
      el('div', { class: tone && value > 0 ? tone : '' }, el('dt', {}, label), el('dd', {}, number(value))),
    ),
  )
  const tabs = [
    ['phones', w.phones],
    ['mailboxes', w.mailboxes],
    ['faults', activeFaults > 0 ? `${w.faults} (${activeFaults})` : w.faults],
  ]
  $('tabs').replaceChildren(
    ...tabs.map(([tab, label]) =>
      el('a', { href: `#${tab}`, 'aria-current': state.tab === tab ? 'page' : undefined }, label),
    ),
  )
}

function showList(entries) {
  const w = word()
  const phones = state.tab === 'phones'
  const empty = state.search ? w.nothingFound : phones ? w.noPhones : w.noMailboxes
  $('list').replaceChildren(
    ...entries.map(entry =>
      el(
        'li',
        {},
        el(
          'a',
          {
            href: `#${state.tab}/${encodeURIComponent(entry.address)}`,
            'aria-current': state.open === entry.address ? 'true' : undefined,
          },
          el('span', { class: 'who' }, phones ? spaced(entry.address) : entry.address),
          el('span', { class: 'when' }, entry.at ? time(entry.at) : ''),
          el('span', { class: 'what' }, entry.preview ?? ''),
          entry.count > 1 && el('span', { class: 'count' }, phones ? w.messages(entry.count) : w.mails(entry.count)),
        ),
      ),
    ),
  )
  $('list-foot').textContent = entries.length === 0 ? empty : entries.length >= listLimit ? w.listLimit(listLimit) : ''
}

async function showDetail() {
  const detail = $('detail')
  $('inbox').classList.toggle('opened', state.open !== null)
  if (state.open === null) {
    const hint = state.tab === 'phones' ? word().choosePhone : word().chooseMailbox
    detail.replaceChildren(el('p', { class: 'hint' }, hint))
    return
  }
  const inbox = await call(`/api/${state.tab}/${encodeURIComponent(state.open)}`)
  if (state.tab === 'phones') showPhone(detail, inbox)
  else showMailbox(detail, inbox)
}

/** Fetches and shows what is on screen; calls during a refresh cause one more afterwards. */
async function refresh() {
  if (refreshing) {
    stale = true
    return
  }
  refreshing = true
  try {
    do {
      stale = false
      showTotals(await call('/api/summary'))
      if (state.tab === 'faults') await showFaults($('faults'))
      else {
        showList(await call(`/api/${state.tab}?search=${encodeURIComponent(state.search)}`))
        await showDetail()
      }
    } while (stale)
  } catch {
    $('live').textContent = word().lost
  } finally {
    refreshing = false
  }
}

function readAddress() {
  const [tab, open] = decodeURIComponent(location.hash.slice(1)).split(/\/(.*)/s)
  const changed = tab !== state.tab
  state.tab = ['phones', 'mailboxes', 'faults'].includes(tab) ? tab : 'phones'
  state.open = open || null
  if (changed) {
    state.search = ''
    $('search').value = ''
  }
  $('main').dataset.tab = state.tab
  $('inbox').hidden = state.tab === 'faults'
  $('faults').hidden = state.tab !== 'faults'
  $('faults').replaceChildren()
  showWords()
  void refresh()
}

function listen() {
  const events = new EventSource('/api/events')
  events.addEventListener('changed', () => {
    $('live').textContent = word().live
    // A fault form being filled in must not be replaced under the officer's hands.
    if (state.tab !== 'faults') void refresh()
  })
  events.addEventListener('error', () => {
    $('live').textContent = word().lost
  })
}

$('language').addEventListener('click', () => {
  switchLanguage()
  $('faults').replaceChildren()
  $('detail').replaceChildren()
  $('live').textContent = word().live
  showWords()
  void refresh()
})
$('search').addEventListener('input', event => {
  state.search = event.target.value
  void refresh()
})
$('clear').addEventListener('click', () => $('confirm-clear').showModal())
$('clear-no').addEventListener('click', () => $('confirm-clear').close())
$('clear-yes').addEventListener('click', async () => {
  $('confirm-clear').close()
  await call('/api/clear', { method: 'POST' })
  location.hash = state.tab
  void refresh()
})
addEventListener('hashchange', readAddress)
readAddress()
listen()
