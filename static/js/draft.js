// Drafts keep themselves: what is typed stays in this browser until the School confirms that it has it.
const keepDrafts = () => {
  const stored = (work) => { try { return work(localStorage) } catch { return null } } // blocked storage is no storage
  const forms = new Map([...document.querySelectorAll('form[data-draft]')].map((form) => [`draft ${form.dataset.draft}`, form]))

  // What went with a form that is no longer on the page arrived.
  stored((store) => Object.keys(store).filter((key) => key.startsWith('draft ') && !forms.has(key) && JSON.parse(store[key]).sent).forEach((key) => store.removeItem(key)))

  for (const [key, form] of forms) {
    const status = document.querySelector('[data-status]')
    const began = form.elements.began_from
    const fields = () => { // without files, which go by themselves
      const data = new FormData(form)
      for (const [name, value] of [...data]) if (value instanceof File) data.delete(name)
      return data
    }
    const typed = () => [...fields()].filter(([name]) => !['csrf_token', 'began_from'].includes(name))
    const keep = (sent) => stored((store) => { store[key] = JSON.stringify({ began: began.value, typed: typed(), sent }) })
    const forget = () => stored((store) => store.removeItem(key))
    const controls = (name) => [...form.elements].filter((each) => each.name === name)
    const ticked = (each) => ['checkbox', 'radio'].includes(each.type)
    const put = (name, values) => controls(name).forEach((each, place, all) => {
      if (!ticked(each)) each.value = values[place] ?? values[0] ?? ''
      else if (!values.length || all.some(({ value }) => values.includes(value))) each.checked = values.includes(each.value)
    })
    const tell = (message, no) => { status.textContent = message; status.classList.toggle('saved--no', no) }
    let timer, busy, running, unanswered, settling, changes = 0, pause = 2

    const later = (seconds) => { timer ??= setTimeout(() => { timer = null; send() }, seconds * 1000) }
    const send = () => {
      if (!form.isConnected) return // another page came in its place, with what was typed
      if (busy) return later(1)
      return (running = attempt())
    }
    const attempt = async () => {
      const again = unanswered // it may have arrived: it goes once more as it was, or the School takes it for another window's
      const sent = (unanswered ??= { changes, body: fields() })
      busy = true
      try {
        const answer = await fetch(form.action, { method: 'POST', body: sent.body, headers: { Accept: 'application/json' }, signal: AbortSignal.timeout(30_000) })
        const said = await answer.json()
        if (answer.status >= 500) throw answer
        unanswered = null
        tell(said.message, !answer.ok) // a refusal waits for the next change
        if (answer.ok) {
          form.dispatchEvent(new CustomEvent('saved', { detail: said }))
          began.value = said.began_from
          pause = 2
          if (sent.changes === changes) forget()
          else keep()
        }
      } catch {
        tell(form.dataset.failed, true)
        later(pause = Math.min(pause * 2, 60))
      }
      busy = false
      if (again && !unanswered && sent.changes !== changes) await send()
    }

    form.addEventListener('input', ({ target }) => {
      if (target.type === 'file') return
      changes += 1
      keep()
      later(2)
    })
    form.addEventListener('submit', (event) => {
      keep(true)
      if (settling === 'done' || !(busy || unanswered)) return
      event.preventDefault() // first it is known what the School has
      if (settling) return
      settling = 'now'
      Promise.resolve(busy ? running : send()).then(() => {
        settling = 'done'
        form.requestSubmit(event.submitter)
        settling = null
      })
    })
    form.addEventListener('leave', ({ detail: { save, done } }) => { // another page comes in its place; `save`: nothing else sends what was typed
      const waits = timer
      clearTimeout(timer)
      timer = null
      done.push(Promise.resolve(running).then(() => waits && save && send()))
    })
    addEventListener('online', () => timer && send())
    // Who discards the draft discards what this browser kept of it, and nothing is sent after.
    for (const discard of document.querySelectorAll('form[data-discards]')) {
      discard.addEventListener('submit', () => { clearTimeout(timer); timer = busy = true; forget() })
    }

    const kept = stored((store) => JSON.parse(store[key] ?? null))
    const names = (pairs) => new Set([...pairs.map(([name]) => name), ...[...form.elements].filter((each) => each.name && ticked(each)).map((each) => each.name)])
    const of = (pairs, name) => pairs.filter((pair) => pair[0] === name).map((pair) => pair[1])
    const present = typed()
    const differs = kept && [...names(kept.typed)].map((name) => [name, of(kept.typed, name)]).filter(([name, values]) => `${values}` !== `${of(present, name)}`)
    if (differs?.length && kept.began === began.value) {
      for (const [name, values] of differs) put(name, values)
      form.dispatchEvent(new CustomEvent('restored'))
      send()
    } else if (differs?.some(([, values]) => `${values}`)) {
      const place = form.querySelector('[data-kept]')
      place.hidden = false
      place.querySelector('p').textContent = differs.map(([, values]) => values.join(', ')).filter(Boolean).join('\n\n')
    } else if (kept) forget()
    if ('unsaved' in form.dataset) send() // a page that gives back what was refused
  }
}
keepDrafts()
document.addEventListener('swapped', keepDrafts)
