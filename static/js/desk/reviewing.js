// The desk goes from work to work without loading a page anew, and every button of it has a key.
// Without this file the same forms and links do the same things, a page each.
{
  const onDesk = () => document.body.classList.contains('desk-page')
  const one = (what, root = document) => root.querySelector(what)
  const all = (what) => [...document.querySelectorAll(what)]
  const editable = (element) => element?.matches?.('textarea, select, input:not([type=radio], [type=checkbox])')
  let picked, busy, written

  // --- pages that come in place of this one

  const places = () => Object.fromEntries(['.document', '.desk__rubric'].map((pane) => [pane, one(pane)?.scrollTop ?? 0]))
  const show = (html, address, { push }) => {
    const next = new DOMParser().parseFromString(html, 'text/html')
    const same = new URL(address).pathname === location.pathname, whole = same && new URL(address).search === location.search
    const before = { focus: document.activeElement?.id, scrolled: places() }
    if (push) history.pushState(null, '', address)
    document.title = next.title
    document.body.replaceWith(document.adoptNode(next.body))
    picked = written = null
    ready()
    document.dispatchEvent(new Event('swapped'))
    if (same) for (const [pane, top] of Object.entries(before.scrolled)) if (one(pane) && (whole || pane !== '.document')) one(pane).scrollTop = top
    const wanted = one('[data-focus]') ?? (same && before.focus && document.getElementById(before.focus)) ?? one('h1')
    const target = wanted || one('h1')
    if (target.localName === 'h1') target.tabIndex = -1
    target.focus({ preventScroll: same })
    if (!same) scrollTo(0, 0)
  }
  const go = async (address, options = {}) => {
    if (busy) return
    busy = true
    document.body.setAttribute('aria-busy', 'true')
    try {
      const done = []
      one('#review')?.dispatchEvent(new CustomEvent('leave', { detail: { save: !options.method, done } }))
      await Promise.all(done)
      const answer = await fetch(address, { ...options, headers: { Accept: 'text/html' } })
      show(await answer.text(), answer.url, { push: answer.ok && answer.url !== location.href })
    } catch {
      const status = one('[data-status]')
      if (status) { status.textContent = one('#review')?.dataset.cut ?? ''; status.classList.add('saved--no') }
      one('#review')?.dispatchEvent(new Event('input')) // so that its draft goes on trying
      one('[data-composer] textarea')?.dispatchEvent(new Event('input', { bubbles: true }))
    }
    busy = false
    document.body.removeAttribute('aria-busy')
  }
  addEventListener('popstate', () => (onDesk() ? go(location.href) : location.reload()))

  document.addEventListener('submit', (event) => {
    const form = event.target, by = event.submitter
    if (!onDesk() || form.closest('header') || form.method === 'dialog' || event.defaultPrevented) return
    event.preventDefault()
    const data = new FormData(form), to = by?.hasAttribute('formaction') ? by.formAction : form.action
    if (by?.name) data.append(by.name, by.value)
    if (form.id === 'review') composed((store, key) => store.removeItem(key)) // it goes along, or comes back on the page
    if (form.method === 'post') return go(to, { method: 'POST', body: new URLSearchParams(data) })
    const address = new URL(to)
    address.search = new URLSearchParams(data)
    go(address.href)
  })
  document.addEventListener('click', (event) => {
    const link = event.target.closest('a[data-key]')
    if (!onDesk() || !link || event.ctrlKey || event.metaKey || event.shiftKey || event.button) return
    event.preventDefault()
    go(link.href)
  })

  // --- a comment on words or on a spot

  const withoutNumbers = (range) => {
    const copy = range.cloneContents()
    copy.querySelectorAll('sup').forEach((each) => each.remove())
    return copy.textContent
  }
  const pick = () => {
    const text = one('[data-text]'), chosen = getSelection()
    if (!text || !chosen.rangeCount || chosen.isCollapsed) return
    const range = chosen.getRangeAt(0)
    if (!text.contains(range.commonAncestorContainer)) return
    const before = document.createRange()
    before.setStart(text, 0)
    before.setEnd(range.startContainer, range.startOffset)
    picked = { quote: withoutNumbers(range), start: withoutNumbers(before).length }
  }
  document.addEventListener('selectionchange', pick) // kept, since whoever clicks into the comment loses the selection
  const about = ({ quote = '', start = '', place = '', x = '', y = '' }) => {
    const fields = one('#review')?.elements
    if (!fields) return
    for (const [name, value] of Object.entries({ quote, start, place, x, y })) if (fields[name]) fields[name].value = value
    all('.sheet__spots .new').forEach((each) => each.remove())
    fields.new_remark.focus()
    fields.new_remark.dispatchEvent(new Event('input', { bubbles: true }))
  }
  document.addEventListener('click', (event) => {
    const face = event.target.closest('.sheet__face')
    if (!onDesk() || !face || event.target.closest('a') || !one('#review')) return
    const box = face.getBoundingClientRect()
    const [x, y] = [(event.clientX - box.left) / box.width, (event.clientY - box.top) / box.height].map((part) => (100 * part).toFixed(1))
    about({ place: face.parentElement.dataset.place, x, y })
    const mark = document.createElementNS('http://www.w3.org/2000/svg', 'circle')
    for (const [name, value] of Object.entries({ class: 'new', cx: `${x}%`, cy: `${y}%`, r: 16 })) mark.setAttribute(name, value)
    one('.sheet__spots', face).append(mark)
  })

  // A comment that was written and not added yet is in no draft: this browser keeps it until it was sent.
  const COMPOSED = ['new_remark', 'quote', 'start', 'place', 'x', 'y']
  const composed = (work) => { try { return work(sessionStorage, `remark ${one('#review').dataset.draft}`) } catch { return null } }
  document.addEventListener('input', ({ target }) => {
    if (!target.closest('[data-composer]')) return
    const fields = one('#review').elements, typed = Object.fromEntries(COMPOSED.map((name) => [name, fields[name]?.value ?? '']))
    composed((store, key) => (typed.new_remark ? store.setItem(key, JSON.stringify(typed)) : store.removeItem(key)))
  })
  const recompose = () => {
    const fields = one('#review')?.elements
    const typed = fields && composed((store, key) => JSON.parse(store.getItem(key)))
    if (typed && !fields.new_remark.value) for (const name of COMPOSED) if (fields[name]) fields[name].value = typed[name]
  }

  // --- phrases

  document.addEventListener('focusin', ({ target }) => { if (target.matches('#review textarea')) written = target })
  const insert = (number) => {
    const text = one(`[data-phrase="${number}"]`)?.textContent, field = editable(document.activeElement) ? document.activeElement : written
    if (!text || !field?.isConnected) return
    field.focus()
    field.setRangeText(text, field.selectionStart, field.selectionEnd, 'end')
    field.dispatchEvent(new Event('input', { bubbles: true }))
  }
  const keep = async () => {
    const form = one('#review'), text = written?.value.trim()
    if (!form || !text) return
    const said = one('[data-phrases-said]')
    one('#frases').open = true
    try {
      const body = new URLSearchParams({ csrf_token: form.elements.csrf_token.value, text })
      const answer = await fetch(form.dataset.keep, { method: 'POST', body, headers: { Accept: 'application/json' } })
      const found = await answer.json()
      if (found.html) one('[data-phrases]').innerHTML = found.html
      said.textContent = found.message
      ready()
    } catch { said.textContent = form.dataset.cut }
  }
  document.addEventListener('click', ({ target }) => { const button = target.closest('[data-insert]'); if (button) insert(button.dataset.insert) })

  // --- keys

  const criteria = () => all('[data-criterion]')
  const current = () => document.activeElement?.closest?.('[data-criterion]')
  const into = (criterion) => (one('input:checked', criterion) ?? one('input', criterion)).focus()
  const step = (by) => {
    const found = criteria(), place = found.indexOf(current())
    if (found.length) into(found[Math.max(0, Math.min(found.length - 1, place < 0 ? 0 : place + by))])
  }
  const choose = (digit) => {
    const found = criteria(), criterion = current() ?? found.find((each) => !one('input:checked', each))
    const level = criterion && one(`[data-digit="${digit}"]`, criterion)
    if (!level) return
    level.checked = true
    level.dispatchEvent(new Event('input', { bubbles: true }))
    const next = found[found.indexOf(criterion) + 1]
    if (next) into(next)
    else level.focus()
  }
  const press = (key) => {
    const target = one(`[data-key="${CSS.escape(key)}"]`)
    if (!target) return false
    if (key === 'c') pick()
    if (key === 'c' && picked) about(picked)
    else if (target.matches('textarea, section')) target.focus()
    else target.click()
    if (target.localName === 'summary') target.focus()
    return true
  }
  const off = () => { try { return localStorage.getItem('desk keys') === 'off' } catch { return false } }
  addEventListener('keydown', (event) => {
    if (!onDesk() || one('dialog[open]') || event.metaKey) return
    const { key, target } = event, digit = /^Digit([1-9])$/.exec(event.code)?.[1]
    const done = () => event.preventDefault()
    if (event.altKey && !event.ctrlKey && digit) { insert(digit); return done() }
    if (event.altKey && !event.ctrlKey && event.code === 'KeyK') { keep(); return done() }
    if (event.ctrlKey && key === 'Enter') { (document.getElementById(target.dataset?.enter) ?? one('#save'))?.click(); return done() }
    if (key === 'Escape' && editable(target)) { target.blur(); one('.desk__rubric').tabIndex = -1; one('.desk__rubric').focus({ preventScroll: true }); return done() }
    if (event.ctrlKey || event.altKey || editable(target) || off()) return
    if (/^\d$/.test(key)) { choose(key); return done() }
    if (key === 'j' || key === 'k') { step(key === 'j' ? 1 : -1); return done() }
    if (press(key)) done()
  })

  // --- each page as it comes

  const ready = () => {
    if (!onDesk()) return
    document.body.dataset.deskReady = ''
    all('[data-insert]').forEach((each) => { each.hidden = false })
    recompose()
    const box = one('[data-keys-off]')
    if (!box) return
    box.checked = off()
    box.onchange = () => { try { localStorage.setItem('desk keys', box.checked ? 'off' : 'on') } catch { /* for this page only */ } }
  }
  ready()
}
