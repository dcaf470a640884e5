import { el, spaced, time, word } from './dom.js'

/** Draws a phone with its messages as bubbles. */
export function showPhone(detail, phone) {
  const w = word()
  const hidden = phone.count - phone.messages.length
  const bubbles = phone.messages.map(message =>
    el(
      'li',
      { class: `bubble ${message.status}` },
      message.repeat && el('span', { class: 'repeat' }, w.repeat),
      el('p', { lang: 'vi' }, message.text),
      el(
        'span',
        { class: 'meta' },
        `${time(message.at)} · ${message.encoding} · ${w.parts(message.parts)}`,
        el('span', { class: `vendor ${message.vendor}` }, w.vendors[message.vendor]),
        el(
          'span',
          { class: 'status' },
          message.errorCode ? `${w.status[message.status]} (${message.errorCode})` : w.status[message.status],
        ),
      ),
    ),
  )
  const senders = [...new Set(phone.messages.map(message => message.from))].join(', ')
  const screen = el('ol', { class: 'bubbles' }, ...bubbles)
  keepScroll(detail, screen, () =>
    detail.replaceChildren(
      back('phones'),
      el(
        'article',
        { class: 'phone' },
        el('div', { class: 'speaker', 'aria-hidden': 'true' }),
        el(
          'header',
          {},
          el('strong', {}, senders || '—'),
          el('span', { class: 'number' }, `${spaced(phone.number)} · ${w.messages(phone.count)}`),
        ),
        hidden > 0 && el('p', { class: 'older' }, w.older(hidden)),
        screen,
      ),
    ),
  )
}

/** Stays where the reader is; follows the newest message when he is at the end. */
function keepScroll(detail, screen, replace) {
  const before = detail.querySelector('.bubbles')
  const atEnd = !before || before.scrollHeight - before.scrollTop - before.clientHeight < 40
  const top = before?.scrollTop ?? 0
  replace()
  screen.scrollTop = atEnd ? screen.scrollHeight : top
}

function back(tab) {
  return el('a', { class: 'back', href: `#${tab}` }, `‹ ${word().back}`)
}

let shown = { address: null, id: null, asText: false }

/** A mailbox: its mails as a list, one of them open in a frame without scripts. */
export function showMailbox(detail, mailbox) {
  const w = word()
  const newest = mailbox.mails.at(-1)
  const known = shown.address === mailbox.address && mailbox.mails.some(mail => mail.id === shown.id)
  if (!known) shown = { address: mailbox.address, id: newest?.id ?? null, asText: false }
  const open = mailbox.mails.find(mail => mail.id === shown.id)
  // An open mail is left alone while others arrive: reloading its frame would throw the reader back to the top.
  const frame = detail.querySelector(`iframe[data-mail="${open?.id}"]`)
  const again = changes => {
    Object.assign(shown, changes)
    showMailbox(detail, mailbox)
  }
  const list = el(
    'ul',
    { class: 'mails' },
    ...mailbox.mails.toReversed().map(mail =>
      el(
        'li',
        {},
        el(
          'button',
          {
            type: 'button',
            'aria-pressed': String(mail.id === open?.id),
            onclick: () => again({ id: mail.id, asText: false }),
          },
          el('span', { class: 'who', lang: 'vi' }, mail.subject || w.noSubject),
          el('span', { class: 'when' }, time(mail.at)),
          mail.repeat && el('span', { class: 'repeat' }, w.repeat),
        ),
      ),
    ),
  )
  const old = detail.querySelector('.mails')
  if (frame && old && !shown.asText === !detail.querySelector('.plain')) {
    old.replaceWith(list)
    return
  }
  detail.replaceChildren(
    back('mailboxes'),
    el('h2', { class: 'box' }, mailbox.address, el('span', { class: 'box-count' }, w.mails(mailbox.count))),
    list,
    open ? mailArticle(open, again) : '',
  )
}

function mailArticle(mail, again) {
  const w = word()
  const row = (name, value) => el('div', {}, el('dt', {}, name), el('dd', { class: 'value' }, value))
  return el(
    'article',
    { class: 'mail' },
    el('h3', { class: 'subject', lang: 'vi' }, mail.subject || w.noSubject),
    el('dl', { class: 'fields' }, row(w.from, mail.from), row(w.to, mail.to), row(w.date, time(mail.at))),
    el(
      'div',
      { class: 'views' },
      el(
        'button',
        { type: 'button', 'aria-pressed': String(!shown.asText), onclick: () => again({ asText: false }) },
        w.asHtml,
      ),
      el(
        'button',
        { type: 'button', 'aria-pressed': String(shown.asText), onclick: () => again({ asText: true }) },
        w.asText,
      ),
      mail.unsubscribeUrl &&
        el('a', { class: 'refuse', href: mail.unsubscribeUrl, target: '_blank', rel: 'noopener noreferrer' }, w.refuse),
    ),
    shown.asText
      ? el('pre', { class: 'plain', lang: 'vi', 'data-mail': mail.id }, mail.text)
      : el('iframe', {
          src: `/api/mails/${encodeURIComponent(mail.id)}/html`,
          // No script, no form, not our origin; links open in a tab of their own.
          sandbox: 'allow-popups allow-popups-to-escape-sandbox',
          referrerpolicy: 'no-referrer',
          title: w.mailFrame,
          'data-mail': mail.id,
        }),
    el(
      'details',
      {},
      el('summary', {}, w.headers),
      el('pre', { class: 'headers' }, mail.headers.map(header => `${header.name}: ${header.value}`).join('\n')),
    ),
  )
}
